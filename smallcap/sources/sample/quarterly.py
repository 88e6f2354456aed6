"""Builds the sample's quarterly records (raw.quarterly_fundamentals)."""

from __future__ import annotations

import numpy as np
import polars as pl

from smallcap.sources.base import QUARTERLY_FUNDAMENTALS_COLUMNS
from smallcap.sources.sample.calendar import MONTH_COUNT, day_to_month
from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.filings import file_statements, period_ends
from smallcap.sources.sample.lines import SOURCE, entity_ids
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.missing_items import missing_items
from smallcap.sources.sample.quarter_blemishes import with_changed_years, with_errors
from smallcap.sources.sample.quarter_filings import QuarterRecords, file_quarters
from smallcap.sources.sample.quarter_gaps import without_missing, without_quarterly_cash_flows
from smallcap.sources.sample.randomness import Flags
from smallcap.sources.sample.spells import Spells, spell_at
from smallcap.sources.sample.universe import Companies
from smallcap.split_basis import AS_FILED


def quarterly_records(
    companies: Companies, market: Market, statements: Items, spells: Spells, seed: int
) -> pl.DataFrame:
    """Return quarterly records (`QUARTERLY_FUNDAMENTALS_COLUMNS`)."""
    annual = file_statements(companies, market, statements, seed)
    filed = with_changed_years(file_quarters(companies, market, statements, annual, seed), seed)
    missing = missing_items(companies, annual, seed)
    complete = without_missing(without_quarterly_cash_flows(filed), annual, missing)
    served, is_foreign, is_undated = with_errors(complete, seed)
    return _frame(companies, served, is_foreign, is_undated, spells)


def _frame(
    companies: Companies, records: QuarterRecords, is_foreign: Flags, is_undated: Flags, spells: Spells
) -> pl.DataFrame:
    month = np.maximum(
        day_to_month(np.maximum(records.filing_date, records.period_end)),
        companies.first_month[records.company],
    )
    year_end = period_ends(companies)[records.company, records.year]
    fiscal_year = year_end.astype("datetime64[Y]").astype(np.int64) + 1970 - (day_to_month(year_end) % 12 < 5)
    has_count = pl.col("shares_outstanding").is_not_null()
    return (
        pl.DataFrame(
            {
                "source_entity_id": spread(entity_ids(np.arange(len(companies))), records.company),
                "period_end": records.period_end,
                "version": spread(
                    np.array(["original", "restated"], dtype=object), records.is_restated.astype(np.int64)
                ),
                "ticker": spread(
                    spells.listed_ticker,
                    spell_at(spells, records.company, np.minimum(month, MONTH_COUNT - 1)),
                ),
                "fiscal_year": fiscal_year,
                "fiscal_year_start": records.start,
                "period_days": records.period_days,
                "currency": spread(np.array(["USD", "CAD"], dtype=object), is_foreign.astype(np.int64)),
                "filing_date": records.filing_date,
                "is_undated": is_undated,
                "shares_outstanding_date": records.items["cover_date"]
                .astype(np.int64)
                .astype("datetime64[D]"),
                **{
                    name: values
                    for name, values in records.items.items()
                    if name in QUARTERLY_FUNDAMENTALS_COLUMNS
                },
            }
        )
        .with_columns(
            pl.col(pl.Float64).fill_nan(None),
            pl.when(~pl.col("is_undated")).then("filing_date").alias("filing_date"),
            pl.lit(SOURCE).alias("source"),
            is_value_restated=pl.lit(value=False),
            is_blank_debt_zero=pl.lit(value=False),
            is_debt_explained_zero=pl.lit(value=False),
            shares_split_basis=pl.lit(AS_FILED),
        )
        .with_columns(pl.when(has_count).then("shares_outstanding_date").alias("shares_outstanding_date"))
        .select(*QUARTERLY_FUNDAMENTALS_COLUMNS)
        .cast(QUARTERLY_FUNDAMENTALS_COLUMNS)  # type: ignore[arg-type]
        .sort("source_entity_id", "period_end", "version", "filing_date", "revenue_usd", "total_assets_usd")
    )
