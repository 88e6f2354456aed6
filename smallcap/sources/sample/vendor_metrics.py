"""The ratios that the sample's vendor serves ready-made (raw.vendor_metrics)."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import VENDOR_METRICS_COLUMNS
from smallcap.sources.sample.calendar import day_to_month
from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.filings import Records
from smallcap.sources.sample.lines import SOURCE, entity_ids
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.randomness import Flags, Floats, stream
from smallcap.sources.sample.universe import Companies

UNSERVED_COMPANY_SHARE: Final = 0.02
UNSERVED_YEAR_SHARE: Final = 0.03
NULL_SHARE: Final = 0.008
EXTREME_SHARE: Final = 0.02
EXTREME_FACTOR: Final = 100.0
"""Deliberate flaws of the ready-made ratios: companies and years not served, nulls, inflated coverage."""


def vendor_frame(companies: Companies, records: Records, has_no_interest: Flags, seed: int) -> pl.DataFrame:
    """Return the ratios of the original annual records (`VENDOR_METRICS_COLUMNS`), with deliberate flaws."""
    rng = stream(seed, "vendor")
    items, count = records.items, len(records)
    ratios = _ratios(companies, records, has_no_interest)
    is_extreme = (rng.random(count) < EXTREME_SHARE) & ~has_no_interest
    ratios["interest_coverage"] = np.where(
        is_extreme, ratios["interest_coverage"] * EXTREME_FACTOR, ratios["interest_coverage"]
    )
    is_before_listing = day_to_month(records.period_end) < companies.first_month[records.company]
    ratios["market_cap_period_end_usd"] = np.where(
        is_before_listing, np.nan, np.round(items["market_cap_period_end_usd"])
    )
    nulls = rng.random((len(ratios), count)) < NULL_SHARE
    is_served = (rng.random(len(companies)) >= UNSERVED_COMPANY_SHARE)[records.company] & (
        rng.random(count) >= UNSERVED_YEAR_SHARE
    )
    return (
        pl.DataFrame(
            {
                "source_entity_id": spread(entity_ids(np.arange(len(companies))), records.company),
                "period_end": records.period_end,
                "is_served": is_served,
                **{
                    name: np.where(null, np.nan, values)
                    for (name, values), null in zip(ratios.items(), nulls, strict=True)
                },
            }
        )
        .filter("is_served")
        .with_columns(pl.col(pl.Float64).fill_nan(None), pl.lit(SOURCE).alias("source"))
        .select(*VENDOR_METRICS_COLUMNS)
        .cast(VENDOR_METRICS_COLUMNS)  # type: ignore[arg-type]
        .sort("source_entity_id", "period_end")
    )


def _ratios(companies: Companies, records: Records, has_no_interest: Flags) -> Items:
    items = records.items
    assets, revenue, liabilities = (
        items["total_assets_usd"],
        items["revenue_usd"],
        items["total_liabilities_usd"],
    )
    debt = items["short_term_debt_usd"] + items["long_term_debt_usd"]
    is_classified = ~companies.is_kind("bank", "insurer", "property")[records.company]
    altman = (
        1.2 * (items["current_assets_usd"] - items["current_liabilities_usd"]) / assets
        + 1.4 * items["retained_earnings_usd"] / assets
        + 3.3 * items["operating_income_usd"] / assets
        + 0.6 * _over(items["market_cap_period_end_usd"], liabilities)
        + revenue / assets
    )
    return {
        "roe": _over(items["net_income_usd"], items["shareholders_equity_usd"]),
        "fcf_margin": _over(items["operating_cash_flow_usd"] - items["capital_expenditures_usd"], revenue),
        "debt_to_assets": debt / assets,
        "interest_coverage": np.where(
            has_no_interest, np.nan, _over(items["operating_income_usd"], items["interest_expense_usd"])
        ),
        "altman_z_score": np.where(is_classified, altman, np.nan),
    }


def _over(numerator: Floats, denominator: Floats) -> Floats:
    """Divide where the denominator is positive; NaN elsewhere."""
    return np.asarray(
        np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)
    )
