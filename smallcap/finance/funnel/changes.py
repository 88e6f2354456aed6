"""marts.screen_changes: companies that entered or left the survivors between two dates, and the cause."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.change_words import with_words
from smallcap.finance.funnel.evaluation import FIGURES, ON_LATEST
from smallcap.finance.funnel.outcomes import FORGIVING_FILTERS, SURVIVORS
from smallcap.finance.metrics.trailing_as_of import QUARTER
from smallcap.finance.statuses import FAIL, NOT_APPLICABLE, VERIFY
from smallcap.tables.screen_changes import ScreenChanges

PAIR = ["as_of", "entity_id"]
DATES = (("to", "as_of"), ("from", "previous_as_of"))
"""Suffix of the figures of a date, and the column of that date."""
ENTERED, LEFT = "entered", "left"
BUSINESS, SHARIAH, VALUE = "business", "shariah", "value"
RECORD = ("period_end", "version", "available_date", "is_stale")
MARKET_FIGURES = ("debt_to_equity", "accruals_cash_flow", "accruals_balance_sheet", "pb", "pe", "p_fcf")
"""Figures of rules found in core.metrics_as_of; the others are in core.filter_evaluations."""
OF_THE_UNIVERSE = MARKET_FIGURES[1:]
"""Figures whose limit is derived from the universe; each has to be at or below it."""


FILED = "balance_sheet_filing_date"
"""The day on which a quarter's balance sheet was filed, in core.trailing_as_of."""


def screen_changes(
    outcomes: pl.DataFrame,
    evaluations: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    trailing_as_of: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Find the companies that entered or left the survivors since the previous as_of, with the cause.

    The filter shown is, for a company that left, the first that excludes it now; for one that entered, the
    first that excluded it before. A filter excludes a company on fail or, from filter 3 on, on verify or if
    it is not applicable. The values are those of the rule that was broken; for filter 6, where one multiple
    is enough, those of the multiple that admitted the company. The cause is the first that applies:

    - `membership`: the company was not a member at one of the dates; the filter is null if none excluded it
      before or excludes it now.
    - `rule`: the filter's rule set differs, or it is filter 1: a new line of business.
    - `going_stale`: the visible record has become too old.
    - `new_filing`: the visible record is of another fiscal year, or of another quarter for a filter that is
      on the latest footing.
    - `restatement`: the visible record is another version of the same year; for a multi-year rule also if the
      record is the same, because then an earlier year's record differs.
    - `universe_median`: under the previous limit, the company's current figure would have the same result as
      before.
    - `price_move`: filters 2 and 6, if the record is the same and the limit did not decide.

    Parameters
    ----------
    outcomes
        Rows of marts.funnel_outcomes. Include the year before, so that the first as_of of a year can be
        compared.
    evaluations
        Rows of core.filter_evaluations for the same as_ofs.
    metrics_as_of
        Rows of core.metrics_as_of for the same as_ofs.
    trailing_as_of
        Rows of core.trailing_as_of for the same as_ofs; None in a home on the annual footing.

    Returns
    -------
    pl.DataFrame
        One row per change, in the columns of marts.screen_changes, sorted by as_of and company. The first
        as_of in `outcomes` has no changes.
    """
    changed = _changed(outcomes)
    # Few companies change; restrict everything that follows to them.
    is_asked = pl.col("entity_id").is_in(changed["entity_id"].unique().implode())
    decided = _with_filter(changed, outcomes.filter(is_asked))
    limits = _limits(evaluations)
    records = _records(
        metrics_as_of.filter(is_asked),
        None if trailing_as_of is None else trailing_as_of.filter(is_asked),
    )
    measured = _with_figures(decided, evaluations.filter(is_asked), records, limits)
    explained = measured.with_columns(_cause().alias("cause"), pl.col("as_of").dt.year().alias("year"))
    return in_columns_of(with_words(explained), ScreenChanges).sort(PAIR)


def _records(metrics_as_of: pl.DataFrame, trailing_as_of: pl.DataFrame | None) -> pl.DataFrame:
    """Stack the records that filters take: of fiscal years, and for some filters of the latest footing."""
    of_years = metrics_as_of.select(
        *PAIR,
        *RECORD,
        *MARKET_FIGURES,
        pl.lit(None, dtype=pl.Date).alias(FILED),
        pl.lit(value=False).alias("is_on_latest"),
    )
    if trailing_as_of is None:
        return pl.concat([of_years, of_years.with_columns(is_on_latest=pl.lit(value=True))])
    accruals = [name for name in MARKET_FIGURES if name not in trailing_as_of.columns]
    of_quarters = trailing_as_of.select(
        *PAIR,
        *RECORD,
        *(
            pl.lit(None, dtype=pl.Float64).alias(name) if name in accruals else name
            for name in MARKET_FIGURES
        ),
        pl.when(pl.col("statement_footing") == QUARTER).then(FILED).alias(FILED),
        pl.lit(value=True).alias("is_on_latest"),
    )
    return pl.concat([of_years, of_quarters])


def _changed(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Find the companies that are survivors at only one of a date and the previous date."""
    as_ofs = outcomes.select("as_of").unique().sort("as_of")
    dates = as_ofs.with_columns(previous_as_of=pl.col("as_of").shift(1)).drop_nulls()
    companies = outcomes.filter(pl.col("filter_number") == 1).select(
        *PAIR, "ticker", "outcome", "is_vintage_later"
    )
    now = dates.join(companies, on="as_of")
    before = dates.join(companies.rename({"as_of": "previous_as_of"}), on="previous_as_of")
    both = now.join(
        before, on=["as_of", "previous_as_of", "entity_id"], how="full", coalesce=True, suffix="_from"
    )
    is_in, was_in = (pl.col(name).is_in(SURVIVORS).fill_null(False) for name in ("outcome", "outcome_from"))
    return both.filter(is_in != was_in).select(
        *PAIR,
        "previous_as_of",
        pl.coalesce("ticker", "ticker_from").alias("ticker"),
        "outcome_from",
        pl.col("outcome").alias("outcome_to"),
        pl.max_horizontal("is_vintage_later", "is_vintage_later_from").alias("is_vintage_later"),
        pl.when(is_in).then(pl.lit(ENTERED)).otherwise(pl.lit(LEFT)).alias("change"),
    )


def _with_filter(changed: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Add the filter that decided: a company that left is excluded now, one that entered was before."""
    is_unknown = pl.col("stand_alone_status").is_in([VERIFY, NOT_APPLICABLE])
    is_open = is_unknown & (pl.col("filter_number") > FORGIVING_FILTERS)
    keeps_out = outcomes.filter((pl.col("stand_alone_status") == FAIL) | is_open)
    first = keeps_out.sort(*PAIR, "filter_number").unique(PAIR, keep="first", maintain_order=True)
    deciding = first.select(
        pl.col("as_of").alias("decided_on"), "entity_id", "filter_number", "filter_name", "reason"
    )
    day = pl.when(pl.col("change") == LEFT).then("as_of").otherwise("previous_as_of").alias("decided_on")
    return changed.with_columns(day).join(
        deciding, on=["decided_on", "entity_id"], how="left", maintain_order="left"
    )


def _limits(evaluations: pl.DataFrame) -> pl.DataFrame:
    """Find each rule's limit at each date; it is the same for all companies."""
    return evaluations.group_by("as_of", "measure").agg(pl.col("threshold").max()).drop_nulls("threshold")


def _with_figures(
    changed: pl.DataFrame, evaluations: pl.DataFrame, records: pl.DataFrame, limits: pl.DataFrame
) -> pl.DataFrame:
    """Add, for both dates, the record, the filter's verdict and rule set, and the rule's value and limit."""
    verdicts = evaluations.select(
        *PAIR, "filter_number", pl.col("stand_alone_status").alias("status"), "measure", "rule_set", *FIGURES
    )
    both = changed.with_columns(pl.col("filter_name").is_in(ON_LATEST).fill_null(False).alias("is_on_latest"))
    for suffix, day in DATES:
        key = [day, "entity_id"]
        verdict, record = _at(verdicts, day, suffix), _at(records, day, suffix)
        both = both.join(verdict, on=[*key, "filter_number"], how="left", maintain_order="left")
        both = both.join(record, on=[*key, "is_on_latest"], how="left", maintain_order="left")
    # All rules must hold, so the broken one decides; one multiple is enough, so the cheap one decides.
    broken_now = (pl.col("change") == LEFT) != (pl.col("filter_name") == VALUE)
    measured = both.with_columns(
        pl.when(broken_now).then("measure_to").otherwise("measure_from").alias("measure")
    )
    for suffix, day in DATES:
        renamed = limits.rename({"as_of": day, "threshold": f"threshold_{suffix}"})
        measured = measured.join(
            renamed, on=[day, "measure"], how="left", maintain_order="left"
        ).with_columns(_figure(suffix))
    return measured


def _at(rows: pl.DataFrame, day: str, suffix: str) -> pl.DataFrame:
    """Suffix the rows' columns with the date on which they are joined."""
    own = [name for name in rows.columns if name not in (*PAIR, "filter_number", "is_on_latest")]
    return rows.rename({"as_of": day} | {name: f"{name}_{suffix}" for name in own})


def _figure(suffix: str) -> pl.Expr:
    """Select the value of the deciding rule at one of the dates."""
    names = (*FIGURES, *MARKET_FIGURES)
    return pl.coalesce(
        pl.when(pl.col("measure") == name).then(pl.col(f"{name}_{suffix}")) for name in names
    ).alias(f"value_{suffix}")


def _cause() -> pl.Expr:
    """Return the first cause that applies."""
    causes = [
        (pl.col("outcome_from").is_null() | pl.col("outcome_to").is_null(), "membership"),
        ((pl.col("filter_name") == BUSINESS) | _differs("rule_set"), "rule"),
        (pl.col("is_stale_to").fill_null(False) & ~pl.col("is_stale_from").fill_null(False), "going_stale"),
        (_differs("period_end"), "new_filing"),
        (_differs("available_date") | _differs("version"), "restatement"),
        (_limit_decided(), "universe_median"),
        (pl.col("filter_name").is_in([SHARIAH, VALUE]), "price_move"),
    ]
    return pl.coalesce(
        *(pl.when(applies.fill_null(False)).then(pl.lit(cause)) for applies, cause in causes),
        pl.lit("restatement"),
    )


def _differs(name: str) -> pl.Expr:
    return pl.col(f"{name}_to").ne_missing(pl.col(f"{name}_from"))


def _limit_decided() -> pl.Expr:
    """Whether the limit moved past the company's figure.

    Under the previous limit, the current figure would have the same result as before.
    """
    was_inside = pl.col("value_from") <= pl.col("threshold_from")
    would_be_inside = pl.col("value_to") <= pl.col("threshold_from")
    is_inside = pl.col("value_to") <= pl.col("threshold_to")
    return (
        pl.col("measure").is_in(OF_THE_UNIVERSE) & (would_be_inside == was_inside) & (is_inside != was_inside)
    )
