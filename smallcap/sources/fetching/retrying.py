"""When a failed request is made again, and how long to wait before.

What counts as transient is said by `TransientError`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from smallcap.sources.fetching.errors import TransientError

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RetryPolicy:
    """How a transient failure is met.

    Attributes
    ----------
    max_retries
        Times that a failed request is made again.
    first_wait_seconds
        The first wait; it doubles from one attempt to the next.
    longest_wait_seconds
        No wait is longer; a vendor that asks for more is not waited for.
    """

    max_retries: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 120.0


def is_worth_waiting(error: BaseException, policy: RetryPolicy) -> bool:
    """Tell whether a failure is transient, and the wait that the vendor asks for is not too long."""
    return isinstance(error, TransientError) and (error.retry_after or 0.0) <= policy.longest_wait_seconds


def with_retries(ask: Callable[[], bytes], policy: RetryPolicy, sleep: Callable[[float], None]) -> bytes:
    """Ask until an answer comes or the attempts are used up; the last failure is raised as it is."""
    backoff = wait_exponential(multiplier=policy.first_wait_seconds, max=policy.longest_wait_seconds)

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked_to_wait = error.retry_after if isinstance(error, TransientError) else None
        return backoff(state) if asked_to_wait is None else asked_to_wait

    retrying = Retrying(
        stop=stop_after_attempt(policy.max_retries + 1),
        retry=retry_if_exception(lambda error: is_worth_waiting(error, policy)),
        wait=wait,
        sleep=sleep,
        before_sleep=_tell,
        reraise=True,
    )
    return retrying(ask)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    seconds = state.next_action.sleep if state.next_action is not None else 0.0
    _LOG.warning("attempt %d failed, the next follows in %.0f s: %s", state.attempt_number, seconds, error)
