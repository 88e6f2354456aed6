"""The rule of filter 5 on accruals: high by both forms, or above a fixed limit.

The cash-flow form is net income less operating cash flow (Hribar and Collins 2002), the balance-sheet form
the change in working capital less depreciation (Sloan 1996); both over mean total assets.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition
from smallcap.finance.funnel.universe import accruals_limit_words
from smallcap.finance.statuses import NOT_APPLICABLE
from smallcap.rules.types.funnel import CashFlowRules

CASH_FLOW_FORM, BALANCE_SHEET_FORM = "accruals_cash_flow", "accruals_balance_sheet"
LIMITS = {CASH_FLOW_FORM: "accruals_limit", BALANCE_SHEET_FORM: "accruals_balance_sheet_limit"}
"""The forms, with the columns of their limits."""


def fixed_limit(rules: CashFlowRules) -> Condition:
    """Limit the cash-flow form by a number."""
    value, limit = pl.col(CASH_FLOW_FORM), pl.col(LIMITS[CASH_FLOW_FORM])
    return Condition(
        measure=CASH_FLOW_FORM,
        holds=value <= limit,
        value=value,
        threshold=limit,
        is_upper=True,
        is_borderline=value >= limit - rules.accruals_borderline,
        broken=f"accruals are above {accruals_limit_words(rules)}",
        unknown="accruals are unknown",
    )


def judged_twice(rules: CashFlowRules) -> list[Condition]:
    """Refuse accruals that are high by both forms; high by one of them is a narrow pass.

    If one form is unknown, the rule holds where the other is not high, and is unknown where it is. The second
    condition is never broken: it only notes that the balance-sheet form is the high one.
    """
    by_cash_flow, by_balance_sheet = _is_high(CASH_FLOW_FORM), _is_high(BALANCE_SHEET_FORM)
    words = accruals_limit_words(rules)
    return [
        _form(
            CASH_FLOW_FORM,
            holds=~(by_cash_flow & by_balance_sheet),
            is_high=by_cash_flow,
            narrow="accruals are high in the cash-flow form alone",
            broken=f"accruals are above {words} in both forms",
            unknown=(
                f"accruals may be above {words} in both forms: one is unknown, or there are too few companies"
            ),
        ),
        _form(
            BALANCE_SHEET_FORM,
            holds=pl.lit(True),
            is_high=by_balance_sheet,
            narrow="accruals are high in the balance-sheet form alone",
            asked_as=CASH_FLOW_FORM,
        ),
    ]


def shown_form(verdicts: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Show, where accruals decide, the form that is farther on the passing side of its limit.

    Only if both forms are high does a company fail, so that form's headroom is the distance to a failure.
    """
    headroom = {form: pl.col(limit) - pl.col(form) for form, limit in LIMITS.items()}
    is_sheet = (headroom[BALANCE_SHEET_FORM] > headroom[CASH_FLOW_FORM]).fill_null(
        headroom[CASH_FLOW_FORM].is_null() & headroom[BALANCE_SHEET_FORM].is_not_null()
    )
    shown = members.select(
        pl.when(is_sheet).then(pl.lit(BALANCE_SHEET_FORM)).otherwise(pl.lit(CASH_FLOW_FORM)).alias("form"),
        *(
            pl.when(is_sheet)
            .then(of[BALANCE_SHEET_FORM])
            .otherwise(of[CASH_FLOW_FORM])
            .alias(f"shown_{name}")
            for name, of in (
                ("value", {form: pl.col(form) for form in LIMITS}),
                ("threshold", {form: pl.col(limit) for form, limit in LIMITS.items()}),
                ("headroom", headroom),
            )
        ),
    )
    is_accruals = pl.col("measure").is_in(list(LIMITS)) & (pl.col("stand_alone_status") != NOT_APPLICABLE)
    return verdicts.hstack(shown).with_columns(
        *(
            pl.when(is_accruals).then(f"shown_{name}").otherwise(name).alias(name)
            for name in ("value", "threshold", "headroom")
        ),
        pl.when(is_accruals).then("form").otherwise("measure").alias("measure"),
    )


def _is_high(form: str) -> pl.Expr:
    """Whether a form is above its limit, which is never below zero; null if either is unknown."""
    return pl.col(form) > pl.col(LIMITS[form])


def _form(
    form: str,
    holds: pl.Expr,
    is_high: pl.Expr,
    narrow: str,
    broken: str = "",
    unknown: str = "",
    asked_as: str = "",
) -> Condition:
    return Condition(
        measure=form,
        holds=holds,
        value=pl.col(form),
        threshold=pl.col(LIMITS[form]),
        is_upper=True,
        is_borderline=is_high,
        broken=broken,
        unknown=unknown,
        narrow=narrow,
        asked_as=asked_as,
    )
