"""The universe of companies over which medians and percentiles are taken, and the resulting limits."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel.value import MULTIPLES
from smallcap.finance.statuses import FAIL
from smallcap.rules.types.funnel import FIXED, UNIVERSE_PERCENTILE, CashFlowRules, FunnelRules


def with_limits(
    members: pl.DataFrame,
    business_status: pl.Series,
    rules: FunnelRules,
    limits: pl.DataFrame | None = None,
    latest: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Add the limits of accruals and multiples at each as_of.

    Parameters
    ----------
    members
        Rows with as_of, period_end, is_stale, both forms of accruals and the multiples.
    business_status
        Each member's status by filter 1, in the same order.
    rules
        Quantiles, and minimum number of companies.
    limits
        What `universe_limits` returned for the companies to compare with; the members themselves by default.
    latest
        The members on the latest footing, in the same order, for the multiples; by default `members`.

    Returns
    -------
    pl.DataFrame
        The rows in the same order, with the columns of `universe_limits`.
    """
    known = universe_limits(members, business_status, rules, latest) if limits is None else limits
    limited = members.join(known, on="as_of", how="left", maintain_order="left").with_columns(
        pl.col("accruals_universe", "value_universe").fill_null(0)
    )
    if rules.cash_flow.accruals_limit != FIXED:
        return limited
    return limited.with_columns(
        pl.lit(rules.cash_flow.accruals_fixed).alias("accruals_limit"),
        pl.lit(None, dtype=pl.Int64).alias("accruals_universe"),
    )


def universe_limits(
    members: pl.DataFrame,
    business_status: pl.Series,
    rules: FunnelRules,
    latest: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Compute the limits of accruals and multiples at each as_of.

    The universe consists of the members at the as_of that do not fail filter 1 and whose record is not stale;
    for a multiple only those where it is positive, for accruals only those where they are known. Quantiles
    are linear. A limit of accruals below zero is zero.

    Parameters
    ----------
    members, business_status, rules, latest
        As for `with_limits`. A record is fresh or stale on its own footing.

    Returns
    -------
    pl.DataFrame
        One row per as_of: the `_limit` of accruals (in the cash-flow form), accruals_balance_sheet, pb, pe
        and p_fcf (null with too few companies), and the number of companies behind them, `accruals_universe`
        (of the cash-flow form) and `value_universe`; the latter is the largest number over the multiples.
    """
    of_accruals, of_multiples = (
        counted(frame, business_status).group_by("as_of").agg(*limits)
        for frame, limits in (
            (members, _accruals_limits(rules)),
            (members if latest is None else latest, _multiple_limits(rules)),
        )
    )
    return of_accruals.join(of_multiples, on="as_of", how="full", coalesce=True)


def counted(members: pl.DataFrame, business_status: pl.Series) -> pl.DataFrame:
    """Select the members with a fresh record that do not fail filter 1."""
    is_fresh = members.select(
        (pl.col("period_end").is_not_null() & ~pl.col("is_stale").fill_null(True)).alias("fresh")
    ).to_series()
    return members.filter((business_status != FAIL) & is_fresh)


def accruals_limit_words(rules: CashFlowRules) -> str:
    """Name the limit of accruals in words: the fixed number, or the universe's percentile and zero."""
    if rules.accruals_limit == UNIVERSE_PERCENTILE:
        return f"zero and the universe's {100 * rules.accruals_percentile:g}th percentile"
    return f"{rules.accruals_fixed:g}"


def accruals_preference(rules: CashFlowRules) -> str:
    """Name the limit of a single form of accruals in words."""
    words = accruals_limit_words(rules)
    return f"the greater of {words}" if rules.accruals_limit == UNIVERSE_PERCENTILE else words


def _accruals_limits(rules: FunnelRules) -> list[pl.Expr]:
    """Return the limits of both forms of accruals, and the number of companies behind them."""
    limits = [
        _if_enough(
            pl.max_horizontal(form.quantile(rules.cash_flow.accruals_percentile, "linear"), pl.lit(0.0)),
            form.count(),
            rules,
        ).alias(name)
        for name, form in (
            ("accruals_limit", pl.col("accruals_cash_flow")),
            ("accruals_balance_sheet_limit", pl.col("accruals_balance_sheet")),
        )
    ]
    return [*limits, pl.col("accruals_cash_flow").count().cast(pl.Int64).alias("accruals_universe")]


def _multiple_limits(rules: FunnelRules) -> list[pl.Expr]:
    """Return the limits of the multiples, and the number of companies behind them."""
    sizes = {name: (pl.col(name) > 0).sum() for name in MULTIPLES}
    quantiles = {
        name: pl.col(name).filter(pl.col(name) > 0).quantile(rules.value.quantile, "linear")
        for name in MULTIPLES
    }
    return [
        *(_if_enough(quantiles[name], sizes[name], rules).alias(f"{name}_limit") for name in MULTIPLES),
        pl.max_horizontal(sizes.values()).cast(pl.Int64).alias("value_universe"),
    ]


def _if_enough(limit: pl.Expr, count: pl.Expr, rules: FunnelRules) -> pl.Expr:
    return pl.when(count >= rules.universe.least_members).then(limit)
