"""The tables of the index funds and of the two small-cap indices: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.tables import Column, Layout

BENCHMARKS = Layout(
    "Index funds up to this date",
    (
        Column("ticker", "Fund"),
        Column("tracks", "Tracks", "words"),
        Column("years", "Years", "integer"),
        Column("annual_return", "A year", "percent"),
        Column("volatility", "Volatility", "percent"),
        Column("sharpe", "Sharpe", "number"),
        Column("beta", "Beta", "number"),
        Column("beta_falling", "Beta, market falling", "number"),
        Column("capture_falling", "Capture, falling", "percent"),
        Column("max_drawdown", "Largest fall", "percent"),
        Column("drawdown_months", "Months of it", "integer"),
        Column("smb", "SMB", "number"),
        Column("hml", "HML", "number"),
        Column("rmw", "RMW", "number"),
        Column("cma", "CMA", "number"),
    ),
    note="Total returns after fees. Beta, capture and loadings are over the months that have factors; the "
    "market is that of the factor files.",
)
COMPARISON = Layout(
    "The Russell 2000 against the S&P SmallCap 600, as published and here",
    (
        Column("measure", "Measure", "words"),
        Column("published_index_told", "Russell 2000", "figure"),
        Column("published_rival_told", "S&P SmallCap 600", "figure"),
        Column("own_index_told", "This index", "figure"),
        Column("own_rival_told", "Its rival", "figure"),
        Column("note", "What it is", "words"),
    ),
    note="Ours are of the members at this date, or of the funds' returns over ten years.",
)
