"""The network layer of all live sources: retries, quotas and kept payloads."""

from __future__ import annotations

from smallcap.redaction import Redactor
from smallcap.sources.fetching.errors import QuotaError, RefusedError, TransientError
from smallcap.sources.fetching.fetcher import Fetcher, utc_now
from smallcap.sources.fetching.quota import Left, Limits, NoRequests, Quota
from smallcap.sources.fetching.rate import Rate, RateLimit
from smallcap.sources.fetching.retrying import RetryPolicy

__all__ = [
    "Fetcher",
    "Left",
    "Limits",
    "NoRequests",
    "Quota",
    "QuotaError",
    "Rate",
    "RateLimit",
    "Redactor",
    "RefusedError",
    "RetryPolicy",
    "TransientError",
    "utc_now",
]
