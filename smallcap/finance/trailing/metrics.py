"""Trailing metrics: the ratios of the annual metrics on trailing flows and the latest balance sheet."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.metrics.annual import with_ratios
from smallcap.finance.metrics.fields import AMENDED, INHERITED
from smallcap.finance.metrics.history import with_history
from smallcap.finance.pointintime import take, visible_rows
from smallcap.finance.trailing.doubts import doubts, with_reasons
from smallcap.finance.trailing.fields import BALANCE, BLANK_IS_NONE, SHARES
from smallcap.finance.trailing.flows import trailing_flows
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.limits import Limits
from smallcap.finance.trailing.lookup import Timeline
from smallcap.finance.trailing.parts import is_quarter_later, quarters_a_year_earlier
from smallcap.finance.trailing.sheets import all_records, columns_of, latest_sheets
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules
from smallcap.rules.types.trailing import TrailingRules
from smallcap.tables.trailing import TrailingMetrics

PRIOR_FLOWS = ("revenue_usd", "net_income_usd", "interest_expense_usd", "net_interest_expense_usd")
PRIOR_SHEET = (
    "shareholders_equity_usd",
    "total_assets_usd",
    "current_assets_usd",
    "current_liabilities_usd",
    "cash_and_short_term_investments_usd",
    "short_term_debt_usd",
    "is_debt_explained_zero",
)
PRIOR_SHARES = (
    "shares_outstanding",
    "shares_basic",
    "shares_diluted",
    "shares_outstanding_date",
    "period_end",
)
SUMS = ("years_summed", "net_income_sum", "operating_cash_flow_sum")


def trailing_metrics(
    annual: pl.DataFrame,
    quarterly: pl.DataFrame,
    metrics_rules: MetricsRules,
    sanity_rules: SanityRules,
    rules: TrailingRules,
    year: int | None = None,
) -> pl.DataFrame:
    """Compute the metrics of docs/methods/trailing.md for each day on which a company's figures changed.

    The year before, for averages, changes and growth, is composed in the same way from what was known on the
    row's own day. What covers five fiscal years is that of the latest annual record.

    Parameters
    ----------
    annual
        Rows of core.annual_fundamentals, including earlier years.
    quarterly
        Rows of core.quarterly_fundamentals, including earlier years.
    metrics_rules
        The thresholds of the ratios.
    sanity_rules, rules
        The thresholds of the composition.
    year
        Calendar year of the days; all days without it.

    Returns
    -------
    pl.DataFrame
        One row per company and day in the columns of core.trailing_metrics, sorted by company and day.
    """
    limits = Limits.of(sanity_rules, rules)
    statements = Statements.of(annual, quarterly, limits)
    asked = _questions(statements, year)
    earlier = _a_year_earlier(statements, asked, metrics_rules, limits)
    both = trailing_flows(statements, pl.concat([asked, earlier]), limits)
    now, before = both.head(asked.height), both.tail(asked.height)
    records = all_records(statements)
    rows = asked.hstack(latest_sheets(records, asked, metrics_rules.prior_year))
    prepared = pl.concat(
        [
            asked.select("entity_id", available_date="known_by"),
            now,
            before.select(pl.col(PRIOR_FLOWS).name.suffix("_prior")),
            columns_of(records, rows["latest"], ("version", "source", "fiscal_year")),
            columns_of(records, rows["latest"], ("period_end",), "_latest"),
            columns_of(records, rows["sheet"], (*BALANCE, *BLANK_IS_NONE)),
            columns_of(records, rows["sheet"], ("period_end",), "_sheet"),
            columns_of(records, rows["shares"], (*SHARES, "period_end")),
            columns_of(records, rows["sheet_prior"], PRIOR_SHEET, "_prior"),
            columns_of(records, rows["shares_prior"], PRIOR_SHARES, "_prior"),
            _of_the_annual_record(statements.annual, rows, now, metrics_rules),
            doubts(statements, records, now, rows),
        ],
        how="horizontal",
    ).with_columns(pl.col(BLANK_IS_NONE).fill_null(value=False))
    computed = with_reasons(with_ratios(prepared, metrics_rules)).with_columns(
        pl.col("available_date").dt.year().alias("year"),
        # Until here the end of the period of the share count, whose date it is where the count has none.
        pl.col("period_end_latest").alias("period_end"),
        pl.col("period_end_sheet").alias("balance_sheet_date"),
        pl.lit(f"{metrics_rules.label}, {rules.label}").alias("rule_set"),
    )
    return without_nan(in_columns_of(computed, TrailingMetrics)).sort("entity_id", "available_date")


def _questions(statements: Statements, year: int | None) -> pl.DataFrame:
    """List every day on which a record of a company became known, with the latest records on that day."""
    key = ["entity_id", "available_date"]
    both = statements.annual, statements.quarterly
    days = pl.concat([records.select(key) for records in both]).unique().drop_nulls().sort(key)
    if year is not None:
        days = days.filter(pl.col("available_date").dt.year() == year)
    asked = days.rename({"available_date": "known_by"})
    return asked.with_columns(
        visible_rows(statements.annual, asked, "known_by").alias("annual"),
        visible_rows(statements.quarterly, asked, "known_by").alias("quarter"),
    )


def _a_year_earlier(
    statements: Statements, asked: pl.DataFrame, rules: MetricsRules, limits: Limits
) -> pl.DataFrame:
    """Ask for the flows of the twelve months that ended a year earlier, as known on the same day."""
    end = statements.annual["period_end"].gather(asked["annual"])
    question = asked.select("entity_id", "known_by", end.alias("period_end"))
    quarter = quarters_a_year_earlier(statements, asked, limits)
    is_later = is_quarter_later(statements, asked)
    return asked.select(
        "entity_id",
        "known_by",
        Timeline(statements.annual).at_distance(question, rules.prior_year).alias("annual"),
        pl.select(pl.when(is_later).then(quarter)).to_series().alias("quarter"),
    )


def _of_the_annual_record(
    annual: pl.DataFrame, rows: pl.DataFrame, now: pl.DataFrame, rules: MetricsRules
) -> pl.DataFrame:
    """Return the sums over fiscal years, and which flows an amendment changed or took over."""
    sums = take(with_history(annual, rules.prior_year, rules.cash_conversion).select(SUMS), rows["annual"])
    lists = take(annual.select(INHERITED, AMENDED), rows["annual"])
    is_used = now["trailing_basis"].is_in(["annual", "annual plus year to date"]).fill_null(value=False)
    return sums.hstack(
        lists.select(pl.when(is_used).then(pl.col(name)).alias(name) for name in lists.columns)
    )
