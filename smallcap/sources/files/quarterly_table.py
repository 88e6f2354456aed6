"""The canonical table of quarterly statements: that of annual ones, and the flows of the year to date."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from smallcap.finance.quarters.fields import FLOWS, year_to_date
from smallcap.sources.files.canonical_tables import FUNDAMENTALS, CanonicalColumn, CanonicalTable

_FLOWS: Final = {flow.removesuffix("_usd"): year_to_date(flow).removesuffix("_usd") for flow in FLOWS}


def _of_quarter(column: CanonicalColumn) -> CanonicalColumn:
    """Return the annual table's column as it is in the quarterly table."""
    if column.name == "period_end":
        return replace(column, meaning="end of the quarter")
    if column.name in _FLOWS:
        return replace(column, meaning=f"{column.meaning}; of the three months", is_required=False)
    return column


QUARTERLY_FUNDAMENTALS: Final = CanonicalTable(
    "quarterly_fundamentals",
    "filing_date",
    (
        *(_of_quarter(column) for column in FUNDAMENTALS.columns),
        CanonicalColumn(
            "fiscal_year_start",
            "date",
            "date",
            "first day of the fiscal year; blank: the day after the last annual period_end known",
        ),
        *(
            CanonicalColumn(
                longer,
                "number",
                "US dollars",
                f"{name.replace('_', ' ')} from fiscal_year_start to period_end",
            )
            for name, longer in _FLOWS.items()
        ),
    ),
    one_of=(
        *FUNDAMENTALS.one_of,
        *((name, _FLOWS[name]) for name in ("revenue", "net_income", "operating_cash_flow")),
    ),
    largest=FUNDAMENTALS.largest,
)
"""A flow may be given for the three months, for the year to date, or both."""
