"""What `doctor` checks of public records: contact, limit, names resolved, figures; online funds, factors."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.pipelines.command.findings import Finding, explained
from smallcap.settings import Settings
from smallcap.sources.live_public import PublicSources, open_public, rate_folder
from smallcap.sources.payloads import SnapshotStore

LEAST_RESOLVED = 0.9
MOST_SURVIVORSHIP_GAP = 0.05
"""Names that left the index may be resolved less often than those still in it by so much."""
FILLED = (
    "revenue_usd",
    "operating_income_usd",
    "net_income_usd",
    "interest_expense_usd",
    "total_assets_usd",
    "total_liabilities_usd",
    "shareholders_equity_usd",
    "short_term_debt_usd",
    "long_term_debt_usd",
    "operating_cash_flow_usd",
    "capital_expenditures_usd",
    "shares_outstanding",
)


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
        funds = sorted({one.fund.fund for one in reports})
        by_fund = {fund: sum(one.fund.fund == fund for one in reports) for fund in funds}
        counted = ", ".join(f"{fund} {count}" for fund, count in by_fund.items())
        told = "; ".join(["", *public.source.lists.notices])
        return (
            f"SEC: reports of {counted}; the newest list is of {newest.list_date}, filed {newest.filed}{told}"
        )

    return explained(look, "funds' reports at the SEC")


def resolved_finding(settings: Settings) -> Finding:
    """Say which share of the lines that the home knows has a company, also of those that left the index."""
    securities = Home(settings).lake.read("raw.securities")
    members = Home(settings).lake.read("raw.constituents")
    if securities.is_empty() or members.is_empty():
        return Finding("names resolved: nothing is fetched yet", True, "")
    newest = members.filter(pl.col("as_of") == pl.col("as_of").max())["security_id"]
    lines = securities.filter(pl.col("security_id").is_in(members["security_id"].unique().implode()))
    by_line = lines.group_by("security_id").agg(pl.col("is_resolved").any())
    is_still = by_line["security_id"].is_in(newest.implode())
    share = _share(by_line["is_resolved"])
    still, left = (
        _share(by_line.filter(is_still)["is_resolved"]),
        _share(by_line.filter(~is_still)["is_resolved"]),
    )
    told = (
        f"names resolved: {share:.1%} of {by_line.height:,} lines; still members {still:.1%}, left {left:.1%}"
    )
    is_even = by_line.filter(~is_still).is_empty() or still - left <= MOST_SURVIVORSHIP_GAP
    remedy = (
        "names that left are resolved less often, so returns and scores favour survivors: add rows to "
        "ticker_aliases.csv or cik_successions.csv"
        if not is_even
        else "add rows to ticker_aliases.csv for the names in raw.securities without a company"
    )
    return Finding(told, is_even and share >= LEAST_RESOLVED, remedy)


def _share(values: pl.Series) -> float:
    return int(values.sum()) / len(values) if len(values) else 0.0


def fill_finding(settings: Settings) -> Finding:
    """Say how often the items that the screens need are filled in the newest year at home."""
    lake = Home(settings).lake
    years = [year for year in lake.years("raw.fundamentals") if year]
    if not years:
        return Finding("figures filled: nothing is fetched yet", True, "")
    rows = lake.read("raw.fundamentals", [max(years)])
    shares = ", ".join(
        f"{name.removesuffix('_usd')} {1 - rows[name].null_count() / rows.height:.0%}" for name in FILLED
    )
    return Finding(f"figures filled, of {rows.height:,} records of {max(years)}: {shares}", True, "")


def _factors(settings: Settings) -> Finding:
    def look() -> str:
        """Fetch the factors."""
        newest = _public(settings).french.factors().rows.sort("vintage", "month").row(-1, named=True)
        return f"Kenneth French's library: newest factor month {newest['month']:%Y-%m}"

    return explained(look, "Kenneth French's library")


LOCAL_LOOKS: list[Callable[[Settings], Finding]] = [
    contact_finding,
    limit_finding,
    resolved_finding,
    fill_finding,
]
ONLINE_LOOKS: list[Callable[[Settings], Finding]] = [_funds, _factors]
