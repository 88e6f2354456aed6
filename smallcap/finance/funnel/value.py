"""Filter 6: at least one multiple is at or below the universe's limit."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.rules.types.funnel import ValueRules

MULTIPLES = ("pb", "pe", "p_fcf")
NOT_POSITIVE = "denominator_not_positive"


def value(members: pl.DataFrame, rules: ValueRules) -> pl.DataFrame:
    """Evaluate each member's price relative to book value, earnings and free cash flow.

    One multiple at or below its limit is enough. A multiple without a positive denominator is not cheap; an
    unknown multiple might be, so a company with an unknown multiple and no cheap one gets verify.

    Parameters
    ----------
    members
        Rows with the multiples, their reasons, and the `_limit` of each from `universe.with_limits`.
    rules
        How close to the limit is borderline.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`; measure, value and threshold are
        those of the multiple that is lowest relative to its limit.
    """
    limited = members.with_columns(
        *((pl.col(name) / pl.col(f"{name}_limit")).alias(f"{name}_to_limit") for name in MULTIPLES),
        *(
            pl.when(pl.col(f"{name}_reason") == NOT_POSITIVE)
            .then(pl.lit(False))
            .otherwise(pl.col(name) <= pl.col(f"{name}_limit"))
            .alias(f"{name}_is_cheap")
            for name in MULTIPLES
        ),
    )
    lowest = pl.min_horizontal(f"{name}_to_limit" for name in MULTIPLES)
    is_lowest = {name: pl.col(f"{name}_to_limit") == lowest for name in MULTIPLES}
    cheapest = Condition(
        measure="multiple",
        # Kleene logic: one true is enough; otherwise an unknown gives unknown.
        holds=pl.any_horizontal(f"{name}_is_cheap" for name in MULTIPLES),
        value=pl.coalesce(pl.when(is_lowest[name]).then(name) for name in MULTIPLES),
        threshold=pl.coalesce(pl.when(is_lowest[name]).then(f"{name}_limit") for name in MULTIPLES),
        is_upper=True,
        is_borderline=lowest >= 1 - rules.borderline,
        broken="no multiple is at or below the universe's",
        unknown="a multiple is unknown, or there are too few companies to compare it with",
    )
    measure = pl.coalesce(
        *(pl.when(is_lowest[name]).then(pl.lit(name)) for name in MULTIPLES), pl.lit(MULTIPLES[0])
    )
    return judge(limited, [cheapest], RECORD_GATES).with_columns(
        limited.select(measure.alias("measure")).to_series()
    )
