"""Filter 5: operating and free cash flow over five years, low accruals, and cash conversion."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.accruals import fixed_limit, judged_twice, shown_form
from smallcap.finance.funnel.conditions import Condition, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.finance.funnel.years import all_positive, at_most, year_gates
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FIXED, CashFlowRules, FunnelRules


def cash_flow(members: pl.DataFrame, rules: FunnelRules, applicability: Applicability) -> pl.DataFrame:
    """Evaluate each member's cash flow statements of the last consecutive years.

    Parameters
    ----------
    members
        Rows of `inputs.prepared`, with the limits of accruals of `universe.with_limits`.
    rules
        Thresholds and number of years.
    applicability
        Which rules are asked of which kind of company.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`.
    """
    own = rules.cash_flow
    gates = [*RECORD_GATES, *year_gates(rules.history)]
    accruals = [fixed_limit(own)] if own.accruals_limit == FIXED else judged_twice(own)
    conditions = [*_conditions(own), *accruals, _conversion(own)]
    verdicts = judge(members, conditions, gates, applicability.of_filter("cash_flow"))
    return verdicts if own.accruals_limit == FIXED else shown_form(verdicts, members)


def _conditions(own: CashFlowRules) -> list[Condition]:
    """Require operating cash flow in each year, and free cash flow in most."""
    free, known = pl.col("free_cash_flow_positive"), pl.col("free_cash_flow_known")
    most = own.most_years_without_free_cash_flow
    return [
        all_positive(
            "operating_cash_flow",
            pl.col("cash_flow_to_assets_least"),
            own.operating_cash_flow_borderline,
            "operating cash flow",
            measure="least_operating_cash_flow_to_assets",
        ),
        at_most(
            "years_without_free_cash_flow",
            known - free,
            pl.col("years") - known,
            most,
            broken=f"free cash flow is not positive in more than {most} year(s)",
            unknown="free cash flow of a year is unknown",
        ),
    ]


def _conversion(rules: CashFlowRules) -> Condition:
    """Require the sum of operating cash flow to reach a share of the sum of net income.

    The rule is broken if the sum of net income is not positive.
    """
    cash, net_income = pl.col("operating_cash_flow_sum"), pl.col("net_income_sum")
    ratio, least = cash / pl.when(net_income > 0).then(net_income), rules.least_cash_conversion
    return Condition(
        measure="cash_conversion_over_years",
        holds=pl.when(net_income <= 0).then(pl.lit(False)).otherwise(ratio >= least),
        value=ratio,
        threshold=pl.lit(least),
        is_upper=False,
        is_borderline=ratio <= least + rules.cash_conversion_borderline,
        broken=(
            f"operating cash flow is below {least:.0%} of net income over the years, "
            "or there is no net income"
        ),
        unknown="the sum of operating cash flow or of net income is unknown",
    )
