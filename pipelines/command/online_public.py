"""What `doctor` checks of public records: contact, limit, figures; online funds, numbers and factors."""

from __future__ import annotations

from collections.abc import Callable

from smallcap.errors import InputError
from smallcap.finance.fill import ITEMS
from smallcap.lake import Home
from smallcap.pipelines.command.cik_signs import numbers_finding
from smallcap.pipelines.command.findings import Finding, explained
from smallcap.settings import Settings
from smallcap.sources.live_public import PublicSources, open_public, rate_folder
from smallcap.sources.payloads import SnapshotStore

YEARS_SHOWN = 5


def _public(settings: Settings) -> PublicSources:
    return open_public(settings, SnapshotStore(settings.snapshots_dir))


def contact_finding(settings: Settings) -> Finding:
    """Say whether a contact is set, without showing it."""

    def look() -> str:
        """Require a contact."""
        _public(settings).records.client.require_contact()
        return "a contact for the SEC is set"

    return explained(look, "contact for the SEC")


def limit_finding(settings: Settings) -> Finding:
    """Say at which rate this machine asks, where that is recorded, and whether it is shut out."""
    rate = _public(settings).rate
    until = rate.blocked_until()
    told = (
        f"SEC: {rate.rate.requests} requests in {rate.rate.seconds:g} s, counted in {rate_folder(settings)}"
    )
    remedy = f"this address is shut out; go on after {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return Finding(told, until is None, remedy)


def _funds(settings: Settings) -> Finding:
    def look() -> str:
        """Ask for the funds' filings."""
        public = _public(settings)
        reports = public.source.lists.filed(settings.index_name)
        if not reports:
            raise InputError(f"no fund of {settings.index_name} has a report at the SEC; see index_funds.csv")
        newest = max(reports, key=lambda one: one.list_date)
        funds = [one.fund.fund for one in reports]
        counted = ", ".join(f"{fund} {funds.count(fund)}" for fund in sorted(set(funds)))
        told = "; ".join(["", *public.source.lists.notices])
        return (
            f"SEC: reports of {counted}; the newest list is of {newest.list_date}, filed {newest.filed}{told}"
        )

    return explained(look, "funds' reports at the SEC")


def fill_finding(settings: Settings) -> Finding:
    """Say how often every item is filled, by the year in which the records became known."""
    lake = Home(settings).lake
    years = [year for year in lake.years("raw.fundamentals") if year]
    if not years:
        return Finding("figures filled: nothing is fetched yet", True, "")
    rows = lake.read("raw.fundamentals", sorted(years)[-YEARS_SHOWN:], ["year", *ITEMS])
    of_years = rows.sort("year").partition_by("year", as_dict=True)
    told = [
        f"{year}, {own.height:,} records: "
        + ", ".join(
            f"{name.removesuffix('_usd')} {1 - own[name].null_count() / own.height:.0%}" for name in ITEMS
        )
        for (year,), own in of_years.items()
    ]
    return Finding(f"figures filled of records that became known in {'; in '.join(told)}", True, "")


def _factors(settings: Settings) -> Finding:
    def look() -> str:
        """Fetch the factors."""
        newest = _public(settings).french.factors().rows.sort("vintage", "month").row(-1, named=True)
        return f"Kenneth French's library: newest factor month {newest['month']:%Y-%m}"

    return explained(look, "Kenneth French's library")


LOCAL_LOOKS: list[Callable[[Settings], Finding]] = [contact_finding, limit_finding, fill_finding]
ONLINE_LOOKS: list[Callable[[Settings], Finding]] = [_funds, numbers_finding, _factors]
