"""The source adapter of the data vendor xfinlink, through its own client."""

from __future__ import annotations

from smallcap.sources.xfinlink.adapter import XfinlinkSource
from smallcap.sources.xfinlink.client import XfinlinkClient
from smallcap.sources.xfinlink.plans import limits_of, load_plan

__all__ = ["XfinlinkClient", "XfinlinkSource", "limits_of", "load_plan"]
