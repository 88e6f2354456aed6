"""Filter 2: interest-bearing debt over market value, and non-permissible income over revenue.

Cash over market value too, if the standard requires it. The only non-permissible income in the statements is
interest. If it is not known exactly, it is bounded from both sides.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.factors.known_vintages import IS_LATER, VINTAGE, known_risk_free
from smallcap.finance.funnel.conditions import Condition, at_least, judge
from smallcap.finance.funnel.inputs import RECORD_GATES
from smallcap.finance.funnel.mean_market_cap import mean_market_cap
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import MEAN, FunnelRules
from smallcap.rules.types.limits import Limit
from smallcap.rules.types.shariah import ShariahRules

BALANCE_SHEET = (
    "period_end",
    "is_stale",
    "total_debt_usd",
    "is_debt_partial",
    "cash_and_short_term_investments_usd",
)
"""Columns that come from the latest balance sheet."""


def shariah(
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    factors: pl.DataFrame,
    rules: FunnelRules,
    standard: ShariahRules,
    applicability: Applicability,
    max_price_age_days: int,
    latest: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Evaluate each member by the ratios of a standard.

    Parameters
    ----------
    members
        Rows of `inputs.prepared`.
    annual_metrics
        Rows of core.annual_metrics, for the share counts of earlier months if the standard uses a mean market
        value.
    prices
        Rows of raw.prices, likewise.
    factors
        Rows of raw.factors, for the risk-free rate: of the newest vintage published at as_of.
    rules
        The spread over the risk-free rate in the upper bound of interest income.
    standard
        The standard.
    applicability
        Which ratios are asked of which kind of company.
    max_price_age_days
        Maximum age of split data at a price's date.
    latest
        The members on the latest footing, in the same order: debt, cash and the spot market value are theirs.
        Income is that of the fiscal year on both footings, and so are the counts of a mean market value. By
        default `members`.

    Returns
    -------
    pl.DataFrame
        One row per member, in order, in the columns of `conditions.judge`, with is_interest_income_bounded,
        is_lease_unchecked, and the vintage of the risk-free rate with is_vintage_later.
    """
    rates = known_risk_free(members, factors)
    rows = members.hstack(
        [rates["risk_free"], _denominator(members, annual_metrics, prices, standard, max_price_age_days)]
    )
    with_income = rows.with_columns(*_interest_income(rules.interest_income_spread))
    sized = _on_balance_sheet_of(latest, with_income, standard)
    is_inside = standard.income.holds(pl.col("income_share")).fill_null(False)
    is_bounded = ((pl.col("income_basis") == "bound") & is_inside).fill_null(False)
    return (
        judge(sized, _conditions(standard), RECORD_GATES, applicability.of_filter("shariah"))
        .hstack(sized.select(is_bounded.alias("is_interest_income_bounded")))
        .hstack(rates.select(VINTAGE, IS_LATER))
        .with_columns(pl.lit(standard.leases != "as_reported").alias("is_lease_unchecked"))
    )


def _on_balance_sheet_of(
    latest: pl.DataFrame | None, sized: pl.DataFrame, standard: ShariahRules
) -> pl.DataFrame:
    """Take debt, cash and the market value from the latest footing; a stale year's income is unknown."""
    if latest is None:
        return sized
    is_known = ~pl.col("is_stale").fill_null(True)
    judged = sized.with_columns(
        pl.when(is_known).then(name).alias(name)
        for name in ("income_basis", "income_share", "income_floor_share")
    )
    spot = [pl.col("market_cap_usd").alias("denominator_usd")] if standard.denominator != MEAN else []
    return judged.with_columns(latest.select(*BALANCE_SHEET, *spot).get_columns())


def _conditions(standard: ShariahRules) -> list[Condition]:
    """Limit debt, cash (where the standard does) and interest income."""
    denominator = pl.when(pl.col("denominator_usd") > 0).then("denominator_usd")
    words = (
        "market value"
        if standard.denominator != MEAN
        else f"mean market value of {standard.mean_months} months"
    )
    debt = _limited(
        "debt_to_market_cap",
        pl.col("total_debt_usd") / denominator,
        standard.debt,
        "interest-bearing debt",
        words,
        is_lower_bound=pl.col("is_debt_partial"),
    )
    return [debt, *_cash(standard, denominator, words), _income(standard.income)]


def _limited(
    measure: str,
    value: pl.Expr,
    limit: Limit,
    what: str,
    of: str,
    is_lower_bound: pl.Expr | None = None,
) -> Condition:
    side = "above" if limit.is_limit_allowed else "not below"
    return Condition(
        measure=measure,
        holds=limit.holds(value) if is_lower_bound is None else at_least(limit.holds(value), is_lower_bound),
        value=value,
        threshold=pl.lit(limit.limit),
        is_upper=True,
        is_borderline=limit.is_borderline(value),
        broken=f"{what} is {side} {limit.limit:.0%} of the {of}",
        unknown=f"{what} or the {of} is unknown, or known in part",
    )


def _cash(standard: ShariahRules, denominator: pl.Expr, words: str) -> list[Condition]:
    if standard.cash is None:
        return []
    share = pl.col("cash_and_short_term_investments_usd") / denominator
    return [_limited("cash_to_market_cap", share, standard.cash, "cash and short-term investments", words)]


def _interest_income(spread: float) -> list[pl.Expr]:
    """Return interest income over revenue, its basis, and its lower bound.

    Exact if gross and net interest expense are both known. Otherwise the upper bound is cash and short-term
    investments times the year's mean risk-free rate plus a spread; the lower bound (floor) is net interest
    income. A floor above the upper bound shows that the bound is wrong, and the floor is used instead.
    """
    gross, net = pl.col("interest_expense_usd"), pl.col("net_interest_expense_usd")
    revenue = pl.when(pl.col("revenue_usd") > 0).then("revenue_usd")
    exact = pl.when(gross - net >= 0).then(gross - net)
    bound = pl.col("cash_and_short_term_investments_usd") * (pl.col("risk_free") + spread)
    floor = pl.when(net < 0).then(-net)
    is_disproved = (floor > bound).fill_null(False)
    basis = (
        pl.when(exact.is_not_null())
        .then(pl.lit("exact"))
        .when(is_disproved | (bound.is_null() & floor.is_not_null()))
        .then(pl.lit("floor"))
        .when(bound.is_not_null())
        .then(pl.lit("bound"))
    )
    amount = pl.coalesce(exact, pl.when(is_disproved).then(floor), bound, floor)
    shares = (amount / revenue).alias("income_share"), (floor / revenue).alias("income_floor_share")
    return [basis.alias("income_basis"), *shares]


def _income(limit: Limit) -> Condition:
    """Limit the share of income; an upper bound can only pass, a floor can only fail."""
    share, floor, basis = pl.col("income_share"), pl.col("income_floor_share"), pl.col("income_basis")
    is_inside = limit.holds(share)
    holds = (
        pl.when(basis == "exact")
        .then(is_inside)
        .when(~limit.holds(floor))
        .then(pl.lit(False))
        .when((basis == "bound") & is_inside)
        .then(pl.lit(True))
    )
    shown = pl.when((basis == "bound") & ~limit.holds(floor)).then(floor).otherwise(share)
    side = "above" if limit.is_limit_allowed else "not below"
    return Condition(
        measure="interest_income_to_revenue",
        holds=holds,
        value=shown,
        threshold=pl.lit(limit.limit),
        is_upper=True,
        is_borderline=limit.is_borderline(share),
        broken=f"interest income is {side} {limit.limit:.0%} of revenue",
        unknown=f"interest income is unknown, and cannot be shown to be below {limit.limit:.0%} of revenue",
    )


def _denominator(
    members: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    standard: ShariahRules,
    max_price_age_days: int,
) -> pl.Series:
    if standard.denominator != MEAN:
        return members["market_cap_usd"].alias("denominator_usd")
    return mean_market_cap(
        members, annual_metrics, prices, standard.mean_months, standard.least_months, max_price_age_days
    ).alias("denominator_usd")
