"""The time now, as the meta tables keep it."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """Return the time now, in UTC, without a zone, as the meta tables keep it."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
