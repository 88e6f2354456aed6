"""What `doctor --online` checks: source reachable, key accepted, quota left, index served, newest factors."""

from __future__ import annotations

from collections.abc import Callable

from smallcap.pipelines.command.findings import Finding, explained
from smallcap.settings import Settings
from smallcap.sources.live import LiveSources, open_live
from smallcap.sources.payloads import SnapshotStore


def _live(settings: Settings) -> LiveSources:
    return open_live(settings, SnapshotStore(settings.snapshots_dir))


def _reachable(settings: Settings) -> Finding:
    def look() -> str:
        """Request the service's status."""
        _live(settings).xfinlink.client.status()
        return f"xfinlink answers at {settings.xfinlink_base_url}"

    return explained(look, f"xfinlink at {settings.xfinlink_base_url}")


def _key(settings: Settings) -> Finding:
    def look() -> str:
        """Request the use of the key."""
        _live(settings).xfinlink.client.usage()
        return "xfinlink accepts the key"

    return explained(look, "xfinlink's key")


def _quota(settings: Settings) -> Finding:
    left = _live(settings).fetcher.quota.left("xfinlink")
    day = "no daily limit" if left.today is None else f"{left.today} requests left today"
    hour = "" if left.this_hour is None else f", {left.this_hour} this hour"
    resumes = f"go on after {left.resumes_at:%Y-%m-%d %H:%M} UTC" if left.resumes_at else ""
    return Finding(
        f"xfinlink quota of plan {settings.xfinlink_plan}: {day}{hour}", left.resumes_at is None, resumes
    )


def _index(settings: Settings) -> Finding:
    def look() -> str:
        """Ask whether the index is served."""
        refusal = _live(settings).xfinlink.index_refusal(settings.index_name)
        if refusal is None:
            return f"xfinlink serves the index {settings.index_name}"
        return (
            f"xfinlink does not serve the index {settings.index_name} ({refusal}); the fund's holdings "
            f"are used instead"
        )

    return explained(look, f"index {settings.index_name}")


def _holdings(settings: Settings) -> Finding:
    def look() -> str:
        """Fetch the newest list."""
        live = _live(settings)
        newest = live.ishares.membership_dates()[-1]
        rows = live.ishares.constituents([newest]).rows
        if rows.is_empty():
            return f"iShares answers; it has no list yet for {newest}"
        return f"iShares serves a list of {rows['snapshot_date'].sort()[-1]} with {rows.height} members"

    return explained(look, "iShares holdings")


def _factors(settings: Settings) -> Finding:
    def look() -> str:
        """Fetch the factors."""
        rows = _live(settings).french.factors().rows
        newest = rows.sort("vintage", "month").row(-1, named=True)
        return (
            f"Kenneth French's library: newest factor month {newest['month']:%Y-%m}, vintage "
            f"{newest['vintage']}"
        )

    return explained(look, "Kenneth French's library")


ONLINE_LOOKS: list[Callable[[Settings], Finding]] = [_reachable, _key, _quota, _index, _holdings, _factors]
