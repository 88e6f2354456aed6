"""Membership lists of the preset `files`: reads holdings and constituents, and picks a list per as_of."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from smallcap.errors import InputError
from smallcap.input_limits import InputLimits
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.base import CONSTITUENTS_COLUMNS, REFUSED_SCHEMA, Delivery
from smallcap.sources.calendar import nyse_sessions
from smallcap.sources.files.canonical_tables import CONSTITUENTS
from smallcap.sources.files.dates import (
    DateLimits,
    misdated_notice,
    require_within_limits,
    up_to,
    within_limits,
)
from smallcap.sources.files.folder import InputFile
from smallcap.sources.files.reach import newest_supported
from smallcap.sources.files.table_reader import read_table
from smallcap.sources.identity.aliases import canonical_in_list
from smallcap.sources.identity.lines import symbol_to_line
from smallcap.sources.ishares.holdings import Holdings, read_holdings, require_plausible_count
from smallcap.sources.ishares.members import HOLDINGS_SCHEMA, REFUSED_HOLDINGS_SCHEMA, classify
from smallcap.sources.problems import Problems
from smallcap.sources.refusals import write_refused

DEFAULT_INDEX = "russell2000"
_TO_NEXT_SESSION = dt.timedelta(days=14)
_SHOWN_CELLS = ["as_of", "snapshot_date", "asset_class", *HOLDINGS_SCHEMA]
_LIST_KEY: dict[str, type[pl.DataType]] = {"index_name": pl.String, "snapshot_date": pl.Date}
_FUND: dict[str, type[pl.DataType]] = {"fund": pl.String, "is_published_later": pl.Boolean}


@dataclass(frozen=True)
class Lists:
    """Every list of the folder.

    Attributes
    ----------
    rows
        index_name, snapshot_date, fund, symbol (the canonical ticker), `is_published_later` (a fund's file of
        a day is public on the next session), and the columns of a holdings row.
    refused
        index_name, snapshot_date, rule, and the columns of a refused holdings row.
    misdated
        Rows with an implausible date, which belong to no list; in the columns of `REFUSED_SCHEMA`.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    misdated: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REFUSED_SCHEMA))

    def dates(self, index: str) -> list[dt.date]:
        """Dates of the lists of an index, ascending."""
        return sorted(self.rows.filter(pl.col("index_name") == index)["snapshot_date"].unique().to_list())


def read_lists(
    inputs: Sequence[InputFile],
    rules: HoldingsRules,
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits | None = None,
) -> Lists:
    """Read every list; a copy of a file is read only once.

    Raises
    ------
    InputError
        When files are refused, or two different files have the same index and date; the message names all.
    """
    rows: list[pl.DataFrame] = [pl.DataFrame(schema={**_LIST_KEY, **_FUND, **HOLDINGS_SCHEMA})]
    refused: list[pl.DataFrame] = []
    misdated: list[pl.DataFrame] = [pl.DataFrame(schema=REFUSED_SCHEMA)]
    owners: dict[tuple[str, dt.date], str] = {}
    read: set[str] = set()
    problems = Problems()
    for found in inputs:
        digest = hashlib.sha256(found.payload).hexdigest()
        if found.dataset not in ("holdings", "constituents") or digest in read:
            continue
        read.add(digest)
        with problems.caught():
            if found.dataset == "holdings":
                listed, left_out = _read_holdings(found, rules, limits)
            else:
                listed, left_out, late = _read_constituents(found, rules, limits, sizes)
                misdated.append(late)
            _own(owners, listed, found.name)
            rows.append(listed)
            refused.append(left_out)
    problems.raise_any()
    return replace(combine_lists(rows, refused, aliases), misdated=pl.concat(misdated))


def combine_lists(
    rows: Sequence[pl.DataFrame], refused: Sequence[pl.DataFrame], aliases: pl.DataFrame
) -> Lists:
    """Combine lists, with canonical tickers.

    Where two rows of a list have the same canonical ticker, the largest is kept and the others refused.
    """
    all_rows = canonical_in_list(pl.concat(rows), aliases)
    largest_first = all_rows.sort(
        "index_name", "snapshot_date", "symbol", pl.col("market_value_usd").fill_null(0.0) * -1, "ticker"
    )
    is_repeated = pl.int_range(pl.len()).over("index_name", "snapshot_date", "symbol") > 0
    repeated = largest_first.filter(is_repeated).with_columns(rule=pl.lit("duplicate_ticker"))
    none = pl.DataFrame(schema={**_LIST_KEY, **REFUSED_HOLDINGS_SCHEMA})
    return Lists(
        largest_first.filter(~is_repeated),
        pl.concat([none, *refused, repeated.drop("symbol")], how="diagonal"),
    )


def choose_lists(
    lists: Lists, lines: pl.DataFrame, index: str, as_ofs: Sequence[dt.date], max_age_days: int, source: str
) -> Delivery:
    """Deliver, for each as_of, the newest list at most `max_age_days` old; no rows where there is none.

    Returns
    -------
    Delivery
        `CONSTITUENTS_COLUMNS`, sorted by as_of and ticker; the refused rows of the lists that are used, once
        per as_of, and those that belong to no list.
    """
    dates = pl.DataFrame({"snapshot_date": lists.dates(index)}, schema={"snapshot_date": pl.Date})
    asked = pl.DataFrame({"as_of": sorted(set(as_ofs))}, schema={"as_of": pl.Date})
    chosen = asked.join_asof(
        dates.sort("snapshot_date"),
        left_on="as_of",
        right_on="snapshot_date",
        tolerance=dt.timedelta(days=max_age_days),
        coalesce=False,
    ).drop_nulls()
    rows = chosen.join(
        symbol_to_line(lists.rows.filter(pl.col("index_name") == index), lines, "snapshot_date"),
        on="snapshot_date",
        how="inner",
    )
    left_out = chosen.join(
        lists.refused.filter(pl.col("index_name") == index), on="snapshot_date", how="inner"
    )
    members = (
        _with_available_date(rows)
        .with_columns(source=pl.lit(source))
        .select(pl.col(name).cast(dtype) for name, dtype in CONSTITUENTS_COLUMNS.items())
    )
    in_order = left_out.sort("as_of", "rule", "ticker", "name", nulls_last=True)
    written = write_refused(in_order, pl.col("as_of").dt.year(), _SHOWN_CELLS)
    refused = pl.concat([written, lists.misdated])
    return Delivery(members.sort("as_of", "ticker"), refused, misdated_notice(lists.misdated, "constituents"))


def _with_available_date(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `list_available_date`: the session after the list for a fund's file, else its own date."""
    first, last = rows["snapshot_date"].min(), rows["snapshot_date"].max()
    if (
        not isinstance(first, dt.date)
        or not isinstance(last, dt.date)
        or not rows["is_published_later"].any()
    ):
        return rows.with_columns(list_available_date="snapshot_date")
    sessions = nyse_sessions(first, last + _TO_NEXT_SESSION).to_frame().rename({"session": "next_session"})
    dated = rows.sort("snapshot_date", maintain_order=True).join_asof(
        sessions,
        left_on="snapshot_date",
        right_on="next_session",
        strategy="forward",
        allow_exact_matches=False,
        coalesce=False,
    )
    known = pl.when("is_published_later").then("next_session").otherwise("snapshot_date")
    return dated.with_columns(list_available_date=known)


def holdings_rows(holdings: Holdings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the members and the refused rows of a file with index, date and fund, for `combine_lists`."""
    key = [pl.lit(holdings.index_name).alias("index_name"), pl.lit(holdings.as_of).alias("snapshot_date")]
    fund = [pl.lit(holdings.fund).alias("fund"), pl.lit(value=True).alias("is_published_later")]
    return holdings.rows.select(*key, *fund, pl.all()), holdings.refused.select(*key, pl.all())


def _read_holdings(
    found: InputFile, rules: HoldingsRules, limits: DateLimits
) -> tuple[pl.DataFrame, pl.DataFrame]:
    holdings = read_holdings(found.payload, found.name, rules)
    require_within_limits(holdings.as_of, f"holdings file {found.name}: the as-of date", limits)
    return holdings_rows(holdings)


def _read_constituents(
    found: InputFile, rules: HoldingsRules, limits: DateLimits, sizes: InputLimits | None
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the members, the refused rows and the rows with implausible dates of a table of lists."""
    read = read_table(found.payload, found.name, CONSTITUENTS, sizes).with_columns(file=pl.lit(found.name))
    if read.is_empty():
        raise InputError(
            f"constituents file {found.name} has a header and no rows. Add the members, or remove it"
        )
    dated = within_limits(read, CONSTITUENTS, limits)
    newest = newest_supported(dated.rows, "snapshot_date", "ticker", limits.clock)
    if newest is not None:
        # A row far after all others would otherwise become a list of its own, and the newest.
        dated = up_to(dated, CONSTITUENTS, newest, ["snapshot_date"], limits)
    table = dated.rows.rename({"market_value": "market_value_usd", "price": "price_usd"}).with_columns(
        pl.col("index_name").fill_null(DEFAULT_INDEX),
        pl.col("asset_class").fill_null("Equity"),
        # The fund's file has text in these cells of every row.
        pl.col("ticker", "name").fill_null(""),
    )
    members, refused = classify(table, rules, tuple(_LIST_KEY), is_unknown_kept=True)
    _require_plausible(table, members, rules, found.name)
    return _with_fund(members, table, found.name), refused, dated.refused


def _with_fund(members: pl.DataFrame, table: pl.DataFrame, file_name: str) -> pl.DataFrame:
    """Add to each list the fund that its rows name; a list of two funds is refused."""
    funds = (
        table.group_by(*_LIST_KEY)
        .agg(pl.col("fund").drop_nulls().unique().sort())
        .sort(*_LIST_KEY)
        .select(*_LIST_KEY, pl.col("fund").list.first(), pl.col("fund").list.len().alias("funds"))
    )
    for index, date, *_ in funds.filter(pl.col("funds") > 1).iter_rows():
        raise InputError(
            f"constituents file {file_name}: the list of {index} of {date} names more than one fund; give "
            "one list per date, each of one fund"
        )
    named = members.join(funds.drop("funds"), on=list(_LIST_KEY), how="left", maintain_order="left")
    named = named.with_columns(is_published_later=pl.lit(value=False))
    return named.select(*_LIST_KEY, *_FUND, *HOLDINGS_SCHEMA)


def _require_plausible(
    table: pl.DataFrame, members: pl.DataFrame, rules: HoldingsRules, file_name: str
) -> None:
    counts = (
        table.select(*_LIST_KEY)
        .unique()
        .join(members.group_by(*_LIST_KEY).agg(members=pl.len()), on=list(_LIST_KEY), how="left")
    )
    for index, date, count in counts.sort(*_LIST_KEY).iter_rows():
        require_plausible_count(
            count or 0, rules, f"constituents file {file_name}, list of {index} of {date},"
        )


def _own(owners: dict[tuple[str, dt.date], str], listed: pl.DataFrame, file_name: str) -> None:
    for key in listed.select(*_LIST_KEY).unique().sort(*_LIST_KEY).iter_rows():
        if key in owners:
            raise InputError(
                f"{file_name} and {owners[key]} are two different lists of {key[0]} of {key[1]}; "
                f"remove one of them from the folder"
            )
        owners[key] = file_name
