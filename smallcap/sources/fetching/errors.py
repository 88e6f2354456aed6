"""Errors of requests to a vendor, by what the fetcher does about them."""

from __future__ import annotations

import datetime as dt

from smallcap.errors import InputError, SmallcapError
from smallcap.exit_codes import ExitCode


class TransientError(SmallcapError):
    """A failure that may pass: the request is retried, and the error raised only if every attempt fails.

    Parameters
    ----------
    message
        What failed, where.
    retry_after
        Seconds that the vendor asks clients to wait; None where it does not say.
    status, body
        Status and body of the response, where there was one.
    """

    exit_code = ExitCode.LATER

    def __init__(
        self, message: str, retry_after: float | None = None, *, status: int | None = None, body: bytes = b""
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status, self.body = status, body


class RefusedError(InputError):
    """A failure that a retry does not change: a wrong key, an unknown name, an unusable body.

    Parameters
    ----------
    message
        What failed, where.
    status, body
        Status and body of the response, where there was one.
    """

    def __init__(self, message: str, *, status: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.status, self.body = status, body


class QuotaError(SmallcapError):
    """The quota of a source is used up; no request was made.

    Parameters
    ----------
    message
        What is used, what is left and when to continue.
    resumes_at
        The time from which requests are allowed again, UTC.
    """

    exit_code = ExitCode.LATER

    def __init__(self, message: str, resumes_at: dt.datetime) -> None:
        super().__init__(message)
        self.resumes_at = resumes_at
