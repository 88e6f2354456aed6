"""Sends requests to vendors; every live source uses it.

A kept payload is not requested again. Otherwise the quota is checked, failures are retried and the payload is
kept. Nothing is parsed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from smallcap.redaction import Redactor
from smallcap.sources.fetching.errors import QuotaError, TransientError
from smallcap.sources.fetching.quota import Quota
from smallcap.sources.fetching.rate import RateLimit
from smallcap.sources.fetching.retrying import RetryPolicy, with_retries
from smallcap.sources.payloads import SnapshotStore
from smallcap.stopping import pause, stop_if_requested


def utc_now() -> dt.datetime:
    """Return the current time, UTC."""
    return dt.datetime.now(dt.UTC)


class Fetcher:
    """Fetches from vendors within their quotas, and resumes where an earlier run stopped.

    Parameters
    ----------
    snapshots
        Where payloads are kept.
    quota
        The requests that are left.
    policy
        How transient failures are retried.
    clock
        Returns the current time, UTC.
    sleep
        Waits a number of seconds.
    secrets
        Keys to keep out of logs, snapshots and errors.
    rates
        Limits on requests per second, by source; others have none.
    """

    def __init__(
        self,
        snapshots: SnapshotStore,
        quota: Quota,
        policy: RetryPolicy,
        *,
        clock: Callable[[], dt.datetime] = utc_now,
        sleep: Callable[[float], None] = pause,
        secrets: Iterable[str] = (),
        rates: Mapping[str, RateLimit] | None = None,
    ) -> None:
        self.snapshots = snapshots
        self.quota = quota
        self.clock = clock
        self._policy = policy
        self._sleep = sleep
        self._redactor = Redactor(secrets)
        self._rates = dict(rates or {})

    def fetch(
        self,
        source: str,
        dataset: str,
        request: Mapping[str, object],
        ask: Callable[[], bytes],
        max_age: dt.timedelta | None = None,
        *,
        cost: int = 1,
    ) -> bytes:
        """Return the payload of a request: the kept one if it is recent enough, else the vendor's response.

        Parameters
        ----------
        source, dataset
            The source, whose quota is used, and the dataset.
        request
            Everything that the response depends on, without secrets: the key of the kept payload.
        ask
            Sends the request once. It raises `TransientError` where a retry may help and any other error
            where it does not, also for a body that is not usable, because what it returns is kept.
        max_age
            A kept payload that is older is requested again; None: it never expires.
        cost
            How many requests one attempt counts as.

        Raises
        ------
        QuotaError
            When the quota is used up, or the vendor asks for a longer wait than the policy allows.
        TransientError
            When every attempt failed.
        """
        kept = self.kept(source, dataset, request, max_age)
        if kept is not None:
            return kept
        payload = self._redactor.payload(self.send(source, dataset, ask, cost))
        self.snapshots.keep(source, dataset, request, payload, self.clock())
        return payload

    def kept(
        self, source: str, dataset: str, request: Mapping[str, object], max_age: dt.timedelta | None = None
    ) -> bytes | None:
        """Return the payload that `fetch` would return without a request, or None."""
        not_before = None if max_age is None else self.clock() - max_age
        return self.snapshots.find(source, dataset, request, not_before)

    def send(self, source: str, dataset: str, ask: Callable[[], bytes], cost: int = 1) -> bytes:
        """Send a request as `fetch` does, and keep nothing: for what is too large to be kept.

        Parameters
        ----------
        source, dataset, ask, cost
            As for `fetch`.

        Raises
        ------
        QuotaError, TransientError
            As `fetch`.
        """

        def attempt() -> bytes:
            """Ask once, within the quota, and remove secrets from an error."""
            stop_if_requested()
            self.quota.take(source, cost)
            if source in self._rates:
                self._rates[source].take()
            try:
                return ask()
            except Exception as error:
                self._redactor.error(error)
                raise

        try:
            return with_retries(attempt, self._policy, self._sleep)
        except TransientError as error:
            raise self._given_up(source, dataset, error) from None

    def _given_up(self, source: str, dataset: str, error: TransientError) -> QuotaError | TransientError:
        if error.retry_after is not None and error.retry_after > self._policy.longest_wait_seconds:
            resumes_at = self.clock() + dt.timedelta(seconds=error.retry_after)
            return QuotaError(
                f"{source} {dataset}: {error}. The vendor asks to wait {error.retry_after:.0f} s: "
                f"nothing is left until then. "
                f"Run the same command after {resumes_at:%Y-%m-%d %H:%M} UTC: what was "
                f"fetched is kept and not requested again",
                resumes_at,
            )
        return TransientError(
            f"{source} {dataset}: {error}. {self._policy.max_retries + 1} attempts failed; "
            "run the same command again later: what was fetched is kept and not requested again",
            error.retry_after,
        )
