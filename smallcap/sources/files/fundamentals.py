"""Reads the statements and prices of the preset `files` from all files, and checks their keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.input_limits import InputLimits
from smallcap.sources.base import FUNDAMENTALS_COLUMNS, QUARTERLY_FUNDAMENTALS_COLUMNS
from smallcap.sources.csv_rows import place_of
from smallcap.sources.files.canonical_tables import FUNDAMENTALS, PRICES, CanonicalTable
from smallcap.sources.files.dates import Dated, DateLimits, within_limits
from smallcap.sources.files.folder import InputFile
from smallcap.sources.files.kinds import Dataset
from smallcap.sources.files.quarterly_table import QUARTERLY_FUNDAMENTALS
from smallcap.sources.files.table_reader import read_table
from smallcap.sources.identity.aliases import canonical_in_table
from smallcap.sources.problems import Problems
from smallcap.split_basis import INFERRED, parse_split_basis

VERSIONS = ("original", "restated")
_SHOWN_DUPLICATES = 5
_MONEY = {
    column.name: f"{column.name}_usd"
    for column in QUARTERLY_FUNDAMENTALS.columns
    if column.kind == "number" and f"{column.name}_usd" in QUARTERLY_FUNDAMENTALS_COLUMNS
}


def read_fundamentals(
    inputs: Sequence[InputFile],
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits | None = None,
) -> Dated:
    """Read the fundamentals table: its columns, `symbol`, `file`, `row` and `line`.

    Raises
    ------
    InputError
        When files are refused (see `read_table`; the message names all), a version is unknown, or a key
        occurs twice (the message names at most five).
    """
    return _read_statements(inputs, "fundamentals", FUNDAMENTALS, aliases, limits, sizes)


def read_quarterly_fundamentals(
    inputs: Sequence[InputFile],
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits | None = None,
) -> Dated:
    """Read the table of quarterly statements; as `read_fundamentals`."""
    return _read_statements(inputs, "quarterly_fundamentals", QUARTERLY_FUNDAMENTALS, aliases, limits, sizes)


def _read_statements(
    inputs: Sequence[InputFile],
    dataset: Dataset,
    table: CanonicalTable,
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits | None,
) -> Dated:
    dated = _read_all(inputs, dataset, table, limits, sizes)
    rows = canonical_in_table(dated.rows, aliases)
    unknown = rows.filter(~pl.col("version").is_in(VERSIONS))
    if unknown.height:
        first = unknown.row(0, named=True)
        raise InputError(
            f"{dataset} file {first['file']}, {place_of(first['row'], first['line'])}, column 'version': "
            f"'{first['version']}' is not original or restated"
        )
    rows = _with_split_basis(rows, dataset)
    key = ["entity_id", "period_end"]
    if rows["version"].null_count() < rows.height:
        key += ["version", "filing_date"]
    _refuse_duplicates(rows, key, dataset)
    return replace(dated, rows=rows)


def read_prices(
    inputs: Sequence[InputFile],
    aliases: pl.DataFrame,
    limits: DateLimits,
    sizes: InputLimits | None = None,
) -> Dated:
    """Read the prices table: its columns, `symbol`, `file`, `row` and `line`; one row per ticker and session.

    Raises
    ------
    InputError
        When files are refused (see `read_table`; the message names all), or a key occurs twice.
    """
    dated = _read_all(inputs, "prices", PRICES, limits, sizes)
    rows = canonical_in_table(dated.rows, aliases)
    _refuse_duplicates(rows.with_columns(ticker=normalised(pl.col("ticker"))), ["ticker", "date"], "prices")
    return replace(dated, rows=rows)


def fundamentals_rows(
    rows: pl.DataFrame, *, blank_debt_is_zero: bool, shares_split_basis: str, source: str
) -> pl.DataFrame:
    """Convert the fundamentals table to `FUNDAMENTALS_COLUMNS`, sorted by company, period and version.

    A row that was restated after its filing date becomes version ``restated`` and ``is_value_restated``: it
    is visible from the filing date, with values that were published later.
    """
    return _statement_rows(
        rows,
        FUNDAMENTALS_COLUMNS,
        blank_debt_is_zero=blank_debt_is_zero,
        shares_split_basis=shares_split_basis,
        source=source,
    )


def quarterly_fundamentals_rows(
    rows: pl.DataFrame, *, blank_debt_is_zero: bool, shares_split_basis: str, source: str
) -> pl.DataFrame:
    """Convert quarterly statements to `QUARTERLY_FUNDAMENTALS_COLUMNS`; as `fundamentals_rows`."""
    return _statement_rows(
        rows,
        QUARTERLY_FUNDAMENTALS_COLUMNS,
        blank_debt_is_zero=blank_debt_is_zero,
        shares_split_basis=shares_split_basis,
        source=source,
    )


def _statement_rows(
    rows: pl.DataFrame,
    columns: Mapping[str, pl.DataType],
    *,
    blank_debt_is_zero: bool,
    shares_split_basis: str,
    source: str,
) -> pl.DataFrame:
    declared = None if shares_split_basis == INFERRED else shares_split_basis
    is_restated = (pl.col("restated_date") > pl.col("filing_date")).fill_null(False)
    currency = pl.col("currency") if rows["currency"].null_count() < rows.height else pl.lit("USD")
    return (
        rows.rename(_MONEY, strict=False)
        .with_columns(
            source_entity_id="entity_id",
            version=pl.coalesce(
                "version", pl.when(is_restated).then(pl.lit("restated")).otherwise(pl.lit("original"))
            ),
            is_value_restated=is_restated,
            is_blank_debt_zero=pl.lit(blank_debt_is_zero),
            is_debt_explained_zero=pl.lit(False),
            shares_split_basis=pl.coalesce("shares_split_basis", pl.lit(declared)),
            currency=currency,
            source=pl.lit(source),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in columns.items())
        .sort("source_entity_id", "period_end", "version", "filing_date")
    )


def _with_split_basis(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Write declared split bases in their one form."""
    forms: dict[str, str] = {}
    for text in rows["shares_split_basis"].drop_nulls().unique().sort():
        try:
            forms[text] = parse_split_basis(text)
        except ValueError as error:
            first = rows.filter(pl.col("shares_split_basis") == text).row(0, named=True)
            raise InputError(
                f"{dataset} file {first['file']}, row {first['row']}, column 'shares_split_basis': "
                f"'{text}' {error}"
            ) from None
    return rows.with_columns(
        pl.col("shares_split_basis").replace_strict(forms, default=None, return_dtype=pl.String)
    )


def _read_all(
    inputs: Sequence[InputFile],
    dataset: Dataset,
    table: CanonicalTable,
    limits: DateLimits,
    sizes: InputLimits | None,
) -> Dated:
    problems, frames = Problems(), []
    for found in inputs:
        if found.dataset == dataset:
            with problems.caught():
                read = read_table(found.payload, found.name, table, sizes)
                frames.append(read.with_columns(file=pl.lit(found.name)))
    problems.raise_any()
    return within_limits(pl.concat(frames) if frames else _no_rows(table), table, limits)


def _no_rows(table: CanonicalTable) -> pl.DataFrame:
    header = ",".join(column.name for column in table.columns).encode()
    return read_table(header + b"\n", f"no {table.name} file", table).with_columns(file=pl.lit(""))


def _refuse_duplicates(rows: pl.DataFrame, key: list[str], what: str) -> None:
    repeated = rows.filter(pl.struct(key).is_duplicated()).sort(*key, "file", "row", nulls_last=True)
    if not repeated.height:
        return
    where = (
        pl.when(pl.col("line").is_null())
        .then(pl.format("row {}", "row"))
        .otherwise(pl.format("row {} (line {})", "row", "line"))
    )
    named = repeated.group_by(key, maintain_order=True).agg(
        pl.concat_str("file", pl.lit(" "), where).str.join(" and ").alias("where")
    )
    shown = [
        ", ".join(f"{name} {value}" for name, value in zip(key, record[:-1], strict=True))
        + f" ({record[-1]})"
        for record in named.head(_SHOWN_DUPLICATES).iter_rows()
    ]
    more = f" and {named.height - len(shown)} more" if named.height > len(shown) else ""
    raise InputError(
        f"the {what} table has the same key more than once: {'; '.join(shown)}{more}. Keep one row "
        f"of each {' and '.join(key)}"
    )
