"""The eighteen items of the three lenses: the figure, the analyst's preference, and when it is met."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallcap.finance.funnel.conditions import at_least
from smallcap.rules.types.funnel import FIXED, FunnelRules

BALANCE_SHEET, CASH_FLOW, INCOME = "balance_sheet", "cash_flow", "income"

RECORD_COLUMNS = (
    *("goodwill_to_assets", "goodwill_to_assets_reason", "unusual_items_share", "unusual_items_share_reason"),
    *(
        "shareholder_payout_usd",
        "share_count_change_reason",
        "accruals_cash_flow_reason",
        "cash_conversion_reason",
    ),
    *("capex_intensity_reason", "operating_margin_reason"),
)
"""Columns of the visible record that the items need in addition to those of core.metrics_as_of."""


@dataclass(frozen=True)
class Item:
    """One item of a lens.

    Attributes
    ----------
    statement, item
        Its statement and name.
    preference
        What an analyst would like to see, in words.
    value
        The company's figure.
    threshold
        The number in the preference; null if there is none.
    is_met
        True, false, or null if unknown.
    why
        Column with the reason code of the figure, if it has one.
    is_over_years
        Whether it needs all years of the history.
    """

    statement: str
    item: str
    preference: str
    value: pl.Expr
    threshold: pl.Expr
    is_met: pl.Expr
    why: str | None = None
    is_over_years: bool = False


def items(rules: FunnelRules) -> list[Item]:
    """List the items in key order: by statement, then by name."""
    return sorted(
        [*balance_sheet_items(rules), *income_items(rules), *cash_flow_items(rules)],
        key=lambda item: (item.statement, item.item),
    )


def balance_sheet_items(rules: FunnelRules) -> list[Item]:
    """List the items on debt, liquidity, coverage, cash, distress and goodwill."""
    own = rules.lenses
    coverage = pl.col("interest_coverage")
    is_partial = pl.col("is_debt_partial").fill_null(False)
    is_debt_free = (pl.col("total_debt_usd") == 0) & ~is_partial
    has_no_equity = (pl.col("shareholders_equity_usd") <= 0) & ~pl.col("is_financial").fill_null(False)
    net_cash = pl.col("net_cash_usd") / pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    below_ceiling = (
        pl.when(has_no_equity)
        .then(pl.lit(False))
        .otherwise(at_least(pl.col("debt_to_equity") < own.debt_to_equity, is_partial))
    )
    covered = pl.when(is_debt_free).then(pl.lit(True)).otherwise(coverage > own.interest_coverage)
    return [
        _item(
            BALANCE_SHEET,
            "debt_to_equity",
            f"below {own.debt_to_equity:g}, hard",
            own.debt_to_equity,
            is_met=below_ceiling,
            why=True,
        ),
        _item(
            BALANCE_SHEET,
            "current_ratio",
            f"above {own.current_ratio:g}",
            own.current_ratio,
            above=True,
            why=True,
        ),
        _item(
            BALANCE_SHEET,
            "interest_coverage",
            f"above {own.interest_coverage:g}, or debt-free",
            own.interest_coverage,
            is_met=covered,
            why=True,
        ),
        _item(
            BALANCE_SHEET,
            "net_cash_to_assets",
            "positive",
            own.net_cash_to_assets,
            value=net_cash,
            is_met=at_least(net_cash > own.net_cash_to_assets, is_partial),
        ),
        _item(BALANCE_SHEET, "altman_z", f"above {own.altman_z:g}", own.altman_z, above=True, why=True),
        _item(
            BALANCE_SHEET,
            "goodwill_to_assets",
            f"below {own.goodwill_to_assets:g}",
            own.goodwill_to_assets,
            why=True,
        ),
    ]


def income_items(rules: FunnelRules) -> list[Item]:
    """List the items on profit, margins, return, steadiness and unusual items."""
    own, years = rules.lenses, rules.history.years
    slope = pl.col("margin_slope")
    falls = pl.col("revenue_falls")
    unknown_changes = years - 1 - pl.col("revenue_changes_known")
    is_steady = (
        pl.when(falls > own.most_revenue_falls)
        .then(pl.lit(False))
        .when(falls + unknown_changes <= own.most_revenue_falls)
        .then(pl.lit(True))
    )
    stable = (
        f"falls by at most {-own.margin_slope:g} a year"
        if own.margin_slope < 0
        else f"rises by at least {own.margin_slope:g} a year"
    )
    return [
        _growing(INCOME, "net_income", years),
        _item(
            INCOME,
            "margin_trend",
            f"gross margin (else operating margin) {stable}",
            own.margin_slope,
            value=slope,
            is_met=pl.when(pl.col("years") == years).then(slope >= own.margin_slope),
            is_over_years=True,
        ),
        _item(
            INCOME,
            "operating_margin",
            f"above {own.operating_margin:g}",
            own.operating_margin,
            above=True,
            why=True,
        ),
        _item(
            INCOME,
            "return_on_equity",
            f"above {own.roe:g}",
            own.roe,
            value=pl.col("roe"),
            above=True,
            why="roe_reason",
        ),
        _item(
            INCOME,
            "revenue_steadiness",
            f"revenue fell at most {own.most_revenue_falls} time(s) in {years} years",
            own.most_revenue_falls,
            value=falls,
            is_met=is_steady,
            is_over_years=True,
        ),
        _item(
            INCOME,
            "unusual_items_share",
            f"below {own.unusual_items_share:g}",
            own.unusual_items_share,
            why=True,
        ),
    ]


def cash_flow_items(rules: FunnelRules) -> list[Item]:
    """List the items on operating and free cash flow, conversion, accruals, investment and payout."""
    own, years = rules.lenses, rules.history.years
    free, known = pl.col("free_cash_flow_positive"), pl.col("free_cash_flow_known")
    is_free = pl.when(free < known).then(pl.lit(False)).when(known == years).then(pl.lit(True))
    change = pl.col("share_count_change")
    is_returned = (pl.col("shareholder_payout_usd") > 0) & (change <= own.share_count_change)
    is_fixed = rules.cash_flow.accruals_limit == FIXED
    low = (
        f"{rules.cash_flow.accruals_fixed:g}"
        if is_fixed
        else f"the universe's {100 * rules.cash_flow.accruals_percentile:g}th percentile"
    )
    return [
        _growing(CASH_FLOW, "operating_cash_flow", years),
        _item(
            CASH_FLOW,
            "cash_conversion",
            f"above {own.cash_conversion:g}",
            own.cash_conversion,
            above=True,
            why=True,
        ),
        _item(
            CASH_FLOW,
            "free_cash_flow_years",
            f"positive in each of {years} years",
            years,
            value=free,
            is_met=is_free,
            is_over_years=True,
        ),
        Item(
            CASH_FLOW,
            "accruals_cash_flow",
            f"low: at or below {low}",
            pl.col("accruals_cash_flow"),
            pl.col("accruals_limit"),
            pl.col("accruals_cash_flow") <= pl.col("accruals_limit"),
            "accruals_cash_flow_reason",
        ),
        _item(CASH_FLOW, "capex_intensity", f"below {own.capex_intensity:g}", own.capex_intensity, why=True),
        _item(
            CASH_FLOW,
            "capital_returned",
            f"dividends and net buybacks positive, share count up by at most {own.share_count_change:g}",
            own.share_count_change,
            value=change,
            is_met=is_returned,
            why="share_count_change_reason",
        ),
    ]


def _item(
    statement: str,
    name: str,
    preference: str,
    threshold: float,
    *,
    value: pl.Expr | None = None,
    above: bool = False,
    is_met: pl.Expr | None = None,
    why: str | bool = False,
    is_over_years: bool = False,
) -> Item:
    """Make an item; by default its value is the column of its name and must be below a fixed threshold."""
    figure = pl.col(name) if value is None else value
    inside = figure > threshold if above else figure < threshold
    reason = f"{name}_reason" if why is True else (why or None)
    return Item(
        statement,
        name,
        preference,
        figure,
        pl.lit(float(threshold)),
        inside if is_met is None else is_met,
        reason,
        is_over_years,
    )


def _growing(statement: str, name: str, years: int) -> Item:
    """Make an item met if a figure is positive in each year and higher in t than in t-4.

    A single year that is not positive is enough for missed.
    """
    known, positive = pl.col(f"{name}_known"), pl.col(f"{name}_positive")
    last, first = pl.col(f"{name}_last"), pl.col(f"{name}_first")
    has_all = pl.col("years") == years
    is_positive = (
        pl.when(positive < known).then(pl.lit(False)).when(has_all & (known == years)).then(pl.lit(True))
    )
    is_higher = pl.when(has_all).then(last > first)
    growth = pl.when(has_all).then(last / pl.when(first > 0).then(first) - 1)
    words = f"positive and growing over {years} years"
    return Item(
        statement, f"{name}_growth", words, growth, pl.lit(0.0), is_positive & is_higher, is_over_years=True
    )
