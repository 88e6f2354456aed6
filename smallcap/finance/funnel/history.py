"""Five fiscal years of a company as known at a date: the figures of the multi-year rules.

The visible data of a company change only on days on which a record becomes known. The years are therefore
combined once per such day (a state), and each date uses its company's latest state. This avoids combining
five years for every company and date.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from smallcap.finance.pointintime import by_standing, take, years_apart
from smallcap.rules.types.funnel import FunnelRules

FIGURES = (
    *("net_income_usd", "operating_cash_flow_usd", "free_cash_flow_usd", "revenue_usd"),
    *("net_margin", "gross_margin", "operating_margin", "total_assets_usd"),
)

MARGINS = ("gross_margin", "operating_margin")


def with_history(questions: pl.DataFrame, records: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Add to each question the summary of the consecutive fiscal years visible at as_of.

    The years are that of the visible record and the unbroken run of years before it, at most
    `rules.history.years`, each in the version visible at as_of.

    Parameters
    ----------
    questions
        Rows with `entity_id` and `as_of`.
    records
        Rows of core.annual_metrics.
    rules
        Number of years, and the day range of the prior year.

    Returns
    -------
    pl.DataFrame
        The questions in the same order, with the columns of `summarised`; null if nothing was visible.
    """
    states = (
        records.select("entity_id", "available_date")
        .unique()
        .sort("available_date", "entity_id")
        .with_row_index("state")
    )
    seen = (
        questions.select("entity_id", "as_of")
        .with_row_index("question")
        .sort("as_of")
        .join_asof(states, left_on="as_of", right_on="available_date", by="entity_id", check_sortedness=False)
        .sort("question")["state"]
    )
    used = states.filter(pl.col("state").is_in(seen.unique().implode()))
    summary = summarised(years_known(used, records, rules), rules)
    place = states.select("state").join(
        summary.select("state").with_row_index("place"), on="state", how="left", maintain_order="left"
    )
    return questions.hstack(take(summary.drop("state"), place["place"].gather(seen)))


def years_known(states: pl.DataFrame, records: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Find the fiscal years known in each state, and keep the unbroken run that ends in the visible one.

    Parameters
    ----------
    states
        Rows with `state`, `entity_id` and `available_date`.
    records
        Rows of core.annual_metrics.
    rules
        Number of years, and the day range of the prior year.

    Returns
    -------
    pl.DataFrame
        One row per state and year of its run: `state`, `years_back` (0 is the visible year) and the
        `FIGURES`, sorted by both.
    """
    ordered = by_standing(records)
    known = (
        states.join(ordered, on="entity_id", suffix="_record")
        .filter(pl.col("available_date_record") <= pl.col("available_date"))
        # The visible record is the known one with the highest standing.
        .with_columns(
            pl.col("period_end")
            .gather(pl.col("standing").arg_max())
            .first()
            .over("state")
            .alias("visible_period_end")
        )
    )
    near = years_apart(pl.col("visible_period_end"), pl.col("period_end"), rules.prior_year)
    newest = (
        known.with_columns(near.alias("years_back"))
        .filter(pl.col("years_back").is_between(0, rules.history.years - 1))
        .group_by("state", "years_back")
        .agg(pl.col("standing").max())
        .sort("state", "years_back")
        # In an unbroken run the n-th year is n years back; after a gap it is further back.
        .filter(pl.col("years_back") == pl.int_range(pl.len()).over("state"))
    )
    return newest.select("state", "years_back").hstack(
        take(records.select(FIGURES), ordered["row"].gather(newest["standing"]))
    )


def summarised(years: pl.DataFrame, rules: FunnelRules) -> pl.DataFrame:
    """Summarise the years of each state in the figures that the multi-year rules need.

    Parameters
    ----------
    years
        Rows of `years_known`.
    rules
        Minimum share of net income that operating cash flow must reach to back it.

    Returns
    -------
    pl.DataFrame
        One row per state: `years`; for net income, operating and free cash flow and operating margin the
        number of years in which they are known (`_known`) and positive (`_positive`); first and last figures,
        lowest margins, sums (null if a year is unknown), the slope per year of the gross margin (null
        likewise; of the operating margin if no year has a gross margin), years in which operating cash flow
        does not back net income, and years in which revenue fell.
    """
    by_state = _beside_each_year(years).group_by("state", maintain_order=True)
    years_known = pl.len().cast(pl.Int64).alias("years")
    summed = by_state.agg(years_known, *_counts(rules.income.least_cash_backing), *_extremes_and_sums())
    return _with_margin_slope(summed)


def _counts(least_cash_backing: float) -> Iterator[pl.Expr]:
    """Count the years in which figures are known and positive, unbacked years, and falls of revenue."""
    for name in ("net_income_usd", "operating_cash_flow_usd", "free_cash_flow_usd", "operating_margin"):
        yield pl.col(name).count().cast(pl.Int64).alias(f"{name.removesuffix('_usd')}_known")
        yield (pl.col(name) > 0).sum().cast(pl.Int64).alias(f"{name.removesuffix('_usd')}_positive")
    is_unbacked = pl.col("operating_cash_flow_usd") < least_cash_backing * pl.col("net_income_usd")
    yield is_unbacked.sum().cast(pl.Int64).alias("unbacked_years")
    yield is_unbacked.count().cast(pl.Int64).alias("backing_known")
    yield (pl.col("revenue_change") < 0).sum().cast(pl.Int64).alias("revenue_falls")
    yield pl.col("revenue_change").count().cast(pl.Int64).alias("revenue_changes_known")


def _extremes_and_sums() -> Iterator[pl.Expr]:
    """Return first and last figures, lowest ratios, sums, and what the slopes of the margins need."""
    for name in ("net_income", "operating_cash_flow"):
        figure = pl.col(f"{name}_usd")
        yield figure.first().alias(f"{name}_last")
        yield figure.last().alias(f"{name}_first")
        yield _complete(figure, figure.sum()).alias(f"{name}_sum")
    yield pl.col("net_margin").min().alias("net_margin_least")
    yield pl.col("operating_margin").min().alias("operating_margin_least")
    assets = pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    yield (pl.col("operating_cash_flow_usd") / assets).min().alias("cash_flow_to_assets_least")
    for name in MARGINS:
        yield pl.col(name).count().alias(f"{name}_count")
        yield pl.col(f"{name}_moment").sum()


def _with_margin_slope(summed: pl.DataFrame) -> pl.DataFrame:
    """Add the slope of the gross margin, or of the operating margin where no year has a gross margin."""
    # A company that never reports cost of revenue has no gross margin; a single year without it is missing
    # data.
    has_no_gross_margin = (pl.col("gross_margin_count") == 0) & (pl.col("operating_margin_count") > 0)
    slope = pl.when(has_no_gross_margin).then(_slope("operating_margin")).otherwise(_slope("gross_margin"))
    helpers = [f"{name}_{suffix}" for name in MARGINS for suffix in ("count", "moment")]
    return summed.with_columns(
        slope.alias("margin_slope"), has_no_gross_margin.alias("is_operating_margin_used")
    ).drop(helpers)


def _beside_each_year(years: pl.DataFrame) -> pl.DataFrame:
    """Add the change in revenue from the year before, and each margin's moment about the middle year.

    Computed for all states at once, because a shift or mean within each of thousands of small groups would
    take most of the time.
    """
    # Sorted by years_back: the next row is the year before, if it is of the same state.
    is_followed = pl.col("state") == pl.col("state").shift(-1)
    from_middle = (pl.len().over("state") - 1) / 2 - pl.col("years_back")
    return years.with_columns(
        pl.when(is_followed)
        .then(pl.col("revenue_usd") - pl.col("revenue_usd").shift(-1))
        .alias("revenue_change"),
        *((from_middle * pl.col(name)).alias(f"{name}_moment") for name in MARGINS),
    )


def _complete(figure: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Keep a value only if the figure is known in every year."""
    return pl.when(figure.null_count() == 0).then(value)


def _slope(name: str) -> pl.Expr:
    """Compute the least-squares slope over the years, as a change per year.

    Null for a single year, or if a year is unknown. The years are an unbroken run, so the sum of their
    squared distances from the middle is n (n^2 - 1) / 12.
    """
    count = pl.col("years")
    spread = count * (count**2 - 1) / 12
    return pl.when(pl.col(f"{name}_count") == count, count > 1).then(pl.col(f"{name}_moment") / spread)
