"""Where requests to live sources are counted: in the home, or in a folder of all homes that share a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from smallcap.settings import Settings
from smallcap.sources.fetching import Limits, NoRequests, Quota, utc_now

QUOTA_FOLDER: Final = "quota"


def counts_of(settings: Settings, limits: Mapping[str, Limits]) -> Quota:
    """Return the request counts that the settings name, with the limits by source."""
    kind = NoRequests if settings.is_offline else Quota
    return kind(settings.quota_dir or settings.home / QUOTA_FOLDER, limits, utc_now)
