"""The one way to a vendor: what is kept is not asked for again.

Else quota, retries, and the payload kept. Nothing is parsed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from smallcap.sources.fetching.errors import QuotaError, TransientError
from smallcap.sources.fetching.quota import Quota
from smallcap.sources.fetching.retrying import RetryPolicy, with_retries
from smallcap.sources.fetching.secrets import Redactor
from smallcap.sources.payloads import SnapshotStore
from smallcap.stopping import pause, stop_if_requested


def utc_now() -> dt.datetime:
    """Return the present moment, UTC."""
    return dt.datetime.now(dt.UTC)


class Fetcher:
    """Asks vendors, resumably and within their quotas.

    Parameters
    ----------
    snapshots
        Where payloads are kept.
    quota
        What may still be asked.
    policy
        How transient failures are met.
    clock
        The present moment, UTC.
    sleep
        Waits so many seconds.
    secrets
        Keys that never reach a log, a snapshot or an error.
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
    ) -> None:
        self.snapshots = snapshots
        self.quota = quota
        self.clock = clock
        self._policy = policy
        self._sleep = sleep
        self._redactor = Redactor(secrets)

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
        """Return the payload of a request: the one that is kept, if it is young enough, else the vendor's answer.

        Parameters
        ----------
        source, dataset
            Whom is asked, and for what; the quota is the source's.
        request
            Everything that the answer depends on, and no secret: the key under which the payload is kept.
        ask
            Asks the vendor once. It raises `TransientError` where asking again may help, any other error
            where it does not, and it does so for every body that does not count: what it returns is kept.
        max_age
            A kept payload that is older is asked for again; None: it never expires.
        cost
            Requests that one attempt counts for.

        Raises
        ------
        QuotaError
            When the quota is used up, or the vendor asks for a longer wait than the policy allows.
        TransientError
            When the failure stays through every attempt.
        """
        kept = self.kept(source, dataset, request, max_age)
        if kept is not None:
            return kept
        payload = self._redactor.payload(self._ask(source, dataset, ask, cost))
        self.snapshots.keep(source, dataset, request, payload, self.clock())
        return payload

    def kept(
        self, source: str, dataset: str, request: Mapping[str, object], max_age: dt.timedelta | None = None
    ) -> bytes | None:
        """Return the payload that `fetch` would return without asking, or None."""
        not_before = None if max_age is None else self.clock() - max_age
        return self.snapshots.find(source, dataset, request, not_before)

    def _ask(self, source: str, dataset: str, ask: Callable[[], bytes], cost: int) -> bytes:
        def attempt() -> bytes:
            stop_if_requested()
            self.quota.take(source, cost)
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
                f"Go on after {resumes_at:%Y-%m-%d %H:%M} UTC with the same command: what was "
                f"fetched is kept and not asked for again",
                resumes_at,
            )
        return TransientError(
            f"{source} {dataset}: {error}. {self._policy.max_retries + 1} attempts failed; "
            "run the same command again later: what was fetched is kept and not asked for again",
            error.retry_after,
        )
