"""Requests to the SEC: who asks, from where, within the limit, and which files are asked for again."""

from __future__ import annotations

from smallcap.sources.edgar.client import NAME, NotFoundError, SecClient
from smallcap.sources.edgar.files import SecRecords

__all__ = ["NAME", "NotFoundError", "SecClient", "SecRecords"]
