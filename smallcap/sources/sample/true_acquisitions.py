"""The acquisitions with borrowed money that the sample's companies made, as they truly were."""

from __future__ import annotations

import numpy as np
import polars as pl

from smallcap.sources.sample.columns import spread
from smallcap.sources.sample.filings import file_statements
from smallcap.sources.sample.lines import entity_ids
from smallcap.sources.sample.market import Market
from smallcap.sources.sample.matrices import Items
from smallcap.sources.sample.quarter_ends import quarter_dates
from smallcap.sources.sample.quarter_filings import annual_filings
from smallcap.sources.sample.quarter_flows import acquisitions, quarter_balances
from smallcap.sources.sample.randomness import Floats
from smallcap.sources.sample.universe import Companies


def acquisitions_frame(companies: Companies, market: Market, statements: Items, seed: int) -> pl.DataFrame:
    """Return `SampleSource.true_acquisitions`: known companies' acquisitions with borrowed money."""
    annual = file_statements(companies, market, statements, seed)
    bought = acquisitions(statements, seed)
    company, year = (positions.astype(np.int64) for positions in np.nonzero(bought))
    quarter = bought[company, year].astype(np.int64) - 1
    dates = quarter_dates(companies, annual_filings(companies, annual), seed)
    balances = quarter_balances(statements, bought)
    before = {name: values[company, year - 1] for name, values in statements.items() if name in balances}
    after = {name: values[company, year, quarter] for name, values in balances.items()}
    return (
        pl.DataFrame(
            {
                "source_entity_id": spread(entity_ids(np.arange(len(companies))), company),
                "period_end": dates.end[company, year, quarter],
                "debt_to_equity_before": _debt_to_equity(before),
                "debt_to_equity_after": _debt_to_equity(after),
            }
        )
        .filter(companies.is_resolved[company])
        .with_columns(pl.col(pl.Float64).fill_nan(None), pl.col("period_end").cast(pl.Date))
        .sort("source_entity_id", "period_end")
    )


def _debt_to_equity(items: Items) -> Floats:
    debt, equity = (
        items["short_term_debt_usd"] + items["long_term_debt_usd"],
        items["shareholders_equity_usd"],
    )
    return np.asarray(np.divide(debt, equity, out=np.full(debt.shape, np.nan), where=equity > 0))
