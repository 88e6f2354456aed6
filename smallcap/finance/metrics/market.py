"""Metrics as of a date: each member's annual record visible at that date, and market values at it."""

from __future__ import annotations

import polars as pl

from smallcap.finance.frames import as_table, without_nan
from smallcap.finance.kinds import is_asked
from smallcap.finance.metrics.fields import SHARE_FIELDS
from smallcap.finance.metrics.market_cap import with_market_cap
from smallcap.finance.metrics.notes import note
from smallcap.finance.metrics.ratios import EBIT, suspect, zone
from smallcap.finance.metrics.share_change import share_count_change
from smallcap.finance.pointintime import is_stale, visible, visible_rows
from smallcap.finance.reasons import Check, first_reason, metric, missing, not_positive
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.kinds import FINANCIAL_KINDS
from smallcap.rules.types.metrics import MetricsRules, ZoneRules
from smallcap.tables.registry import TABLES

MEMBER_COLUMNS = (
    "year",
    "as_of",
    "entity_id",
    "security_id",
    "company_kind",
    "snapshot_date",
    "list_price_usd",
    "list_quantity",
    "market_value_usd",
)
ONLY_FOR_FORMULAS = (
    "total_liabilities_usd",
    "working_capital_usd",
    "retained_earnings_usd",
    "shares_date",
    "shares_split_basis",
    "shares_prior_date",
)
"""Columns of core.annual_metrics needed for market values but not included in core.metrics_as_of."""

ALTMAN_FIELDS = (
    *("current_assets_usd", "current_liabilities_usd", "retained_earnings_usd", "revenue_usd"),
    *("total_assets_usd", "total_liabilities_usd", *EBIT, *SHARE_FIELDS),
)

NO_FUNDAMENTALS: Check = (pl.col("period_end").is_null(), "no_fundamentals")
_RECORD_COLUMNS = {*TABLES["core.metrics_as_of"].columns, *ONLY_FOR_FORMULAS, "source"} - {"year"}
REASONS_SHOWN = ("roe", "fcf_margin", "interest_coverage")
ANNUAL_RATIOS_BY_KIND = ("current_ratio", "debt_to_assets", "debt_to_equity")
"""Ratios of core.annual_metrics, where every company has them, that not every kind of company has here."""


def metrics_as_of(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    prices: pl.DataFrame,
    vendor_metrics: pl.DataFrame,
    rules: MetricsRules,
    stale_months: int,
    applicability: Applicability,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return, for each member at each as_of, the visible annual metrics and the market-based metrics.

    A stale record is included with `is_stale`; users of the numbers must exclude it. Ratios that mean nothing
    for a member's kind of company are null here; the annual metrics keep them.

    Parameters
    ----------
    members
        Rows of core.members.
    metrics
        Rows of core.annual_metrics that became known up to the last as_of.
    prices
        Rows of raw.prices, back to the dates of the share counts.
    vendor_metrics
        Rows of raw.vendor_metrics.
    rules
        The thresholds.
    stale_months
        A record whose period_end is more than this many months before as_of is stale.
    applicability
        Which ratios mean something for which kind of company.
    earlier
        Rows of core.members of dates before: consecutive lists show splits that `prices` has not.

    Returns
    -------
    pl.DataFrame
        One row per member, in the columns of core.metrics_as_of, sorted by as_of and company.
    """
    records = metrics.select(name for name in metrics.columns if name in _RECORD_COLUMNS)
    seen = visible(records, members.select(MEMBER_COLUMNS).sort("as_of", "entity_id"))
    listed = members if earlier is None else pl.concat([earlier, members])
    with_cap = with_market_cap(seen, records, prices, rules, listed).hstack(
        [_market_cap_period_end(seen, vendor_metrics)]
    )
    change = share_count_change(with_cap, prices, rules.price.max_age_days)
    computed = with_cap.with_columns(change.get_columns()).with_columns(
        is_stale("period_end", "as_of", stale_months).alias("is_stale"),
        *(
            pl.when(NO_FUNDAMENTALS[0])
            .then(pl.lit(NO_FUNDAMENTALS[1]))
            .otherwise(f"{name}_reason")
            .alias(f"{name}_reason")
            for name in REASONS_SHOWN
        ),
        *(column for name in ANNUAL_RATIOS_BY_KIND for column in _annual_ratio(name, applicability)),
        *multiples(),
        *altman_z(rules.altman_z, applicability),
        _altman_z_double_prime(applicability),
        pl.lit(rules.label).alias("rule_set"),
    )
    return without_nan(as_table(computed.with_columns(note()), "core.metrics_as_of"))


def multiples() -> list[pl.Expr]:
    """Return market cap over income, equity, revenue and free cash flow, if positive; and the yields."""
    cap = pl.col("market_cap_usd")
    denominators = {
        "pe": "net_income_usd",
        "pb": "shareholders_equity_usd",
        "ps": "revenue_usd",
        "p_fcf": "free_cash_flow_usd",
    }
    yields = {
        "earnings_yield": "net_income_usd",
        "book_to_market": "shareholders_equity_usd",
        "dividend_yield": "dividends_paid_usd",
    }
    return [
        *(column for name, figure in denominators.items() for column in _multiple(name, cap, pl.col(figure))),
        *(pl.when(cap > 0).then(pl.col(numerator) / cap).alias(name) for name, numerator in yields.items()),
    ]


def altman_z(zones: ZoneRules, applicability: Applicability) -> list[pl.Expr]:
    """Return Altman's Z and its zone; null for kinds of company that it says nothing of.

    1.2 WC/TA + 1.4 RE/TA + 3.3 EBIT/TA + 0.6 market cap/TL + 1.0 sales/TA (Altman 1968).
    """
    assets, liabilities, cap = (
        pl.col("total_assets_usd"),
        pl.col("total_liabilities_usd"),
        pl.col("market_cap_usd"),
    )
    capital, retained = pl.col("working_capital_usd"), pl.col("retained_earnings_usd")
    ebit, sales = pl.col("ebit_usd"), pl.col("revenue_usd")
    score = (1.2 * capital + 1.4 * retained + 3.3 * ebit + 1.0 * sales) / assets + 0.6 * cap / liabilities
    checks = [
        NO_FUNDAMENTALS,
        *_not_of_kind("altman_z", applicability),
        suspect(score, *ALTMAN_FIELDS),
        missing(capital, retained, ebit, sales, cap),
        *not_positive(assets),
        *not_positive(liabilities),
    ]
    columns = metric("altman_z", score, checks)
    return [*columns, zone(columns[0], zones).alias("altman_z_zone")]


def _multiple(name: str, cap: pl.Expr, figure: pl.Expr) -> list[pl.Expr]:
    return metric(name, cap / figure, [NO_FUNDAMENTALS, missing(cap), *not_positive(figure)])


def _annual_ratio(name: str, applicability: Applicability) -> list[pl.Expr]:
    """Take a ratio and its reason from the record, unless the ratio means nothing for the kind of company."""
    known = first_reason([NO_FUNDAMENTALS, *_not_of_kind(name, applicability)])
    reason = pl.coalesce(known, f"{name}_reason")
    return [pl.when(reason.is_null()).then(name).alias(name), reason.alias(f"{name}_reason")]


def _altman_z_double_prime(applicability: Applicability) -> pl.Expr:
    name = "altman_z_double_prime"
    return pl.when(is_asked(applicability.kinds_without("metrics", name))).then(name).alias(name)


def _not_of_kind(name: str, applicability: Applicability) -> list[Check]:
    """Return the checks that apply where a metric means nothing for the kind of company."""
    kinds = applicability.kinds_without("metrics", name)
    financials, others = (
        [kind for kind in kinds if (kind in FINANCIAL_KINDS) is wanted] for wanted in (True, False)
    )
    return [
        (~is_asked(financials), "not_meaningful_for_financials"),
        (~is_asked(others), "not_meaningful_for_kind"),
    ]


def _market_cap_period_end(seen: pl.DataFrame, vendor_metrics: pl.DataFrame) -> pl.Series:
    """Find the vendor's market value at the visible period's end, if it was served by as_of."""
    served = vendor_metrics.filter(pl.col("market_cap_period_end_usd").is_not_null())
    # Here the "entity" of the visibility lookup is a company's fiscal year.
    periods = (
        served.select("entity_id", "period_end")
        .unique()
        .sort("entity_id", "period_end")
        .with_row_index("period")
    )
    asked = seen.select("as_of", "entity_id", "period_end").join(
        periods, on=["entity_id", "period_end"], how="left", maintain_order="left"
    )
    records = served.join(periods, on=["entity_id", "period_end"]).with_columns(
        pl.col("period").alias("entity_id")
    )
    rows = visible_rows(records, asked.select("as_of", pl.col("period").alias("entity_id")))
    return records["market_cap_period_end_usd"].gather(rows)
