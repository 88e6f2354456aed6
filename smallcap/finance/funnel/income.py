"""Filter 4: growing profits over five years, stable margins, and profits backed by cash."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.finance.funnel.years import all_positive, at_most, year_gates
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FunnelRules, IncomeRules


def income(members: pl.DataFrame, rules: FunnelRules, applicability: Applicability) -> pl.DataFrame:
    """Evaluate each member's income statements of the last consecutive years.

    With all years available every rule applies. With fewer, but at least `min_years`, a broken rule gives
    fail, and otherwise the result is verify.

    Parameters
    ----------
    members
        Rows of `inputs.prepared`.
    rules
        Thresholds and number of years.
    applicability
        Which rules are asked of which kind of company.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`, with is_operating_margin_used.
    """
    gates = [*RECORD_GATES, *year_gates(rules.history)]
    verdicts = judge(members, _conditions(rules), gates, applicability.of_filter("income"))
    return verdicts.hstack(members.select(pl.col("is_operating_margin_used").fill_null(False)))


def _conditions(rules: FunnelRules) -> list[Condition]:
    own = rules.income
    return [
        all_positive(
            "net_income",
            pl.col("net_margin_least"),
            own.net_margin_borderline,
            "net income",
            measure="least_net_margin",
        ),
        _growth(rules.history.years, own),
        _margin_trend(own),
        all_positive(
            "operating_margin",
            pl.col("operating_margin_least"),
            own.operating_margin_borderline,
            "the operating margin",
        ),
        _unbacked_years(own),
        _backing(own),
    ]


def _growth(years: int, rules: IncomeRules) -> Condition:
    """Require net income to be higher in t than in t-4.

    With fewer years the rule holds by default; the gate on the number of years prevents a pass.
    """
    last, first = pl.col("net_income_last"), pl.col("net_income_first")
    growth = last / pl.when(first > 0).then(first) - 1
    return Condition(
        measure="net_income_growth_over_years",
        holds=pl.when(pl.col("years") >= years).then(last > first).otherwise(pl.lit(True)),
        value=pl.when(pl.col("years") >= years).then(growth),
        threshold=pl.lit(0.0),
        is_upper=False,
        is_borderline=growth <= rules.growth_borderline,
        broken=f"net income is not higher than {years - 1} years before",
        unknown="growth of net income is unknown",
    )


def _margin_trend(rules: IncomeRules) -> Condition:
    """Require a stable or expanding gross margin; the operating margin if no year has a gross margin."""
    slope = pl.col("margin_slope")
    return Condition(
        measure="margin_slope",
        holds=slope >= rules.least_margin_slope,
        value=slope,
        threshold=pl.lit(rules.least_margin_slope),
        is_upper=False,
        is_borderline=slope <= rules.least_margin_slope + rules.slope_borderline,
        broken=f"the gross margin falls by more than {-rules.least_margin_slope:.1%} a year",
        unknown="the trend of the gross margin is unknown",
    )


def _unbacked_years(rules: IncomeRules) -> Condition:
    """Limit the number of years in which operating cash flow is below a share of net income."""
    return at_most(
        "years_without_cash_backing",
        pl.col("unbacked_years"),
        pl.col("years") - pl.col("backing_known"),
        rules.most_unbacked_years,
        broken=(
            f"operating cash flow is below {rules.least_cash_backing:.0%} of net income in more than "
            f"{rules.most_unbacked_years} years"
        ),
        unknown="operating cash flow or net income of a year is unknown",
    )


def _backing(rules: IncomeRules) -> Condition:
    """Require operating cash flow over all years to reach a share of net income."""
    cash_flow, net_income = pl.col("operating_cash_flow_sum"), pl.col("net_income_sum")
    share = cash_flow / pl.when(net_income > 0).then(net_income)
    return Condition(
        measure="cash_conversion_over_years",
        holds=cash_flow >= rules.least_cash_backing * net_income,
        value=share,
        threshold=pl.lit(rules.least_cash_backing),
        is_upper=False,
        is_borderline=share <= rules.least_cash_backing + rules.cash_backing_borderline,
        broken=f"operating cash flow of all years is below {rules.least_cash_backing:.0%} of net income",
        unknown="the sum of operating cash flow or of net income is unknown",
    )
