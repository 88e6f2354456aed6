"""Filter 6: at least one multiple is at or below the universe's limit."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.finance.funnel.words import INPUT_MISSING, WORDS
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import ValueRules

MULTIPLES = ("pb", "pe", "p_fcf")
NAMES = {"pb": "price to book", "pe": "price to earnings", "p_fcf": "price to free cash flow"}
UNKNOWN = "a multiple is unknown, or there are too few companies to compare it with"
NOT_POSITIVE = "denominator_not_positive"


def value(members: pl.DataFrame, rules: ValueRules, applicability: Applicability) -> pl.DataFrame:
    """Evaluate each member's price relative to book value, earnings and free cash flow.

    One multiple at or below its limit is enough. A multiple without a positive denominator is not cheap; an
    unknown multiple might be, so a company with an unknown multiple and no cheap one gets verify.

    Parameters
    ----------
    members
        Rows with the multiples, their reasons, and the `_limit` of each from `universe.with_limits`.
    rules
        How close to the limit is borderline.
    applicability
        Which kinds of company are asked.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`; measure, value and threshold are
        those of the multiple that is lowest relative to its limit.
    """
    limited = _with_distances(members)
    measure = pl.coalesce(_of_lowest(pl.lit), pl.lit(MULTIPLES[0])).alias("measure")
    verdicts = judge(limited, [_cheapest(rules)], RECORD_GATES, applicability.of_filter("value"))
    # Few rows need a text of their own, and building one for every row would cost more than the verdicts.
    is_unknown = verdicts["reason"] == UNKNOWN
    words = limited.filter(is_unknown).select(_unknown()).to_series()
    reason = verdicts["reason"].scatter(is_unknown.arg_true(), words)
    return verdicts.with_columns(limited.select(measure).to_series(), reason)


def _with_distances(members: pl.DataFrame) -> pl.DataFrame:
    """Add each multiple relative to its limit, and whether it is cheap; null if unknown."""
    return members.with_columns(
        *((pl.col(name) / pl.col(f"{name}_limit")).alias(f"{name}_to_limit") for name in MULTIPLES),
        *(
            pl.when(pl.col(f"{name}_reason") == NOT_POSITIVE)
            .then(pl.lit(False))
            .otherwise(pl.col(name) <= pl.col(f"{name}_limit"))
            .alias(f"{name}_is_cheap")
            for name in MULTIPLES
        ),
    )


def _cheapest(rules: ValueRules) -> Condition:
    lowest = pl.min_horizontal(f"{name}_to_limit" for name in MULTIPLES)
    return Condition(
        measure="multiple",
        # Kleene logic: one true is enough; otherwise an unknown gives unknown.
        holds=pl.any_horizontal(f"{name}_is_cheap" for name in MULTIPLES),
        value=_of_lowest(pl.col),
        threshold=_of_lowest(lambda name: pl.col(f"{name}_limit")),
        is_upper=True,
        is_borderline=lowest >= 1 - rules.borderline,
        broken="no multiple is at or below the universe's",
        unknown=UNKNOWN,
    )


def _of_lowest(of: Callable[[str], pl.Expr]) -> pl.Expr:
    """Return what `of` makes of the multiple that is lowest relative to its limit."""
    lowest = pl.min_horizontal(f"{name}_to_limit" for name in MULTIPLES)
    return pl.coalesce(pl.when(pl.col(f"{name}_to_limit") == lowest).then(of(name)) for name in MULTIPLES)


def _unknown() -> pl.Expr:
    """Say of each multiple that decides nothing why, in words: of its market value, itself, or its limit."""
    code = pl.col("market_cap_reason")
    told = [
        pl.when(pl.col(f"{name}_is_cheap").is_null()).then(
            pl.format(
                f"{words} is unknown ({{}})",
                pl.when(pl.col(name).is_null())
                .then(pl.coalesce(code, f"{name}_reason").replace_strict(WORDS, default=INPUT_MISSING))
                .otherwise(pl.lit("too few companies to compare it with")),
            )
        )
        for name, words in NAMES.items()
    ]
    return pl.concat_str(told, separator="; ", ignore_nulls=True)
