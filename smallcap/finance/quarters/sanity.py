"""Sanity checks of quarterly rows: which are refused, and with which rule."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import without_nan
from smallcap.finance.metrics.sanity import is_loss_extreme
from smallcap.finance.metrics.scale import is_jump
from smallcap.finance.pointintime import visible_history
from smallcap.finance.quarters.overlaps import overlapping
from smallcap.rules.types.sanity import SanityRules


def refuse(rows: pl.DataFrame, rules: SanityRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Separate the quarters that can be used from those that break a rule.

    The length of a quarter is the source's; of a first quarter, else, the days since the fiscal year began.
    If neither is known, the length is not checked.

    Parameters
    ----------
    rows, rules
        Quarterly rows, columns of `QuarterlyRecord`, including those of earlier years; and the thresholds.

    Returns
    -------
    tuple
        The rows kept, and the rows refused with the first `rule` that each breaks:
        `filing_before_period_end`, `currency_not_usd` (another currency or none), `period_too_short`,
        `period_too_long`, `overlaps_another_quarter` (see `overlaps.overlapping`), `net_income_implausible`
        (net income or loss of the quarter is more than three times total assets, which also jump from the
        year before).
    """
    judged = without_nan(rows).with_columns(_broken_rule(rules).alias("rule"))
    ends = _sound(judged.select("rule", "entity_id", "period_end", "available_date"))
    judged = _with_rule(judged, "overlaps_another_quarter", overlapping(ends, rules.quarter))
    judged = _with_rule(judged, "net_income_implausible", _implausible(_sound(judged), rules))
    return judged.filter(pl.col("rule").is_null()).drop("rule"), judged.filter(pl.col("rule").is_not_null())


def _broken_rule(rules: SanityRules) -> pl.Expr:
    since_start = (pl.col("period_end") - pl.col("fiscal_year_start")).dt.total_days() + 1
    is_first = since_start.is_between(1, rules.quarter.max_days)
    days = pl.coalesce("period_days", pl.when(is_first).then(since_start))
    broken = {
        "filing_before_period_end": pl.col("filing_date") < pl.col("period_end"),
        "currency_not_usd": pl.col("currency").ne_missing(rules.currency),
        "period_too_short": days < rules.quarter.min_days,
        "period_too_long": days > rules.quarter.max_days,
    }
    return pl.coalesce(pl.when(condition).then(pl.lit(rule)) for rule, condition in broken.items())


def _sound(judged: pl.DataFrame) -> pl.DataFrame:
    """Keep, with their numbers, the rows that break no rule so far."""
    return judged.with_row_index("row").filter(pl.col("rule").is_null())


def _with_rule(judged: pl.DataFrame, rule: str, rows: pl.Series) -> pl.DataFrame:
    """Name the rule that the rows of the given numbers break."""
    if rows.is_empty():
        return judged
    is_broken = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(rows.implode())
    return judged.with_columns(pl.when(is_broken).then(pl.lit(rule)).otherwise("rule").alias("rule"))


def _implausible(sound: pl.DataFrame, rules: SanityRules) -> pl.Series:
    """Return the numbers of the rows whose income is extreme while total assets jump within a year."""
    extreme = sound.filter(is_loss_extreme(rules))
    if extreme.is_empty():
        return extreme["row"]
    own = sound.filter(pl.col("entity_id").is_in(extreme["entity_id"].unique().implode()))
    history = visible_history(own, 1, rules.prior_year)
    assets = own["total_assets_usd"]
    pairs = history.select(
        "record", assets.gather(history["record"]).alias("now"), assets.gather(history["prior"]).alias("then")
    )
    jumped = pairs.filter(is_jump(pl.col("now"), pl.col("then"), rules.scale.jump))["record"]
    rows = own["row"].gather(jumped)
    return rows.filter(rows.is_in(extreme["row"].implode()))
