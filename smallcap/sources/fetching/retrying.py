"""Retries of failed requests: which failures, how often, and the wait before each attempt.

Callers mark a failure as transient by raising `TransientError`.
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
    """How transient failures are retried.

    Attributes
    ----------
    max_retries
        How often a failed request is retried.
    first_wait_seconds
        The first wait; it doubles with each attempt.
    longest_wait_seconds
        The longest wait; where the vendor asks for more, the request is not retried.
    """

    max_retries: int = 4
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 120.0


def is_worth_waiting(error: BaseException, policy: RetryPolicy) -> bool:
    """Return whether a failure is transient and the wait that the vendor asks for is not too long."""
    return isinstance(error, TransientError) and (error.retry_after or 0.0) <= policy.longest_wait_seconds


def with_retries(ask: Callable[[], bytes], policy: RetryPolicy, sleep: Callable[[float], None]) -> bytes:
    """Call `ask` until it returns or the attempts are used up; the last failure is raised unchanged."""
    backoff = wait_exponential(multiplier=policy.first_wait_seconds, max=policy.longest_wait_seconds)

    def wait(state: RetryCallState) -> float:
        """Return the seconds to wait: those that the answer names, or the backoff."""
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
    _LOG.warning("attempt %d failed, retrying in %.0f s: %s", state.attempt_number, seconds, error)
