"""core.filter_evaluations: every member at every as_of, evaluated by each of the six filters on its own."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.balance_sheet import balance_sheet
from smallcap.finance.funnel.business import business
from smallcap.finance.funnel.cash_flow import cash_flow
from smallcap.finance.funnel.footing import FOOTING, on_annual, on_latest
from smallcap.finance.funnel.income import income
from smallcap.finance.funnel.inputs import interleaved, prepared
from smallcap.finance.funnel.shariah import shariah
from smallcap.finance.funnel.universe import with_limits
from smallcap.finance.funnel.value import value
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.business import BusinessRules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.shariah import ShariahRules
from smallcap.tables.filter_evaluations import FilterEvaluations

FILTERS = ("business", "shariah", "balance_sheet", "income", "cash_flow", "value")
"""In strict order: the first is number 1."""
ON_LATEST = ("shariah", "balance_sheet", "value")
"""Filters that are evaluated on the latest footing, where the home is on it."""
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
    trailing_as_of: pl.DataFrame | None = None,
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
    trailing_as_of
        Rows of core.trailing_as_of for the same as_ofs, on which filters 2, 3 and 6 are evaluated; None for
        the annual footing.

    Returns
    -------
    pl.DataFrame
        Six rows per member, in the columns of core.filter_evaluations, sorted by as_of, company and filter.
    """
    rows = prepared(members, metrics_as_of, annual_fundamentals, annual_metrics, rules)
    by_business = business(rows, business_rules)
    on_balance_sheets = on_latest(rows, trailing_as_of)
    limited = with_limits(
        on_annual(rows), by_business["stand_alone_status"], rules, limits, on_balance_sheets
    )
    latest = on_balance_sheets.hstack(limited.select(pl.exclude(on_balance_sheets.columns)))
    verdicts = (
        by_business,
        shariah(
            *(limited, annual_metrics, prices, factors, rules, standard, applicability, MAX_SPLIT_AGE_DAYS),
            None if trailing_as_of is None else latest,
        ),
        balance_sheet(latest, rules.balance_sheet, applicability),
        income(limited, rules, applicability),
        cash_flow(limited, rules, applicability),
        value(latest, rules.value, applicability),
    )
    labels = (business_rules.label, standard.label, *(rules.label for _ in FILTERS[2:]))
    contexts = [_context(latest if name in ON_LATEST else limited) for name in FILTERS]
    return interleaved(
        [_in_columns(contexts[i].hstack(verdicts[i]), i + 1, labels[i]) for i in range(len(FILTERS))]
    )


def _context(rows: pl.DataFrame) -> pl.DataFrame:
    """Select what the rows of each filter say beside the verdict."""
    return rows.select(
        pl.col("as_of").dt.year().alias("year"),
        "as_of",
        "entity_id",
        "company_kind",
        (pl.col("as_of") - pl.col("period_end")).dt.total_days().alias("record_age_days"),
        *FOOTING,
        "years",
        "accruals_universe",
        "value_universe",
    )


def _in_columns(verdicts: pl.DataFrame, number: int, label: str) -> pl.DataFrame:
    """Label a filter's rows and keep the context columns that apply to the filter."""
    name = FILTERS[number - 1]
    universes = {"cash_flow": "accruals_universe", "value": "value_universe"}
    beside = {
        "years_used": "years" if name in ("income", "cash_flow") else None,
        "universe_members": universes.get(name),
        **{column: column if name != "business" else None for column in ("record_age_days", *FOOTING)},
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
