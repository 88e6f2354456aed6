"""marts.study_comparison and marts.study_regression: the published study's figures beside ours."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.factors.book_regressions import FULL
from smallcap.finance.frames import as_table
from smallcap.finance.published.differences import MADE_UP, difference
from smallcap.finance.quality.inputs import POINT_IN_TIME, PUBLISHED
from smallcap.finance.tickers import normalised
from smallcap.rules.types.published_figures import PublishedFigure
from smallcap.rules.types.quality import BASE

SCREEN, NAMES, INDEX, REGRESSION = "screen", "names", "index", "regression"
COUNTS = ("members", "complete_records", "records_after_controls")
MEDIANS = ("roe_median", "debt_to_assets_median")
OF_A_NAME = ("score", "roe", "fcf_margin", "debt_to_assets", "interest_coverage", "market_cap_usd")
OF_THE_INDEX = ("pe_excluding_losses", "pb", "ps", "dividend_yield", "unprofitable_share")
TOP_HOLDING = "top_holding_weight"
BOOK = "small_cap_value"
STUDY = "the study: 129 records of 2025-12-31, with the figures that its vendor had on 2026-06-12"
FUND_YEARS = 10
OF_THE_FUNDS = {"index": "russell2000_annual_return_10y", "rival": "sp600_annual_return_10y"}
"""The published ten-year return to which that of the fund of each role in benchmarks.toml is ours."""
NO_FUND = (
    "not known: a price of the index's fund (benchmarks.toml) for each month of ten years is needed, and the "
    "source has no such fund"
)
NO_MEMBER = "no member carries the ticker at this date"
KEY = ["topic", "item", "measure"]
OURS_SCHEMA = {
    "as_of": pl.Date,
    "basis": pl.String,
    "topic": pl.String,
    "item": pl.String,
    "measure": pl.String,
    "ours": pl.Float64,
    "why": pl.String,
}


def study_comparison(
    figures: Sequence[PublishedFigure],
    summary: pl.DataFrame,
    scores: pl.DataFrame,
    profile: pl.DataFrame,
    largest: pl.DataFrame,
    funds: pl.DataFrame,
    *,
    is_made_up: bool,
) -> pl.DataFrame:
    """Put the published counts, medians, names and index figures beside ours at each date.

    Parameters
    ----------
    figures
        The rows of published_figures.csv.
    summary, scores
        Rows of marts.quality_summary and marts.quality_scores.
    profile, largest
        Rows of marts.index_profile, and the rows of rank 1 of marts.index_holdings.
    funds
        Rows of marts.benchmark_panel for windows of `FUND_YEARS`.
    is_made_up
        Whether the home's companies are made up. Their tickers mean other companies than the published ones.

    Returns
    -------
    pl.DataFrame
        One row per date, basis and published figure, in the columns of marts.study_comparison.
    """
    published = _published(figures)
    screened = summary.filter(pl.col("method") == PUBLISHED, pl.col("variant") == BASE.name)
    dates = screened.select("as_of", "basis").unique()
    asked = pl.concat(
        [
            dates.join(published.filter(pl.col("topic").is_in([SCREEN, NAMES])), how="cross"),
            profile.select("as_of", pl.lit(POINT_IN_TIME).alias("basis")).join(
                published.filter(pl.col("topic") == INDEX), how="cross"
            ),
        ]
    )
    ours = pl.concat(
        [
            _of_screen(screened),
            *([] if is_made_up else [_of_names(scores, screened)]),
            _of_index(profile, largest),
            _of_funds(funds),
        ]
    )
    rows = asked.join(ours, on=["as_of", "basis", *KEY], how="left")
    reason = pl.coalesce("why", _unknown())
    complete = rows.with_columns(
        pl.col("as_of").dt.year().alias("year"),
        difference(),
        (pl.lit(MADE_UP) if is_made_up else reason).alias("reason"),
    )
    return as_table(complete, "marts.study_comparison").sort("as_of", "basis", *KEY)


def study_regression(
    figures: Sequence[PublishedFigure], regressions: pl.DataFrame, book_lines: pl.DataFrame
) -> pl.DataFrame:
    """Put the published regression of the value book beside this home's own.

    Parameters
    ----------
    figures
        The rows of published_figures.csv.
    regressions
        Rows of marts.factor_regressions.
    book_lines
        Rows of core.book_lines: names of the book that no line carries.

    Returns
    -------
    pl.DataFrame
        One row per published figure, in the columns of marts.study_regression.
    """
    published = _published(figures).filter(pl.col("topic") == REGRESSION)
    own = regressions.filter(
        (pl.col("book") == BOOK)
        & (pl.col("model") == "FF5")
        & (pl.col("covariance") == "OLS")
        & (pl.col("window") == FULL)
    )
    newest = own.filter(pl.col("vintage") == pl.col("vintage").max())
    terms = newest.unpivot(
        ["estimate", "t_stat", "alpha_annual"], index="term", variable_name="measure", value_name="ours"
    ).rename({"term": "item"})
    whole = newest.head(1).select(
        pl.lit("all").alias("item"), "r_squared", "f_stat", pl.col("n_obs").cast(pl.Float64)
    )
    of_all = whole.unpivot(index="item", variable_name="measure", value_name="ours")
    rows = published.join(pl.concat([terms, of_all]), on=["item", "measure"], how="left")
    first = newest.select("vintage", "first_month", "last_month", "reason").head(1).to_dicts()
    told = first[0] if first else dict.fromkeys(("vintage", "first_month", "last_month", "reason"))
    missing = book_lines.filter(pl.col("book") == BOOK, ~pl.col("is_resolved"))["ticker"].sort().to_list()
    complete = rows.with_columns(
        difference(),
        pl.lit(_regression_reason(told, missing)).alias("reason"),
        pl.lit(BOOK).alias("book"),
        *(pl.lit(told[name]).alias(name) for name in ("vintage", "first_month", "last_month")),
    )
    return as_table(complete, "marts.study_regression").sort("item", "measure")


def _regression_reason(told: dict[str, object], missing: Sequence[str]) -> str:
    if told["vintage"] is None:
        return f"this home does not have the book {BOOK}: its source does not know the names"
    if told["reason"] is not None:
        return str(told["reason"])
    without = f"without {', '.join(missing)}, which no line carries; " if missing else ""
    return (
        f"{without}factors of vintage {told['vintage']}, months {told['first_month']} to "
        f"{told['last_month']}; the published vintage of the factors and source of the prices are not known"
    )


def _published(figures: Sequence[PublishedFigure]) -> pl.DataFrame:
    rows = [
        (one.topic, one.item, one.measure, one.value, one.highest, one.note or None, one.source)
        for one in figures
    ]
    texts = dict.fromkeys(KEY, pl.String)
    numbers = {"published": pl.Float64, "published_highest": pl.Float64}
    return pl.DataFrame(
        rows, schema={**texts, **numbers, "note": pl.String, "source": pl.String}, orient="row"
    )


def _of_screen(summary: pl.DataFrame) -> pl.DataFrame:
    """Take the counts of all, and the medians of each quintile."""
    counts = summary.filter(pl.col("quintile") == 0).select(
        "as_of",
        "basis",
        pl.lit("all").alias("item"),
        *(pl.col(name).cast(pl.Float64) for name in COUNTS),
        pl.format(
            "{} members here, the whole index; the study asked for its first 300 names", "members"
        ).alias("why"),
    )
    medians = summary.filter(pl.col("quintile") > 0).select(
        "as_of",
        "basis",
        pl.format("quintile {}", "quintile").alias("item"),
        *MEDIANS,
        pl.format(
            "{} companies of a quintile among {} records of {}; {}",
            "scored",
            "records_after_controls",
            "as_of",
            pl.lit(STUDY),
        ).alias("why"),
    )
    return pl.concat([_long(counts, COUNTS, SCREEN), _long(medians, MEDIANS, SCREEN)])


def _of_names(scores: pl.DataFrame, summary: pl.DataFrame) -> pl.DataFrame:
    """Take the inputs and scores of members; of one that is not scored the reason."""
    records = summary.filter(pl.col("quintile") == 0).select("as_of", "basis", "records_after_controls")
    own = scores.filter(pl.col("method") == PUBLISHED).join(records, on=["as_of", "basis"], how="left")
    fiscal = pl.format("ours is of the fiscal year to {}, known since {}", "period_end", "available_date")
    scored = pl.format("{}, among {} records", fiscal, "records_after_controls")
    why = (
        pl.when(pl.col("status") == "scored")
        .then(pl.concat_str(scored, pl.lit(f"; {STUDY}")))
        .otherwise(pl.format("not scored here: {}", "exclusion_reason"))
    )
    rows = own.select(
        "as_of", "basis", normalised(pl.col("ticker")).alias("item"), *OF_A_NAME, why.alias("why")
    )
    return _long(rows.unique(["as_of", "basis", "item"], keep="first", maintain_order=True), OF_A_NAME, NAMES)


def _of_index(profile: pl.DataFrame, largest: pl.DataFrame) -> pl.DataFrame:
    """Take the valuation of the index, and the weight of its largest member."""
    why = pl.format("members, records and prices of {}; the published figure is of another day", "as_of")
    index = [pl.lit(POINT_IN_TIME).alias("basis"), pl.lit(INDEX).alias("item"), why.alias("why")]
    valued = profile.select("as_of", *index, *OF_THE_INDEX)
    top = largest.select("as_of", *index, pl.col("weight").alias(TOP_HOLDING))
    return pl.concat([_long(valued, OF_THE_INDEX, INDEX), _long(top, (TOP_HOLDING,), INDEX)])


def _of_funds(funds: pl.DataFrame) -> pl.DataFrame:
    """Take the ten-year return of the fund of each small-cap index, or why there is none."""
    known = pl.format("of the fund {} over the ten years to {}, after its fees", "ticker", "last_month")
    lacking = pl.format("not known: {} over ten years; {}", "ticker", "reason")
    rows = (
        funds.filter(pl.col("years") == FUND_YEARS, pl.col("role").is_in(list(OF_THE_FUNDS)))
        .sort("as_of", "role", "ticker")
        .unique(["as_of", "role"], keep="first", maintain_order=True)
    )
    return rows.select(
        "as_of",
        pl.lit(POINT_IN_TIME).alias("basis"),
        pl.lit(INDEX).alias("topic"),
        pl.lit(INDEX).alias("item"),
        pl.col("role").replace_strict(OF_THE_FUNDS, return_dtype=pl.String).alias("measure"),
        pl.col("annual_return").alias("ours"),
        pl.when(pl.col("annual_return").is_not_null()).then(known).otherwise(lacking).alias("why"),
    )


def _long(rows: pl.DataFrame, measures: Sequence[str], topic: str) -> pl.DataFrame:
    """Make one row per measure."""
    long = rows.unpivot(
        measures, index=["as_of", "basis", "item", "why"], variable_name="measure", value_name="ours"
    )
    return long.select(
        pl.lit(topic).alias(name) if name == "topic" else pl.col(name).cast(dtype)
        for name, dtype in OURS_SCHEMA.items()
    )


def _unknown() -> pl.Expr:
    return pl.when(pl.col("topic") == NAMES).then(pl.lit(NO_MEMBER)).otherwise(pl.lit(NO_FUND))
