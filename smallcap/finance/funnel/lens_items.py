"""The eighteen items of the three lenses: the figure, the analyst's preference, and when it is met."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from smallcap.finance.funnel.balance_sheet import has_no_equity
from smallcap.finance.funnel.conditions import at_least
from smallcap.finance.funnel.universe import accruals_preference
from smallcap.finance.reasons import NET_INTEREST_INCOME
from smallcap.rules.types.funnel import FunnelRules

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
    return [
        _debt_to_equity(own.debt_to_equity),
        _above(BALANCE_SHEET, "current_ratio", own.current_ratio),
        _interest_coverage(own.interest_coverage),
        _net_cash(own.net_cash_to_assets),
        _above(BALANCE_SHEET, "altman_z", own.altman_z),
        _below(BALANCE_SHEET, "goodwill_to_assets", own.goodwill_to_assets),
    ]


def _debt_to_equity(ceiling: float) -> Item:
    """Miss without equity; debt known in part can miss, never meet."""
    inside = at_least(pl.col("debt_to_equity") < ceiling, pl.col("is_debt_partial"))
    return _item(
        BALANCE_SHEET,
        "debt_to_equity",
        f"below {ceiling:g}, hard",
        ceiling,
        pl.when(has_no_equity()).then(pl.lit(False)).otherwise(inside),
        why="debt_to_equity_reason",
    )


def _interest_coverage(least: float) -> Item:
    """Meet without debt, whatever the interest; and with debt if more interest is earned than paid."""
    is_debt_free = (pl.col("total_debt_usd") == 0) & ~pl.col("is_debt_partial").fill_null(False)
    is_net_creditor = pl.col("total_debt_usd").is_not_null() & (
        pl.col("interest_coverage_reason") == NET_INTEREST_INCOME
    )
    return _item(
        BALANCE_SHEET,
        "interest_coverage",
        f"above {least:g}, or debt-free, or more interest earned than paid",
        least,
        pl.when(is_debt_free | is_net_creditor)
        .then(pl.lit(True))
        .otherwise(pl.col("interest_coverage") > least),
        why="interest_coverage_reason",
    )


def _net_cash(least: float) -> Item:
    """Compare net cash over assets; with debt known in part it is an upper bound and can only miss."""
    net_cash = pl.col("net_cash_usd") / pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    is_met = at_least(net_cash > least, pl.col("is_debt_partial"))
    return _item(BALANCE_SHEET, "net_cash_to_assets", "positive", least, is_met, value=net_cash)


def income_items(rules: FunnelRules) -> list[Item]:
    """List the items on profit, margins, return, steadiness and unusual items."""
    own, years = rules.lenses, rules.history.years
    return [
        _growing(INCOME, "net_income", years),
        _margin_trend(own.margin_slope, years),
        _above(INCOME, "operating_margin", own.operating_margin),
        _above(INCOME, "return_on_equity", own.roe, column="roe"),
        _revenue_steadiness(own.most_revenue_falls, years),
        _below(INCOME, "unusual_items_share", own.unusual_items_share),
    ]


def _margin_trend(least: float, years: int) -> Item:
    """Limit the fall of the margin per year, or ask for a rise."""
    slope = pl.col("margin_slope")
    stable = f"falls by at most {-least:g} a year" if least < 0 else f"rises by at least {least:g} a year"
    return _item(
        INCOME,
        "margin_trend",
        f"gross margin (else operating margin) {stable}",
        least,
        pl.when(pl.col("years") == years).then(slope >= least),
        value=slope,
        is_over_years=True,
    )


def _revenue_steadiness(most: int, years: int) -> Item:
    """Limit the years in which revenue fell; years without a known change may be such years."""
    falls = pl.col("revenue_falls")
    unknown_changes = years - 1 - pl.col("revenue_changes_known")
    return _item(
        INCOME,
        "revenue_steadiness",
        f"revenue fell at most {most} time(s) in {years} years",
        most,
        pl.when(falls > most).then(pl.lit(False)).when(falls + unknown_changes <= most).then(pl.lit(True)),
        value=falls,
        is_over_years=True,
    )


def cash_flow_items(rules: FunnelRules) -> list[Item]:
    """List the items on operating and free cash flow, conversion, accruals, investment and payout."""
    own, years = rules.lenses, rules.history.years
    accruals = Item(
        CASH_FLOW,
        "accruals_cash_flow",
        f"low: at or below {accruals_preference(rules.cash_flow)}",
        pl.col("accruals_cash_flow"),
        pl.col("accruals_limit"),
        pl.col("accruals_cash_flow") <= pl.col("accruals_limit"),
        "accruals_cash_flow_reason",
    )
    return [
        _growing(CASH_FLOW, "operating_cash_flow", years),
        _above(CASH_FLOW, "cash_conversion", own.cash_conversion),
        _free_cash_flow_years(years),
        accruals,
        _below(CASH_FLOW, "capex_intensity", own.capex_intensity),
        _capital_returned(own.share_count_change),
    ]


def _free_cash_flow_years(years: int) -> Item:
    """Ask for free cash flow in each year; a single year without it is enough for missed."""
    free, known = pl.col("free_cash_flow_positive"), pl.col("free_cash_flow_known")
    return _item(
        CASH_FLOW,
        "free_cash_flow_years",
        f"positive in each of {years} years",
        years,
        pl.when(free < known).then(pl.lit(False)).when(known == years).then(pl.lit(True)),
        value=free,
        is_over_years=True,
    )


def _capital_returned(most: float) -> Item:
    """Ask for a payout that new shares do not take back."""
    change = pl.col("share_count_change")
    return _item(
        CASH_FLOW,
        "capital_returned",
        f"dividends and net buybacks positive, share count up by at most {most:g}",
        most,
        (pl.col("shareholder_payout_usd") > 0) & (change <= most),
        value=change,
        why="share_count_change_reason",
    )


def _above(statement: str, name: str, threshold: float, column: str | None = None) -> Item:
    """Make an item met above a fixed threshold; the figure is the column of its name unless one is given."""
    figure = pl.col(column or name)
    is_met, why = figure > threshold, f"{column or name}_reason"
    return _item(statement, name, f"above {threshold:g}", threshold, is_met, value=figure, why=why)


def _below(statement: str, name: str, threshold: float) -> Item:
    """Make an item met below a fixed threshold; the figure is the column of its name."""
    is_met = pl.col(name) < threshold
    return _item(statement, name, f"below {threshold:g}", threshold, is_met, why=f"{name}_reason")


def _item(
    statement: str,
    name: str,
    preference: str,
    threshold: float,
    is_met: pl.Expr,
    *,
    value: pl.Expr | None = None,
    why: str | None = None,
    is_over_years: bool = False,
) -> Item:
    """Make an item with a fixed threshold; by default its value is the column of its name."""
    figure = pl.col(name) if value is None else value
    limit = pl.lit(float(threshold))
    return Item(statement, name, preference, figure, limit, is_met, why, is_over_years)


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
