"""The canonical tables of the preset `files`: the columns of each, with kind, unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "ticker", "id", "date", "number"]
LARGEST = 1e15
"""No company, count of shares or list is larger; larger numbers would overflow in sums of squares."""


@dataclass(frozen=True)
class CanonicalColumn:
    """A column of a canonical table.

    `is_required`: a table must have the column. `is_key`: every row must have a value in it. `whole`: the
    least and the greatest value of a column of whole numbers.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    is_required: bool = False
    is_key: bool = False
    whole: tuple[int, int] | None = None


@dataclass(frozen=True)
class CanonicalTable:
    """A canonical table: its columns, and the date on which a row became known.

    `one_of` lists groups of columns of which a table must have at least one each. `largest` is the limit on
    the absolute value of a number. `is_grouped`: numbers may have thousands separators, and "--" is missing,
    as in the fund's file.
    """

    name: str
    dated_by: str
    columns: tuple[CanonicalColumn, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    largest: float | None = None
    is_grouped: bool = False

    def markdown(self) -> str:
        """Render the columns as the table that the documentation shows."""
        either = {name: " or ".join(group) for group in self.one_of for name in group}
        lines = ["| column | required | unit | meaning |", "|---|---|---|---|"]
        for column in self.columns:
            needed = (
                "yes"
                if column.is_required
                else f"one of {either[column.name]}"
                if column.name in either
                else ""
            )
            lines.append(f"| {column.name} | {needed} | {column.unit} | {column.meaning} |")
        return "\n".join(lines)


def _money(name: str, meaning: str, *, is_required: bool = False) -> CanonicalColumn:
    return CanonicalColumn(name, "number", "US dollars", meaning, is_required)


FUNDAMENTALS = CanonicalTable(
    "fundamentals",
    "filing_date",
    (
        CanonicalColumn(
            "ticker", "ticker", "", "the company's symbol, in any spelling of share classes", True, True
        ),
        CanonicalColumn("entity_id", "id", "", "the vendor's own id of the company", True, True),
        CanonicalColumn("period_end", "date", "date", "end of the fiscal year", True, True),
        CanonicalColumn(
            "filing_date",
            "date",
            "date",
            "day the figures were filed; blank: taken as known 90 days after period_end",
            True,
        ),
        CanonicalColumn(
            "version",
            "text",
            "",
            "original or restated; without the column, restated_date after filing_date says restated",
        ),
        CanonicalColumn(
            "restated_date",
            "date",
            "date",
            (
                "day of the filing that the values come from; after filing_date: restated values, "
                "visible by filing_date"
            ),
        ),
        CanonicalColumn("fiscal_year", "number", "year", "the vendor's fiscal year", whole=(1900, 2200)),
        CanonicalColumn("period_days", "number", "days", "length of the period", whole=(0, 10_000)),
        CanonicalColumn("currency", "text", "", "ISO code; without the column, USD"),
        CanonicalColumn("name", "text", "", "the company's name"),
        CanonicalColumn("sector", "text", "", "sector in GICS words"),
        CanonicalColumn("sic", "text", "", "Standard Industrial Classification code"),
        CanonicalColumn("gics", "text", "", "GICS sub-industry code"),
        _money("revenue", "revenue", is_required=True),
        _money("cost_of_revenue", "cost of revenue, a positive expense"),
        _money("gross_profit", "gross profit"),
        _money("operating_income", "operating income", is_required=True),
        _money("interest_expense", "gross interest expense, a positive expense"),
        _money(
            "net_interest_expense",
            (
                "interest expense less interest income; used where the gross expense is missing, "
                "flagged is_interest_net"
            ),
        ),
        _money("pretax_income", "income before tax"),
        _money("income_tax", "income tax, a positive expense"),
        _money("net_income", "net income", is_required=True),
        _money("cash_and_short_term_investments", "cash and short-term investments"),
        _money("receivables", "receivables"),
        _money("inventories", "inventories"),
        _money("current_assets", "current assets"),
        _money("property_plant_equipment", "property, plant and equipment, net"),
        _money("goodwill", "goodwill"),
        _money("total_assets", "total assets", is_required=True),
        _money("short_term_debt", "debt due within a year", is_required=True),
        _money("current_liabilities", "current liabilities"),
        _money("long_term_debt", "debt due after a year", is_required=True),
        _money("total_liabilities", "total liabilities", is_required=True),
        _money("retained_earnings", "retained earnings; negative is an accumulated deficit"),
        _money("shareholders_equity", "shareholders' equity", is_required=True),
        _money("depreciation_amortization", "depreciation and amortisation"),
        _money("operating_cash_flow", "cash flow from operations", is_required=True),
        _money("capital_expenditures", "capital expenditures, a positive outflow", is_required=True),
        _money("dividends_paid", "dividends paid, a positive outflow"),
        _money("net_share_repurchases", "buybacks less issues, a positive outflow"),
        CanonicalColumn("shares_outstanding", "number", "shares", "count on the cover or balance sheet"),
        CanonicalColumn("shares_outstanding_date", "date", "date", "the day of that count"),
        CanonicalColumn("shares_basic", "number", "shares", "weighted average basic shares"),
        CanonicalColumn("shares_diluted", "number", "shares", "weighted average diluted shares"),
        CanonicalColumn(
            "shares_split_basis",
            "text",
            "",
            (
                "which splits the share counts carry: as_filed, or split_adjusted_to and a date; blank: the "
                "setting shares_split_basis"
            ),
        ),
    ),
    one_of=(
        ("interest_expense", "net_interest_expense"),
        ("shares_outstanding", "shares_basic", "shares_diluted"),
    ),
    largest=LARGEST,
)

PRICES = CanonicalTable(
    "prices",
    "date",
    (
        CanonicalColumn("ticker", "ticker", "", "the line's symbol", True, True),
        CanonicalColumn(
            "date", "date", "date", "a session; of several in a month the last is used", True, True
        ),
        CanonicalColumn(
            "adj_close",
            "number",
            "US dollars",
            "close adjusted for splits and dividends; serves returns only",
            True,
        ),
        CanonicalColumn(
            "close",
            "number",
            "US dollars",
            "close as traded; without it the holdings file's own price is used",
        ),
        CanonicalColumn(
            "split_ratio",
            "number",
            "new shares per old",
            "splits on that day (or in that month, in a monthly table)",
        ),
        CanonicalColumn(
            "total_return",
            "number",
            "fraction",
            "return of the month with dividends; without it, from adj_close",
        ),
        CanonicalColumn(
            "volume",
            "number",
            "shares",
            "shares traded in the session; the month's median of close times volume is its dollar volume",
        ),
    ),
)

CONSTITUENTS = CanonicalTable(
    "constituents",
    "snapshot_date",
    (
        CanonicalColumn("snapshot_date", "date", "date", "the date of the list", True, True),
        CanonicalColumn("ticker", "ticker", "", "the line's symbol", True),
        CanonicalColumn("name", "text", "", "the line's name", True),
        CanonicalColumn("index_name", "text", "", "the index; without the column, russell2000"),
        CanonicalColumn("sector", "text", "", "sector in GICS words"),
        CanonicalColumn("market_value", "number", "US dollars", "value of the line in the list"),
        CanonicalColumn("quantity", "number", "shares", "shares of the line that the fund holds"),
        CanonicalColumn("price", "number", "US dollars", "price as traded at snapshot_date"),
        CanonicalColumn("location", "text", "", "country"),
        CanonicalColumn("exchange", "text", "", "exchange"),
        CanonicalColumn("asset_class", "text", "", "Equity, Cash, …; blank: Equity"),
        CanonicalColumn(
            "fund", "text", "", "the fund whose holdings the list is; changes are computed within one fund"
        ),
    ),
    largest=LARGEST,
    is_grouped=True,
)
