"""Sanity checks of annual rows: rows are refused with a rule or kept with flags, never dropped silently."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.metrics.inputs import is_debt_negative
from smallcap.finance.pointintime import take, visible_history
from smallcap.rules.types.metrics import SanityRules

SCALE_COLUMNS = ("revenue_usd", "total_assets_usd", "shares_outstanding", "shares_basic", "shares_diluted")


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
        `period_too_long`, `net_income_implausible`.
    """
    cleaned = without_nan(rows)
    days = _period_days(cleaned, rules)
    judged = cleaned.with_columns(_broken_rule(days, rules).alias("rule"))
    return judged.filter(pl.col("rule").is_null()).drop("rule"), judged.filter(pl.col("rule").is_not_null())


def flag(kept: pl.DataFrame, rules: SanityRules) -> pl.DataFrame:
    """Flag doubtful rows: a suspect scale, negative capital expenditures, negative revenue, negative debt.

    A scale is suspect if revenue, total assets or a share count is at least `jump` times that of the year
    before, or at most 1/`jump` of it. Either side of a jump may be the wrong one. The later row is flagged
    only if it also differs by `jump` from more than half of the earlier years (up to `years_back`) that were
    known when it became known, so that a correct year after a wrong one is not flagged. No later data are
    used; therefore the first record of a company is never flagged, and a second record that jumps is,
    whichever of the two is wrong.

    Parameters
    ----------
    kept
        Rows that `refuse` kept, including earlier years.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The same rows in the columns of core.annual_fundamentals.
    """
    history = visible_history(kept, rules.scale.years_back, rules.prior_year)
    flagged = kept.with_columns(
        _is_scale_suspect(kept, history, rules).alias("is_scale_suspect"),
        (pl.col("capital_expenditures_usd") < 0).fill_null(False).alias("is_capex_negative"),
        (pl.col("revenue_usd") < 0).fill_null(False).alias("is_revenue_negative"),
        is_debt_negative().alias("is_debt_negative"),
        pl.lit(rules.label).alias("rule_set"),
    )
    return as_table(flagged, "core.annual_fundamentals")


def _broken_rule(period_days: pl.Series, rules: SanityRules) -> pl.Expr:
    broken = {
        "filing_before_period_end": pl.col("filing_date") < pl.col("period_end"),
        "currency_not_usd": pl.col("currency").ne_missing(rules.currency),
        "period_too_short": pl.lit(period_days) < rules.period.min_days,
        "period_too_long": pl.lit(period_days) > rules.period.max_days,
        "net_income_implausible": pl.col("net_income_usd").abs()
        > rules.max_net_income_to_assets * pl.col("total_assets_usd").abs(),
    }
    return pl.coalesce(pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items())


def _period_days(rows: pl.DataFrame, rules: SanityRules) -> pl.Series:
    """Return the length of each row's period in days; null if unknown."""
    # A row whose dates or currency are wrong is not used to derive another row's length.
    is_witness = (pl.col("filing_date") >= pl.col("period_end")).fill_null(True) & pl.col(
        "currency"
    ).eq_missing(rules.currency)
    numbered = rows.with_row_index("row")
    previous = numbered.filter(is_witness).select(
        "entity_id",
        pl.col("fiscal_year") + 1,
        pl.col("period_end").alias("previous_period_end"),
        pl.col("available_date").alias("previous_available_date"),
    )
    derived = (
        numbered.select("row", "entity_id", "fiscal_year", "period_end", "available_date")
        .join(previous, on=["entity_id", "fiscal_year"])
        .filter(
            pl.col("previous_available_date") <= pl.col("available_date"),
            pl.col("previous_period_end") < pl.col("period_end"),
        )
        .sort("row", "previous_available_date", "previous_period_end")
        .unique("row", keep="last")
        .select(
            "row",
            (pl.col("period_end") - pl.col("previous_period_end")).dt.total_days().alias("derived_days"),
        )
    )
    lengths = numbered.select("row", "period_days").join(derived, on="row", how="left").sort("row")
    return lengths.select(pl.coalesce("period_days", "derived_days"))["period_days"]


def _is_scale_suspect(rows: pl.DataFrame, history: pl.DataFrame, rules: SanityRules) -> pl.Series:
    pairs = history.hstack(take(rows.select(SCALE_COLUMNS), history["record"])).hstack(
        take(rows.select(pl.col(name).alias(f"{name}_prior") for name in SCALE_COLUMNS), history["prior"])
    )
    verdicts = pairs.group_by("record").agg(
        _stands_apart(name, rules.scale.jump).alias(name) for name in SCALE_COLUMNS
    )
    suspects = verdicts.filter(pl.any_horizontal(SCALE_COLUMNS))["record"]
    return pl.Series(range(rows.height), dtype=pl.UInt32).is_in(suspects.implode())


def _stands_apart(name: str, jump: float) -> pl.Expr:
    now, then = pl.col(name), pl.col(f"{name}_prior")
    is_jump = pl.when((now > 0) & (then > 0)).then((now / then >= jump) | (then / now >= jump))
    jumps_from_last_year = (is_jump & (pl.col("years_back") == 1)).any()
    return jumps_from_last_year & (is_jump.mean() > 0.5)
