"""Which positions of a fund's report are members of the index, and the two dates of the list.

The rules are those of holdings files (`ishares.toml`): what is not common stock is refused with the rule that
it breaks. Tickers are not known here; `smallcap.sources.whois` finds them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from smallcap.errors import InputError
from smallcap.rules.types.holdings import HoldingsRules, MemberRules
from smallcap.rules.types.index_funds import FundRow
from smallcap.sources.base import CONSTITUENTS_COLUMNS, Delivery
from smallcap.sources.nport.document import POSITIONS_SCHEMA, FundReport
from smallcap.sources.refusals import write_refused
from smallcap.sources.text import cleaned_frame

SOURCE = "nport"
UNKNOWN_TICKER = "-"
"""The ticker of a line for which none is known; the column of a list is never null."""
IDENTIFIERS_SCHEMA: dict[str, type[pl.DataType]] = {
    "source_id": pl.String,
    **dict.fromkeys(("cusip", "isin", "lei", "ticker", "name", "title"), pl.String),
}
COMMON_STOCK, SHARES, LONG, REGISTERED_FUNDS = "EC", "NS", "Long", ("RF", "PF")
_UNOBSERVABLE = 3
"""Fair value level of what does not trade: contingent value rights, escrow, delisted shells."""
_SUMMED = ("market_value_usd", "quantity")
_LEAST_OF_FUND = 0.9
"""A fund of the index holds hardly anything but its members."""


@dataclass(frozen=True)
class FundList(Delivery):
    """The members that a report shows, one row per line, with as_of and snapshot_date the list's own date.

    Attributes
    ----------
    rows
        `CONSTITUENTS_COLUMNS`; the ticker is the one reported, mostly `UNKNOWN_TICKER`.
    refused
        Every other position, with the first rule that it breaks.
    notices
        What a reader should know of the report.
    fund, series_id
        The fund's ticker and series.
    list_date, available_date
        The date of the holdings, and the first session after the filing.
    is_amendment
        Whether the report replaces an earlier one.
    identifiers
        The ids of the lines (`IDENTIFIERS_SCHEMA`), one row per line.
    """

    fund: str = ""
    series_id: str = ""
    list_date: dt.date = dt.date.max
    available_date: dt.date = dt.date.max
    is_amendment: bool = False
    identifiers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=IDENTIFIERS_SCHEMA))


def constituents(
    report: FundReport,
    filed: dt.date,
    fund: FundRow,
    rules: HoldingsRules,
    sessions: pl.Series,
    min_members: int | None = None,
) -> FundList:
    """Make the list of members that a report shows.

    Parameters
    ----------
    report
        The report.
    filed
        The day on which it was filed.
    fund
        The fund that was asked for; the document must be of the same series.
    rules
        The rules of holdings files.
    sessions
        Trading days that cover the filing.
    min_members
        Fewer members are implausible; None: the minimum of the rules.

    Raises
    ------
    InputError
        When the report is of another fund (searches also find funds that hold this one), was filed before its
        own date, or has an implausible number of members.
    """
    _require_fund(report, fund)
    if filed < report.list_date:
        raise InputError(
            f"{_told(report)} cannot have been filed on {filed}, before the date of its holdings; take the "
            f"filing date from the index of filings"
        )
    table = _described(report.positions)
    ruled = table.with_columns(rule=_first_broken_rule(rules.members))
    members = _summed(ruled.filter(pl.col("rule").is_null()))
    fewest = rules.plausibility.min_members if min_members is None else min_members
    most = rules.plausibility.max_members
    if not fewest <= members.height <= most:
        raise InputError(
            f"{_told(report)} has {members.height} members; {fewest} to {most} are plausible (ishares.toml). "
            f"If it is complete, change the bounds there"
        )
    return FundList(
        rows=_rows(members, report, fund, next_session(filed, sessions)),
        refused=_refused(ruled.filter(pl.col("rule").is_not_null()), report),
        notices=_notices(report, members),
        fund=fund.fund,
        series_id=report.series_id,
        list_date=report.list_date,
        available_date=next_session(filed, sessions),
        is_amendment=report.is_amendment,
        identifiers=members.select(*IDENTIFIERS_SCHEMA).sort("source_id"),
    )


def next_session(day: dt.date, sessions: pl.Series) -> dt.date:
    """Return the first session strictly after a day; the next calendar day beyond the known sessions."""
    later = sessions.filter(sessions > day)
    first = later.min()
    return first if isinstance(first, dt.date) else day + dt.timedelta(days=1)


def newest_versions(lists: Sequence[FundList]) -> list[FundList]:
    """Leave one list per fund and date: the amendment that was filed last, where there is one.

    Returns
    -------
    list of FundList
        Sorted by date and fund.
    """
    chosen: dict[tuple[dt.date, str], FundList] = {}
    for one in sorted(lists, key=lambda item: (item.available_date, item.is_amendment)):
        chosen[one.list_date, one.fund] = one
    return [chosen[key] for key in sorted(chosen)]


def _require_fund(report: FundReport, fund: FundRow) -> None:
    if fund.series_id is not None and report.series_id != fund.series_id:
        raise InputError(
            f"{_told(report)} is not of {fund.fund} (series {fund.series_id}): a search also finds funds "
            f"that hold it. Choose the filings of the series itself"
        )
    if fund.cik is not None and report.cik != fund.cik:
        raise InputError(f"{_told(report)} is of the registrant {report.cik}, not {fund.cik} of {fund.fund}")


def _told(report: FundReport) -> str:
    return (
        f"the {report.submission_type} of '{report.series_name}' ({report.series_id}) for {report.list_date}"
    )


def _described(positions: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that the rules and the lists use."""
    cleaned = cleaned_frame(positions)
    is_priced = (pl.col("currency") == "USD") & (pl.col("balance") > 0)
    return cleaned.with_columns(
        source_id=source_id(),
        market_value_usd=pl.col("value_usd"),
        quantity=pl.col("balance"),
        price_usd=pl.when(is_priced).then(pl.col("value_usd") / pl.col("balance")),
    )


def source_id() -> pl.Expr:
    """Name a line by the first id that it has: CUSIP, ISIN, the company's LEI, else its name and title."""
    named = pl.concat_str(pl.col("name", "title"), separator=" ", ignore_nulls=True)
    return pl.coalesce(
        pl.format("cusip:{}", "cusip"),
        pl.format("isin:{}", "isin"),
        pl.format("lei:{}:{}", "lei", pl.col("title").fill_null("").str.to_uppercase()),
        pl.format("name:{}", named.str.to_uppercase()),
    )


def _first_broken_rule(rules: MemberRules) -> pl.Expr:
    """Return the first rule that a position breaks; what is unknown breaks a rule too."""
    spoken = pl.col("name", "title").fill_null("").str.to_uppercase()
    is_common = _matches(spoken, rules.common_stock_patterns)
    has_price = pl.col("value_usd") / pl.col("balance") > rules.min_price_exclusive
    broken = {
        "not_equity": pl.col("asset_category").ne_missing(COMMON_STOCK),
        "a_fund_not_a_company": pl.col("issuer_category").is_in(REGISTERED_FUNDS).fill_null(False),
        "not_shares": pl.col("units").ne_missing(SHARES),
        "not_long": pl.col("payoff").ne_missing(LONG),
        "quantity_not_positive": ~(pl.col("balance") > 0).fill_null(False),
        "not_common_stock": _matches(spoken, rules.not_common_stock_patterns) & ~is_common,
        "price_too_low": ~has_price.fill_null(False),
        "not_traded": (pl.col("fair_value_level") == _UNOBSERVABLE).fill_null(False),
        "market_value_too_low": ~(pl.col("value_usd") > rules.min_market_value_exclusive).fill_null(False),
    }
    return pl.coalesce([pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items()])


def _matches(texts: pl.Expr, patterns: Sequence[str]) -> pl.Expr:
    """Whether the name or the title matches a pattern; `texts` are both."""
    return pl.any_horizontal(pl.lit(False), *(texts.str.contains(pattern) for pattern in patterns))


def _summed(members: pl.DataFrame) -> pl.DataFrame:
    """Make one row per line: a fund may list a security in several parts, as with shares on loan."""
    ordered = members.sort("source_id", *POSITIONS_SCHEMA, nulls_last=True)
    whole = ordered.group_by("source_id", maintain_order=True).agg(
        *(pl.col(name).sum() for name in _SUMMED),
        *(
            pl.col(name).drop_nulls().first()
            for name in members.columns
            if name not in (*_SUMMED, "source_id")
        ),
    )
    is_priced = pl.col("currency") == "USD"
    return whole.with_columns(
        price_usd=pl.when(is_priced).then(pl.col("market_value_usd") / pl.col("quantity"))
    )


def _rows(members: pl.DataFrame, report: FundReport, fund: FundRow, available_date: dt.date) -> pl.DataFrame:
    given = {
        "as_of": pl.lit(report.list_date),
        "snapshot_date": pl.lit(report.list_date),
        "list_available_date": pl.lit(available_date),
        "ticker": pl.col("ticker").str.split(" ").list.first().fill_null(UNKNOWN_TICKER),
        "location": pl.col("country"),
        "fund": pl.lit(fund.fund),
        "source": pl.lit(SOURCE),
    }
    described = members.with_columns(**given)
    return described.select(
        (pl.col(name) if name in described.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in CONSTITUENTS_COLUMNS.items()
    ).sort("source_id")


def _refused(left_out: pl.DataFrame, report: FundReport) -> pl.DataFrame:
    """Write the other positions; those of a fund of bonds are many, so one row has what tells it apart."""
    cells = ["snapshot_date", "source_id", *POSITIONS_SCHEMA]
    dated = left_out.with_columns(snapshot_date=pl.lit(report.list_date)).sort(
        "rule", "name", "source_id", *POSITIONS_SCHEMA, nulls_last=True
    )
    return write_refused(dated, pl.col("snapshot_date").dt.year(), cells)


def _notices(report: FundReport, members: pl.DataFrame) -> tuple[str, ...]:
    """Say where the members are little of the fund: it may not be a fund of stocks, or is incomplete."""
    net, value = report.net_assets_usd, float(members["market_value_usd"].sum())
    if net is None or net <= 0 or value >= _LEAST_OF_FUND * net:
        return ()
    return (f"{_told(report)}: the members are {value / net:.0%} of the fund's net assets",)
