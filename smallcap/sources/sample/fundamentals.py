"""Builds the sample's annual records (raw.fundamentals), with the ratios that go with them."""

from __future__ import annotations

import numpy as np
import polars as pl

from smallcap.sources.base import FUNDAMENTALS_COLUMNS
from smallcap.sources.sample.blemishes import filing_dates_with_gaps, with_errors
from smallcap.sources.sample.calendar import day_to_month
from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.filings import Records, file_statements, joined, restate
from smallcap.sources.sample.lines import SOURCE, entity_ids
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.missing_items import missing_items, without_missing
from smallcap.sources.sample.randomness import Flags
from smallcap.sources.sample.spells import Spells, spell_at
from smallcap.sources.sample.universe import Companies
from smallcap.sources.sample.vendor_metrics import vendor_frame
from smallcap.split_basis import AS_FILED


def annual_records(
    companies: Companies, market: Market, statements: Items, spells: Spells, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return annual records (`FUNDAMENTALS_COLUMNS`) and ready-made ratios (`VENDOR_METRICS_COLUMNS`)."""
    originals = file_statements(companies, market, statements, seed)
    everything = joined(originals, restate(originals, market, seed))
    missing = missing_items(companies, everything, seed)
    served, is_foreign = with_errors(without_missing(everything, missing), seed)
    vendor = vendor_frame(companies, originals, missing["interest_expense_usd"][: len(originals)], seed)
    return _fundamentals_frame(companies, served, is_foreign, spells, seed), vendor


def _fundamentals_frame(
    companies: Companies, records: Records, is_foreign: Flags, spells: Spells, seed: int
) -> pl.DataFrame:
    filing_date, is_missing = filing_dates_with_gaps(records, seed)
    month = np.maximum(
        day_to_month(np.maximum(records.filing_date, records.period_end)),
        companies.first_month[records.company],
    )
    calendar_year = records.period_end.astype("datetime64[Y]").astype(np.int64) + 1970
    is_early_month = day_to_month(records.period_end) % 12 < 5
    return (
        pl.DataFrame(
            {
                "source_entity_id": spread(entity_ids(np.arange(len(companies))), records.company),
                "period_end": records.period_end,
                "version": spread(
                    np.array(["original", "restated"], dtype=object), records.is_restated.astype(np.int64)
                ),
                "ticker": spread(spells.listed_ticker, spell_at(spells, records.company, month)),
                "fiscal_year": calendar_year - is_early_month,
                "period_days": records.period_days,
                "currency": spread(np.array(["USD", "CAD"], dtype=object), is_foreign.astype(np.int64)),
                "filing_date": filing_date,
                "is_missing": is_missing,
                "shares_outstanding_date": records.items["cover_date"]
                .astype(np.int64)
                .astype("datetime64[D]"),
                **{name: values for name, values in records.items.items() if name in FUNDAMENTALS_COLUMNS},
            }
        )
        .with_columns(
            pl.col(pl.Float64).fill_nan(None),
            pl.when(~pl.col("is_missing")).then("filing_date").alias("filing_date"),
            pl.lit(SOURCE).alias("source"),
            is_value_restated=pl.lit(False),
            is_blank_debt_zero=pl.lit(False),
            is_debt_explained_zero=pl.lit(False),
            shares_split_basis=pl.lit(AS_FILED),
        )
        .with_columns(
            pl.when(pl.col("shares_outstanding").is_not_null())
            .then("shares_outstanding_date")
            .alias("shares_outstanding_date")
        )
        .select(*FUNDAMENTALS_COLUMNS)
        .cast(FUNDAMENTALS_COLUMNS)  # type: ignore[arg-type]
        .sort("source_entity_id", "period_end", "version", "filing_date", "revenue_usd", "total_assets_usd")
    )
