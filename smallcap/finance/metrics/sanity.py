"""Sanity checks of annual rows: rows are refused with a rule or kept with flags, never dropped silently."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.metrics.amendments import inherited
from smallcap.finance.metrics.fields import SUSPECT
from smallcap.finance.metrics.inputs import is_debt_negative
from smallcap.finance.metrics.scale import is_jump, suspect_fields
from smallcap.finance.pointintime import visible_history
from smallcap.rules.types.sanity import SanityRules


def refuse(rows: pl.DataFrame, rules: SanityRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Separate the rows that can be used from those that break a rule.

    The length of a period is the source's, else the distance to the company's period of the previous fiscal
    year, if that was known when the row became known; if neither is available, the length is not checked.

    Parameters
    ----------
    rows
        Annual rows, columns of raw.fundamentals; including earlier years, from which lengths are derived.
    rules
        The thresholds.

    Returns
    -------
    tuple
        The rows kept, and the rows refused with the first `rule` that each breaks:
        `filing_before_period_end`, `currency_not_usd` (another currency or none), `period_too_short`,
        `period_too_long`, `net_income_implausible` (see `is_loss_extreme`; total assets also jump from the
        year before).
    """
    cleaned = without_nan(rows)
    dated = cleaned.with_columns(_broken_rule(_period_days(cleaned, rules), rules).alias("rule"))
    checked = dated.with_columns(_with_implausible_income(dated, rules))
    return checked.filter(pl.col("rule").is_null()).drop("rule"), checked.filter(pl.col("rule").is_not_null())


def flag(kept: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Complete amended rows from the versions before them, and flag doubtful rows and figures.

    Amended rows are completed first (`amendments.inherited`), then each figure is compared with earlier years
    and with the rest of its row (`scale.suspect_fields`). Only data known when a row became known are used;
    therefore the first record of a company is never suspect, and a second record that jumps is, whichever of
    the two is wrong.

    Parameters
    ----------
    kept
        Rows that `refuse` kept, including earlier years.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The same rows in the columns of core.annual_fundamentals. Suspect figures keep their values.
    """
    complete = inherited(kept, rules.amendment).with_columns(is_loss_extreme(rules).alias("is_loss_extreme"))
    history = visible_history(complete, rules.scale.years_back, rules.prior_year)
    # If income and assets of a row do not fit together, its units are no evidence on those of other years.
    is_evidence = ~complete["is_loss_extreme"].gather(history["prior"])
    flagged = complete.with_columns(
        suspect_fields(complete, history.filter(is_evidence), rules.scale).alias(SUSPECT),
        (pl.col("capital_expenditures_usd") < 0).fill_null(False).alias("is_capex_negative"),
        (pl.col("revenue_usd") < 0).fill_null(False).alias("is_revenue_negative"),
        is_debt_negative().alias("is_debt_negative"),
        pl.lit(rules.label).alias("rule_set"),
    ).with_columns(pl.col(SUSPECT).is_not_null().alias("is_scale_suspect"))
    return as_table(flagged, "core.annual_fundamentals")


def is_loss_extreme(rules: SanityRules) -> pl.Expr:
    """Whether net income or the net loss is more than `max_net_income_to_assets` times total assets."""
    limit = rules.max_net_income_to_assets * pl.col("total_assets_usd").abs()
    return (pl.col("net_income_usd").abs() > limit).fill_null(False)


def _with_implausible_income(dated: pl.DataFrame, rules: SanityRules) -> pl.Series:
    """Add the rule `net_income_implausible` to rows that break no other rule."""
    numbered = dated.with_row_index("row").filter(pl.col("rule").is_null())
    history = visible_history(numbered, 1, rules.prior_year)
    assets = numbered["total_assets_usd"]
    pairs = history.select(
        "record", assets.gather(history["record"]).alias("now"), assets.gather(history["prior"]).alias("then")
    )
    jumped = pairs.filter(is_jump(pl.col("now"), pl.col("then"), rules.scale.jump))["record"]
    does_jump = pl.col("row").is_in(numbered["row"].gather(jumped).implode())
    implausible = pl.col("rule").is_null() & is_loss_extreme(rules) & does_jump
    return dated.with_row_index("row").select(
        pl.when(implausible).then(pl.lit("net_income_implausible")).otherwise("rule").alias("rule")
    )["rule"]


def _broken_rule(period_days: pl.Series, rules: SanityRules) -> pl.Expr:
    broken = {
        "filing_before_period_end": pl.col("filing_date") < pl.col("period_end"),
        "currency_not_usd": pl.col("currency").ne_missing(rules.currency),
        "period_too_short": pl.lit(period_days) < rules.period.min_days,
        "period_too_long": pl.lit(period_days) > rules.period.max_days,
    }
    return pl.coalesce(pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items())


def _period_days(rows: pl.DataFrame, rules: SanityRules) -> pl.Series:
    """Return the length of each row's period in days; null if unknown."""
    numbered = rows.with_row_index("row")
    derived = _derived_days(numbered, rules)
    lengths = numbered.select("row", "period_days").join(derived, on="row", how="left").sort("row")
    return lengths.select(pl.coalesce("period_days", "derived_days"))["period_days"]


def _derived_days(numbered: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Compute the distance to the period of the previous fiscal year, for rows for which one was known."""
    # A row whose dates or currency are wrong is not used to derive another row's length.
    is_witness = (pl.col("filing_date") >= pl.col("period_end")).fill_null(True) & pl.col(
        "currency"
    ).eq_missing(rules.currency)
    previous = numbered.filter(is_witness).select(
        "entity_id",
        pl.col("fiscal_year") + 1,
        pl.col("period_end").alias("previous_period_end"),
        pl.col("available_date").alias("previous_available_date"),
    )
    return (
        numbered.select("row", "entity_id", "fiscal_year", "period_end", "available_date")
        .join(previous, on=["entity_id", "fiscal_year"])
        .filter(
            pl.col("previous_available_date") <= pl.col("available_date"),
            pl.col("previous_period_end") < pl.col("period_end"),
        )
        .sort("row", "previous_available_date", "previous_period_end")
        .unique("row", keep="last")
        .select("row", derived_days=(pl.col("period_end") - pl.col("previous_period_end")).dt.total_days())
    )
