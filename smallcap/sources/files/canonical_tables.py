"""The canonical tables of the preset `files`: defines their columns, and reads them from CSV or Parquet.

Values are typed here, but not evaluated.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.csv_rows import csv_header, csv_place, csv_rows
from smallcap.sources.dates import DATE_FORM, local_dates
from smallcap.sources.text import LONGEST, cleaned

Kind = Literal["text", "id", "date", "number"]
MISSING_TEXT = ("", "-", "NA", "N/A", "NaN", "nan", "null", "NULL", "None")
_DTYPES: dict[Kind, type[pl.DataType]] = {
    "text": pl.String,
    "id": pl.String,
    "date": pl.Date,
    "number": pl.Float64,
}


@dataclass(frozen=True)
class CanonicalColumn:
    """A column of a canonical table.

    `is_required`: a table must have the column. `is_key`: every row must have a value in it.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    is_required: bool = False
    is_key: bool = False


@dataclass(frozen=True)
class CanonicalTable:
    """A canonical table: its columns, and the date on which a row became known.

    `one_of` lists groups of columns of which a table must have at least one each.
    """

    name: str
    dated_by: str
    columns: tuple[CanonicalColumn, ...]
    one_of: tuple[tuple[str, ...], ...] = ()

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
            "ticker", "text", "", "the company's symbol, in any spelling of share classes", True, True
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
        CanonicalColumn("fiscal_year", "number", "year", "the vendor's fiscal year"),
        CanonicalColumn("period_days", "number", "days", "length of the period"),
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
    ),
    one_of=(
        ("interest_expense", "net_interest_expense"),
        ("shares_outstanding", "shares_basic", "shares_diluted"),
    ),
)

PRICES = CanonicalTable(
    "prices",
    "date",
    (
        CanonicalColumn("ticker", "text", "", "the line's symbol", True, True),
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
    ),
)

CONSTITUENTS = CanonicalTable(
    "constituents",
    "snapshot_date",
    (
        CanonicalColumn("snapshot_date", "date", "date", "the date of the list", True, True),
        CanonicalColumn("ticker", "text", "", "the line's symbol", True, True),
        CanonicalColumn("name", "text", "", "the line's name", True, True),
        CanonicalColumn("index_name", "text", "", "the index; without the column, russell2000"),
        CanonicalColumn("sector", "text", "", "sector in GICS words"),
        CanonicalColumn("market_value", "number", "US dollars", "value of the line in the list"),
        CanonicalColumn("quantity", "number", "shares", "shares of the line that the fund holds"),
        CanonicalColumn("price", "number", "US dollars", "price as traded at snapshot_date"),
        CanonicalColumn("location", "text", "", "country"),
        CanonicalColumn("exchange", "text", "", "exchange"),
    ),
)


def read_table(payload: bytes, file_name: str, table: CanonicalTable) -> pl.DataFrame:
    """Read a canonical table from CSV or Parquet.

    Returns
    -------
    pl.DataFrame
        Every column of the table in its type, missing optional ones null, and `row`: the row's number in the
        file, 1 for the first row after the header. Extra columns of the file are ignored.

    Raises
    ------
    InputError
        When the file is unreadable, required columns are missing (the message names all of them), a row has
        more or fewer cells than the header, or a number or date cannot be read.
    """
    what = f"{table.name} file {file_name}"
    is_parquet = payload[:4] == b"PAR1" or file_name.lower().endswith(".parquet")
    raw = _read_parquet(payload, what, table) if is_parquet else _read_csv(payload, what, table)
    place = _parquet_place if is_parquet else lambda row: csv_place(payload, row)
    typed = [_typed(raw, column, what, place) for column in table.columns]
    frame = pl.DataFrame(typed).with_columns(row=pl.int_range(1, raw.height + 1, dtype=pl.Int64))
    for column in table.columns:
        blank = frame.filter(pl.col(column.name).is_null()) if column.is_key else frame.clear()
        if blank.height:
            raise InputError(
                f"{what}, {place(blank['row'][0])}, column '{column.name}': blank; every row needs "
                f"a value in this column"
            )
    return frame


def _read_parquet(payload: bytes, what: str, table: CanonicalTable) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(payload))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError, ValueError) as error:
        raise InputError(f"{what} is not readable as Parquet: {str(error).splitlines()[0]}") from None
    frame.columns = _column_names(frame.columns, what, table)
    return frame


def _read_csv(payload: bytes, what: str, table: CanonicalTable) -> pl.DataFrame:
    names = _column_names(csv_header(payload, what), what, table)
    frame = csv_rows(payload, what)
    frame.columns = names
    return frame


def _column_names(given: list[str], what: str, table: CanonicalTable) -> list[str]:
    """Return the table's columns under our spelling, and the others numbered.

    Raises for a column that occurs twice, or is required and missing.
    """
    known = {column.name for column in table.columns}
    spelled = [name.strip().lstrip("\ufeff").lower() for name in given]
    names = [name if name in known else f"column {number}" for number, name in enumerate(spelled, start=1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise InputError(
            f"{what}: column {', '.join(repeated)} is in the header more than once. Remove the copies"
        )
    missing = [column.name for column in table.columns if column.is_required and column.name not in names]
    missing += [" or ".join(group) for group in table.one_of if not set(group) & set(names)]
    if missing:
        raise InputError(
            f"{what} is missing the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}. "
            "docs/files-preset.md lists the required columns"
        )
    return names


def _parquet_place(row: int) -> str:
    return f"row {row} (the header not counted)"


def _typed(raw: pl.DataFrame, column: CanonicalColumn, what: str, place: Callable[[int], str]) -> pl.Series:
    if column.name not in raw.columns:
        return pl.Series(column.name, [None] * raw.height, dtype=_DTYPES[column.kind])
    given = raw[column.name]
    if given.dtype == pl.Categorical or isinstance(given.dtype, pl.Enum):
        given = given.cast(pl.String)
    if given.dtype == pl.String:
        is_text = column.kind in ("text", "id")
        trimmed = (
            cleaned(given, None if column.kind == "id" else LONGEST) if is_text else given.str.strip_chars()
        )
        given = trimmed.set(trimmed.is_in(MISSING_TEXT), None)
    typed = _CASTS[column.kind](given)
    wrong = given.is_not_null() & typed.is_null()
    if column.kind == "number":
        wrong = wrong | typed.is_infinite().fill_null(False)
        wrong = wrong & ~given.is_nan().fill_null(False) if given.dtype.is_float() else wrong
    if wrong.any():
        row = int(wrong.arg_true()[0])
        expected = {"number": "a number", "date": f"a date ({DATE_FORM})"}.get(column.kind, "text")
        raise InputError(
            f"{what}, {place(row + 1)}, column '{column.name}': '{given[row]}' is not {expected}"
        )
    return typed.alias(column.name)


def _to_text(given: pl.Series) -> pl.Series:
    return given.cast(pl.String, strict=False)


def _to_id(given: pl.Series) -> pl.Series:
    """Return the same id for 7, 7.0 (which pandas writes in a column with blanks) and '7'."""
    return given.cast(pl.String, strict=False).str.replace(r"^(\d+)\.0$", "${1}")


def _to_number(given: pl.Series) -> pl.Series:
    if given.dtype.is_temporal() or given.dtype == pl.Boolean:
        return pl.Series(given.name, [None] * len(given), dtype=pl.Float64)
    number = given.cast(pl.Float64, strict=False)
    return number.set(number.is_nan().fill_null(False), None)


_CASTS = {"text": _to_text, "id": _to_id, "date": local_dates, "number": _to_number}
