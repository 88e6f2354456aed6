"""core.filter_evaluations: every member at every as_of, evaluated by each of the six filters on its own."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.balance_sheet import balance_sheet
from smallcap.finance.funnel.business import business
from smallcap.finance.funnel.cash_flow import cash_flow
from smallcap.finance.funnel.income import income
from smallcap.finance.funnel.inputs import interleaved, prepared
from smallcap.finance.funnel.shariah import shariah
from smallcap.finance.funnel.universe import with_limits
from smallcap.finance.funnel.value import value
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules, ShariahRules
from smallcap.rules.types.kinds import Applicability
from smallcap.tables.funnel import FilterEvaluations

FILTERS = ("business", "shariah", "balance_sheet", "income", "cash_flow", "value")
"""In strict order: the first is number 1."""
FIGURES = (
    *("debt_to_market_cap", "cash_to_market_cap", "interest_income_to_revenue"),
    *(
        "least_net_margin",
        "net_income_growth_over_years",
        "margin_slope",
        "least_operating_margin",
        "years_without_cash_backing",
    ),
    *("cash_conversion_over_years", "least_operating_cash_flow_to_assets", "years_without_free_cash_flow"),
)
"""Figures of single rules that are not in core.metrics_as_of; each is on the row of its filter."""
FLAGS = ("is_interest_income_bounded", "is_lease_unchecked", "is_operating_margin_used")
OF_THE_RATE = ("vintage", "is_vintage_later")
"""Which risk-free rate filter 2 used; null on the rows of other filters."""
MAX_SPLIT_AGE_DAYS = 31


def evaluate_filters(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    prices: pl.DataFrame,
    factors: pl.DataFrame,
    rules: FunnelRules,
    business_rules: BusinessRules,
    standard: ShariahRules,
    applicability: Applicability,
    limits: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Evaluate filters 1 to 6 of docs/methods/filters.md, each on its own.

    Parameters
    ----------
    members
        Rows of core.members.
    metrics_as_of
        Rows of core.metrics_as_of for the same as_ofs.
    annual_fundamentals, annual_metrics
        The members' records that became known up to the last as_of and in the eight years before.
    prices
        Rows of raw.prices; used only by a standard with a mean market value.
    factors
        Rows of raw.factors: the risk-free rate.
    rules, business_rules, standard
        The thresholds, the excluded lines of business, the standard of filter 2.
    applicability
        Which rules of filters 2 to 6 are asked of which kind of company.
    limits
        What `universe.universe_limits` returned for the companies to compare with; the members by default.

    Returns
    -------
    pl.DataFrame
        Six rows per member, in the columns of core.filter_evaluations, sorted by as_of, company and filter.
    """
    rows = prepared(members, metrics_as_of, annual_fundamentals, annual_metrics, rules)
    by_business = business(rows, business_rules)
    limited = with_limits(rows, by_business["stand_alone_status"], rules, limits)
    verdicts = (
        by_business,
        shariah(limited, annual_metrics, prices, factors, rules, standard, applicability, MAX_SPLIT_AGE_DAYS),
        balance_sheet(limited, rules.balance_sheet, applicability),
        income(limited, rules, applicability),
        cash_flow(limited, rules, applicability),
        value(limited, rules.value, applicability),
    )
    labels = (business_rules.label, standard.label, *(rules.label for _ in FILTERS[2:]))
    context = limited.select(
        pl.col("as_of").dt.year().alias("year"),
        "as_of",
        "entity_id",
        "company_kind",
        (pl.col("as_of") - pl.col("period_end")).dt.total_days().alias("record_age_days"),
        "years",
        "accruals_universe",
        "value_universe",
    )
    return interleaved(
        [_in_columns(context.hstack(verdicts[i]), i + 1, labels[i]) for i in range(len(FILTERS))]
    )


def _in_columns(verdicts: pl.DataFrame, number: int, label: str) -> pl.DataFrame:
    """Label a filter's rows and keep the context columns that apply to the filter."""
    name = FILTERS[number - 1]
    universes = {"cash_flow": "accruals_universe", "value": "value_universe"}
    beside = {
        "years_used": "years" if name in ("income", "cash_flow") else None,
        "universe_members": universes.get(name),
        "record_age_days": "record_age_days" if name != "business" else None,
    }
    named = verdicts.with_columns(
        pl.lit(number).alias("filter_number"),
        pl.lit(name).alias("filter_name"),
        pl.lit(label).alias("rule_set"),
        *((pl.col(source) if source else pl.lit(None)).alias(column) for column, source in beside.items()),
        *(
            pl.lit(None, dtype=pl.Float64).alias(figure)
            for figure in FIGURES
            if figure not in verdicts.columns
        ),
        *(pl.lit(False).alias(flag) for flag in FLAGS if flag not in verdicts.columns),
        *(pl.lit(None).alias(column) for column in OF_THE_RATE if column not in verdicts.columns),
    )
    return in_columns_of(named, FilterEvaluations)
