"""Builds the live sources from the settings: vendor, factor library, fund holdings, and their fetcher."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from smallcap.rules.files import read_rules
from smallcap.rules.types import holdings
from smallcap.settings import Settings
from smallcap.sources.fetching import Fetcher, Limits, Quota, RetryPolicy, utc_now
from smallcap.sources.fetching.http import HttpLimits
from smallcap.sources.french.live import FrenchFactors
from smallcap.sources.identity.aliases import load_ticker_aliases
from smallcap.sources.ishares.live import IsharesLists
from smallcap.sources.payloads import SnapshotStore
from smallcap.sources.request_counts import counts_of
from smallcap.sources.xfinlink import XfinlinkSource, limits_of, load_plan


@dataclass(frozen=True)
class LiveSources:
    """Every live source that the settings describe, with the fetcher that they share."""

    fetcher: Fetcher
    xfinlink: XfinlinkSource
    french: FrenchFactors
    ishares: IsharesLists


def open_live(settings: Settings, snapshots: SnapshotStore) -> LiveSources:
    """Open the live sources.

    Parameters
    ----------
    settings, snapshots
        Addresses, key, plan and limits; and where payloads are kept, which are not requested again.
    """
    plan = load_plan(settings.reference, settings.xfinlink_plan)
    key = settings.xfinlink_api_key
    secrets = (key.get_secret_value(),) if key is not None else ()
    policy = RetryPolicy(max_retries=settings.max_retries)
    fetcher = Fetcher(snapshots, quota_of(settings), policy, secrets=secrets)
    limits = HttpLimits(settings.request_timeout_seconds, settings.max_response_mb * 1_000_000)
    refresh_after = dt.timedelta(hours=settings.running_period_max_age_hours)
    french = FrenchFactors(fetcher, limits, base_url=settings.french_base_url, max_age=refresh_after)
    rules = read_rules(settings.reference, holdings.FILE_NAME, holdings.HoldingsRules)
    aliases = load_ticker_aliases(settings.reference)
    ishares = IsharesLists(
        fetcher,
        limits,
        base_url=settings.ishares_base_url,
        index=settings.index_name,
        rules=rules,
        aliases=aliases,
        today=settings.clock or utc_now().date(),
        latest_max_age=refresh_after,
        min_members=settings.ishares_min_members,
    )
    xfinlink = XfinlinkSource(
        fetcher,
        plan,
        base_url=settings.xfinlink_base_url,
        api_key=key,
        limits=limits,
        refresh_after=refresh_after,
        factors=french,
        rules=rules,
        aliases=aliases,
        holdings=ishares,
    )
    return LiveSources(fetcher, xfinlink, french, ishares)


def quota_of(settings: Settings) -> Quota:
    """Return the request counts of a home, with the limits of the sources that its preset asks."""
    limits = {}
    if settings.preset == "xfinlink":
        plan = limits_of(load_plan(settings.reference, settings.xfinlink_plan))
        limits[XfinlinkSource.name] = Limits(
            per_day=settings.xfinlink_requests_per_day or plan.per_day,
            per_hour=settings.xfinlink_requests_per_hour or plan.per_hour,
        )
    return counts_of(settings, limits)


def open_xfinlink(settings: Settings, snapshots: SnapshotStore) -> XfinlinkSource:
    """Open the vendor's source only."""
    return open_live(settings, snapshots).xfinlink
