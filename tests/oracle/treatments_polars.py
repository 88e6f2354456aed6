"""Books and the experiment by treated returns as a bare script; losses of delistings included.

It shares the thresholds with smallcap, and none of the calculations. Calendar years are apart only where the
tables take quantiles, stops and losses from the data of two years.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.returns import ReturnRules
from tests.oracle.experiment_polars import held_by

LINE: Final = ["month", "security_id"]
BOOK: Final = ["book", "month", "treatment"]
EXPERIMENT: Final = ["universe", "weighting", "month", "treatment"]
Tables = dict[str, pl.DataFrame]


def _number(day: str) -> pl.Expr:
    return pl.col(day).dt.year().cast(pl.Int64) * 12 + pl.col(day).dt.month()


def cut_off(lists: pl.DataFrame, day: str, returns: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Clip each month's returns at two quantiles of the lines that have been listed by then."""
    since = lists.group_by("security_id").agg(since=pl.col(day).min())
    marked = returns.join(since, on="security_id", how="left")
    counted = ((pl.col("since") <= pl.col("month")) | (pl.col("since") == lists[day].min())).fill_null(False)
    return _clipped(marked.with_columns(is_counted=counted), rules)


def _clipped(marked: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    counted = pl.col("is_counted")
    own = pl.col("total_return").filter(counted | ~counted.any())
    levels = (rules.winsorizing.low, rules.winsorizing.high)
    low, high = (own.quantile(level, "linear").over("month") for level in levels)
    return marked.with_columns(pl.col("total_return").clip(low, high))


def losses(stops: pl.DataFrame, tables: Tables, returns: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    """Give the lines that stop for their performance their loss.

    Parameters
    ----------
    stops
        Columns month and security_id: the first month without a return.
    tables
        raw.prices, raw.constituents and raw.securities.
    returns
        Rows of core.monthly_returns that the last year's return may be taken from.
    rules
        Limits and losses.
    """
    own = rules.delisting
    asked = stops.select(LINE).unique().with_columns(start=pl.col("month").dt.month_start())

    def last(frame: pl.DataFrame, day: str, value: str) -> pl.DataFrame:
        known = asked.join(frame.select("security_id", day, value).drop_nulls(value), on="security_id")
        is_near = pl.col(day).dt.year() >= pl.col("month").dt.year() - 1
        return known.filter(pl.col(day) < pl.col("start"), is_near).group_by(LINE).agg(
            pl.col(value).sort_by(day, maintain_order=True).last()
        )  # fmt: skip

    before = asked.join(returns.select("security_id", "total_return", earlier="month"), on="security_id")
    ago = _number("month") - _number("earlier")
    year = before.filter(ago.is_between(1, 12)).group_by(LINE).agg(
        year_return=pl.col("total_return").log1p().sum().exp() - 1
    )  # fmt: skip
    causes = tables["raw.securities"].drop_nulls("delisting_cause").group_by("security_id").agg(
        cause=pl.col("delisting_cause").sort_by("valid_from", maintain_order=True).last()
    )  # fmt: skip
    looks_bad = pl.any_horizontal(
        (pl.col("close_usd") < own.least_price_usd).fill_null(False),
        (pl.col("year_return") < own.least_year_return).fill_null(False),
    )
    is_bad = (
        pl.when(pl.col("cause") == "performance")
        .then(True)
        .when(pl.col("cause") == "acquired")
        .then(False)
        .otherwise(looks_bad)
    )
    is_nasdaq = pl.col("exchange").str.to_uppercase().str.starts_with("NASDAQ").fill_null(False)
    return (
        asked.join(last(tables["raw.prices"], "date", "close_usd"), on=LINE, how="left")
        .join(last(tables["raw.constituents"], "snapshot_date", "exchange"), on=LINE, how="left")
        .join(year, on=LINE, how="left")
        .join(causes, on="security_id", how="left")
        .filter(is_bad)
        .select(*LINE, loss=pl.when(is_nasdaq).then(own.nasdaq_loss).otherwise(own.loss))
    )


def books(tables: Tables, rules: ReturnRules) -> pl.DataFrame:
    """Make the columns of marts.treated_book_returns but rule_set."""
    lines = tables["core.book_lines"]
    given = lines.filter("is_resolved").select("book", "security_id", given="weight")
    held = tables["marts.book_holdings"].select("year", "book", *LINE, "status", own="total_return")
    held = held.join(given, on=["book", "security_id"], how="left").with_columns(
        pl.col("given").fill_null(1.0)
    )
    returns = tables["core.monthly_returns"]
    suspects = tables["core.return_doubts"].filter("is_return_suspect").select(*LINE, is_suspect=True)
    lost = losses(held.filter(pl.col("status") == "stopped"), tables, returns, rules)
    cut = _cut_off_by_year(held, tables, rules).select(*LINE, cut="total_return")
    beside = (
        held.join(suspects, on=LINE, how="left")
        .join(lost, on=LINE, how="left")
        .join(cut, on=LINE, how="left")
    )
    is_held = pl.col("status") == "held"
    known = pl.when(is_held).then("own")
    treated = {
        "all": known,
        "without_suspects": pl.when(pl.col("is_suspect").is_null()).then(known),
        "winsorized": pl.when(is_held).then("cut"),
        "delisting_losses": pl.when(pl.col("status") == "stopped").then("loss").otherwise(known),
    }
    monthly = pl.concat(_weighed(beside.with_columns(value=value), name) for name, value in treated.items())
    return _covered(monthly, lines, rules)


def _cut_off_by_year(held: pl.DataFrame, tables: Tables, rules: ReturnRules) -> pl.DataFrame:
    """Clip each month's returns at the quantiles of the lines listed by then and of the books' lines."""
    own = held.select(LINE).unique().with_columns(of_book=True)
    parts = []
    for year in sorted(held["year"].unique()):
        returns = tables["core.monthly_returns"].filter(pl.col("year") == year)
        lists = tables["raw.constituents"].filter(pl.col("year").is_between(year - 1, year))
        listed = lists.group_by("security_id").agg(since=pl.col("snapshot_date").min())
        marked = returns.join(listed, on="security_id", how="left").join(own, on=LINE, how="left")
        is_listed = (pl.col("since") <= pl.col("month")) | (pl.col("since") == lists["snapshot_date"].min())
        if lists.is_empty():
            is_listed = ~pl.col("security_id").is_in(_only_watched(tables).implode())
        parts.append(
            _clipped(
                marked.with_columns(
                    is_counted=is_listed.fill_null(False) | pl.col("of_book").fill_null(False)
                ),
                rules,
            )
        )
    return pl.concat(parts)


def _only_watched(tables: Tables) -> pl.Series:
    """List the lines of companies that are watched, in no book and never a member."""
    names = tables["core.watched_names"].drop_nulls("security_id").group_by("security_id")
    alone = names.agg(pl.col("is_member").any(), pl.col("watched_by").max()).filter(
        ~pl.col("is_member"), pl.col("watched_by") == "watchlist"
    )
    lines = tables["raw.securities"].select("security_id", "entity_id").unique()
    companies = lines.filter(pl.col("security_id").is_in(alone["security_id"].implode()))["entity_id"]
    same = lines.filter(pl.col("entity_id").is_in(companies.implode()))["security_id"]
    return pl.concat([alone["security_id"], same]).unique()


def _weighed(rows: pl.DataFrame, treatment: str) -> pl.DataFrame:
    has = pl.col("value").is_not_null()
    moved = has != pl.col("own").is_not_null()
    return rows.group_by("year", "book", "month").agg(
        treatment=pl.lit(treatment),
        total_return=pl.when(has.any()).then(
            (pl.col("given") * pl.col("value")).sum() / pl.col("given").filter(has).sum()
        ),
        lines=pl.len().cast(pl.Int64),
        without_return=(~has).sum().cast(pl.Int64),
        changed=(moved | (pl.col("value") != pl.col("own")).fill_null(False)).sum().cast(pl.Int64),
        missing=pl.col("given").filter(~has).sum() / pl.col("given").sum(),
    )


def _covered(monthly: pl.DataFrame, lines: pl.DataFrame, rules: ReturnRules) -> pl.DataFrame:
    weight, lost = pl.col("weight").fill_null(1.0), ~pl.col("is_resolved")
    unresolved = lines.group_by("book").agg(
        unresolved=lost.sum().cast(pl.Int64), share=weight.filter(lost).sum() / weight.sum()
    )
    both = monthly.join(unresolved, on="book", how="left").with_columns(
        pl.col("unresolved", "share").fill_null(0)
    )
    # Not by what is left: 1 - (1 - 0.05) is more than 0.05, the limit.
    without = pl.min_horizontal(pl.col("share") + (1 - pl.col("share")) * pl.col("missing"), pl.lit(1.0))
    is_whole = pl.col("weight_without_return") <= rules.max_weight_without_return
    return (
        both.with_columns(weight_without_return=without)
        .with_columns(coverage=pl.when(is_whole).then(pl.lit("complete")).otherwise(pl.lit("survivors_only")))
        .drop("share", "missing")
    )


def experiment(tables: Tables, rules: ReturnRules) -> pl.DataFrame:
    """Make the main columns of marts.treated_experiment_returns, year by year."""
    members, metrics, returns = (
        tables[name] for name in ("core.members", "core.metrics_as_of", "core.monthly_returns")
    )
    suspects = tables["core.return_doubts"].filter("is_return_suspect").select(LINE)
    clean = returns.join(suspects, on=LINE, how="anti")
    none = members.select(before_it=_number("as_of") - 1, security_id="security_id").clear()
    parts = [
        held_by(members, metrics, clean, returns, none).with_columns(treatment=pl.lit("without_suspects"))
    ]
    for year in sorted(members["year"].unique()):
        two = pl.col("year").is_between(year - 1, year)
        known, listed, valued = returns.filter(two), members.filter(two), metrics.filter(two)
        cut = cut_off(listed, "as_of", known, rules)
        stops = _stopped(returns.filter(pl.col("year").is_between(year - 1, year + 1)), year)
        lost = losses(stops, tables, known, rules)
        priced = pl.concat(
            [
                known.select(*LINE, "total_return"),
                lost.select(*LINE, total_return="loss"),
            ]
        )
        stays = lost.select(before_it=_number("month") - 2, security_id="security_id")
        parts += [
            held_by(listed, valued, treated, known, kept)
            .filter(pl.col("month").dt.year() == year)
            .with_columns(treatment=pl.lit(name))
            for name, treated, kept in (("winsorized", cut, none), ("delisting_losses", priced, stays))
        ]
    years = pl.col("month").dt.year()
    whole = pl.concat(parts).with_columns(year=years)
    return whole.filter(years.is_in(members["year"].unique().implode()))


def _stopped(returns: pl.DataFrame, year: int) -> pl.DataFrame:
    """Find the first months without a return that are followed by none up to the end of the next year."""
    dated = returns.select("security_id", at=_number("month")).sort("security_id", "at")
    months = returns.select("month", at=_number("month")).unique()
    over = pl.col("at") + 1
    gap = dated.with_columns(later=pl.col("at").shift(-1).over("security_id"), stop=over)
    stop_year, later_year = (pl.col("stop") - 1) // 12, (pl.col("later") - 1) // 12
    is_over = pl.col("later").is_null() | (later_year > stop_year + 1)
    return gap.filter(is_over, stop_year <= year).join(months, left_on="stop", right_on="at").select(LINE)
