"""The eighteen items of the three lenses in bare Polars: one list of items, one selection of columns each."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FunnelRules
from tests.oracle.filters_polars import GATES, looked_up

VERDICTS = ("met", "missed", "unknown", "not_applicable")
MET, MISSED, UNKNOWN, NOT_APPLICABLE = range(4)


class Item(NamedTuple):
    """One item: name, figure, threshold, whether it is met (null: unknown), and the preference.

    The last field is the figure whose null reason explains an unknown.
    """

    name: str
    value: pl.Expr
    threshold: pl.Expr
    is_met: pl.Expr
    preference: str
    why: str = ""
    is_over_years: bool = False


def lenses(
    rows: pl.DataFrame, latest: pl.DataFrame, rules: FunnelRules, applicability: Applicability
) -> pl.DataFrame:
    """Look at every member item by item.

    Parameters
    ----------
    rows
        Members as `funnel_polars` puts them together.
    latest
        The same on the latest footing, for the items of the balance sheet.
    rules
        Thresholds.
    applicability
        Which items say something of which kind of company.
    """
    short = f"fewer than {rules.history.years} consecutive years are known"
    too_few = pl.when(pl.col("years") < rules.history.years).then(pl.lit(short))
    is_shut = pl.col("gate") > 0
    shut = pl.when(is_shut).then(looked_up(["", *GATES], pl.col("gate")))
    seen = []
    for statement, items in (
        ("balance_sheet", _balance_sheet(rules)),
        ("cash_flow", _cash_flow(rules)),
        ("income", _income(rules)),
    ):
        for item in items:
            kinds = applicability.kinds_without("items", item.name)
            is_out = pl.col("company_kind").is_in(kinds).fill_null(False) if kinds else pl.lit(False)
            place = (
                pl.when(is_out)
                .then(NOT_APPLICABLE)
                .when(~is_shut & item.is_met)
                .then(MET)
                .when(~is_shut & ~item.is_met)
                .then(MISSED)
                .otherwise(UNKNOWN)
            )
            known_why = (
                [pl.col(f"{item.why}_reason").str.replace_all("_", " ", literal=True)] if item.why else []
            )
            why = pl.coalesce(
                shut, *([too_few] if item.is_over_years else known_why), pl.lit("an input is missing")
            )
            seen.append(
                (latest if statement == "balance_sheet" else rows).select(
                    *("year", "as_of", "entity_id"),
                    *("statement_footing", "balance_sheet_date", "flows_end"),
                    pl.lit(statement).alias("statement"),
                    pl.lit(item.name).alias("item"),
                    pl.when(~is_out).then(item.value.cast(pl.Float64)).alias("value"),
                    pl.lit(item.preference).alias("preference"),
                    pl.lit(rules.label).alias("rule_set"),
                    item.threshold.alias("threshold"),
                    looked_up(VERDICTS, place).alias("verdict"),
                    pl.when(place == NOT_APPLICABLE)
                    .then(pl.lit("cannot be asked of this kind of company"))
                    .when(place == UNKNOWN)
                    .then(why)
                    .alias("reason"),
                )
            )
    return pl.concat(seen)


def _balance_sheet(rules: FunnelRules) -> list[Item]:
    own = rules.lenses
    has_no_equity = (pl.col("shareholders_equity_usd") <= 0).fill_null(False)
    net_cash = pl.col("net_cash_usd") / pl.when(pl.col("total_assets_usd") > 0).then("total_assets_usd")
    debt, covered = (
        _below("debt_to_equity", own.debt_to_equity),
        _above("interest_coverage", own.interest_coverage),
    )
    is_whole = ~pl.col("is_debt_partial").fill_null(False)
    is_debt_free = (pl.col("total_debt_usd") == 0).fill_null(False) & is_whole
    earns_interest = pl.col("interest_coverage_reason").eq_missing("net_interest_income")
    is_covered = is_debt_free | (earns_interest & pl.col("total_debt_usd").is_not_null())
    is_low, has_cash = debt.is_met & ~has_no_equity, net_cash > own.net_cash_to_assets
    return [
        debt._replace(is_met=pl.when(is_whole | ~is_low).then(is_low)),
        _above("current_ratio", own.current_ratio),
        covered._replace(
            is_met=covered.is_met | is_covered, preference=f"{covered.preference}, or debt-free"
        ),
        Item(
            "net_cash_to_assets",
            net_cash,
            pl.lit(own.net_cash_to_assets),
            pl.when(is_whole | ~has_cash).then(has_cash),
            "positive",
        ),
        _above("altman_z", own.altman_z),
        _below("goodwill_to_assets", own.goodwill_to_assets),
    ]


def _income(rules: FunnelRules) -> list[Item]:
    own, years = rules.lenses, rules.history.years
    slope, falls = pl.col("margin_slope"), pl.col("revenue_falls")
    worst = falls + years - 1 - pl.col("revenue_changes_known")
    is_steady = (
        pl.when(falls > own.most_revenue_falls).then(False).when(worst <= own.most_revenue_falls).then(True)
    )
    is_stable = pl.when(pl.col("years") == years).then(slope >= own.margin_slope)
    return [
        _growing("net_income", "profit", years),
        Item(
            "margin_trend",
            slope,
            pl.lit(own.margin_slope),
            is_stable,
            f"at least {own.margin_slope:g} a year",
            is_over_years=True,
        ),
        _above("operating_margin", own.operating_margin),
        _above("roe", own.roe)._replace(name="return_on_equity"),
        Item(
            "revenue_steadiness",
            falls,
            pl.lit(float(own.most_revenue_falls)),
            is_steady,
            f"revenue fell at most {own.most_revenue_falls} time(s) in {years} years",
            is_over_years=True,
        ),
        _below("unusual_items_share", own.unusual_items_share),
    ]


def _cash_flow(rules: FunnelRules) -> list[Item]:
    own, years = rules.lenses, rules.history.years
    free, known, change = pl.col("free_positive"), pl.col("free_known"), pl.col("share_count_change")
    is_free = pl.when(free < known).then(False).when(known == years).then(True)
    accruals, limit = pl.col("accruals_cash_flow"), pl.col("accruals_cash_flow_limit")
    low = f"at or below the universe's {rules.cash_flow.accruals_percentile:.0%} quantile"
    is_returned = (pl.col("shareholder_payout_usd") > 0) & (change <= own.share_count_change)
    paid = f"pays out, and share count up by at most {own.share_count_change:g}"
    return [
        _growing("operating_cash_flow", "cash", years),
        _above("cash_conversion", own.cash_conversion),
        Item(
            "free_cash_flow_years",
            free,
            pl.lit(float(years)),
            is_free,
            f"positive in each of {years} years",
            is_over_years=True,
        ),
        Item("accruals_cash_flow", accruals, limit, accruals <= limit, low, "accruals_cash_flow"),
        _below("capex_intensity", own.capex_intensity),
        Item(
            "capital_returned",
            change,
            pl.lit(own.share_count_change),
            is_returned,
            paid,
            "share_count_change",
        ),
    ]


def _above(name: str, limit: float) -> Item:
    return Item(name, pl.col(name), pl.lit(limit), pl.col(name) > limit, f"above {limit:g}", name)


def _below(name: str, limit: float) -> Item:
    return Item(name, pl.col(name), pl.lit(limit), pl.col(name) < limit, f"below {limit:g}", name)


def _growing(name: str, short: str, years: int) -> Item:
    """Positive in every year, and higher in the last than in the first."""
    known, positive = pl.col(f"{short}_known"), pl.col(f"{short}_positive")
    first, last, has_all = pl.col(f"{short}_first"), pl.col(f"{short}_last"), pl.col("years") == years
    is_positive = pl.when(positive < known).then(False).when(has_all & (known == years)).then(True)
    is_met = is_positive & pl.when(has_all).then(last > first)
    growth = pl.when(has_all, first > 0).then(last / first - 1)
    return Item(
        f"{name}_growth",
        growth,
        pl.lit(0.0),
        is_met,
        f"positive and growing over {years} years",
        is_over_years=True,
    )
