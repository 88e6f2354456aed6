"""What can go wrong when a vendor is asked, each with what the fetcher does about it."""

from __future__ import annotations

import datetime as dt

from smallcap.errors import InputError, SmallcapError


class TransientError(SmallcapError):
    """A failure that may be gone in a moment: asked again, and an error only when it stays.

    Parameters
    ----------
    message
        What failed, where.
    retry_after
        Seconds that the vendor asks to wait; None where it does not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(InputError):
    """An answer that asking again does not change: a wrong key, an unknown name, a body that does not count."""


class QuotaError(SmallcapError):
    """The quota of a source is used up; nothing was asked.

    Parameters
    ----------
    message
        What is used, what is left and when to go on.
    resumes_at
        The moment from which the source may be asked again, UTC.
    """

    def __init__(self, message: str, resumes_at: dt.datetime) -> None:
        super().__init__(message)
        self.resumes_at = resumes_at
