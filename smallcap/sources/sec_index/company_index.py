"""Reads EDGAR's index of the filings of a quarter or day: company.idx and form.idx, fixed width."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.errors import InputError
from smallcap.sources.text import cleaned

INDEX_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "cik": pl.String,
    "name": pl.String,
    "form": pl.String,
    "filed": pl.Date,
    "accession": pl.String,
    "path": pl.String,
}
_TAIL: Final = (
    r"^(?<before>.*?)\s+(?<cik>\d{1,10})\s+(?<filed>\d{4}-\d{2}-\d{2}|\d{8})\s+(?<path>edgar/\S+)\s*$"
)
"""What ends a row. The columns are not as wide as the header shows, so cells are found by what they hold."""
_FORM_FIRST: Final = r"^(?<form>\S+(?: \S+)*)\s{2,}(?<name>.*)$"
_NAME_FIRST: Final = r"^(?<name>.*?)(?:\s{2,}(?<form>\S+(?: \S+)*)|\s(?<last>\S+))$"
"""What begins a row: two blanks or more part form and name; a name as long as its column leaves only one."""
_ACCESSION: Final = r"(\d{10}-\d{2}-\d{6})"
_MOST_UNREADABLE: Final = 0.01


def read_company_index(payload: bytes, what: str = "EDGAR index") -> pl.DataFrame:
    """Read an index, sorted by company or by form; either order of the two columns is recognised.

    Parameters
    ----------
    payload
        The file as downloaded.
    what
        The name of the file in messages.

    Returns
    -------
    pl.DataFrame
        `INDEX_SCHEMA`, one row per filing, sorted by CIK, day and accession number.

    Raises
    ------
    InputError
        When it is a web page, or has no header or rows of an index.
    """
    if b"<html" in payload[:1000].lower():
        raise InputError(f"{what} is a web page, not an index; download it again")
    lines = payload.decode("utf-8", errors="replace").splitlines()
    is_form_first = _is_form_first(lines, what)
    rows = pl.Series("line", [line for line in lines if "edgar/" in line], dtype=pl.String)
    found = rows.str.extract_groups(_TAIL).struct.unnest()
    unreadable = found["path"].null_count()
    if found.is_empty() or unreadable > _MOST_UNREADABLE * len(rows) + 1:
        raise InputError(f"{what} has {unreadable} of {len(rows)} lines that are no rows; download it again")
    return _typed(found.drop_nulls("path"), _FORM_FIRST if is_form_first else _NAME_FIRST)


def _is_form_first(lines: list[str], what: str) -> bool:
    """Whether the header has the form before the name."""
    for line in lines[:50]:
        name, form = line.find("Company Name"), line.find("Form Type")
        if name >= 0 and form >= 0:
            return form < name
    raise InputError(f"{what} has no header with 'Company Name' and 'Form Type'; download it again")


def _typed(found: pl.DataFrame, beginning: str) -> pl.DataFrame:
    begun = found["before"].str.strip_chars().str.extract_groups(beginning).struct.unnest()
    last = "last" if "last" in begun.columns else "form"
    typed = (
        found.hstack(begun)
        .select(
            cik=pl.col("cik").str.zfill(10),
            name=pl.col("name"),
            form=pl.coalesce("form", last),
            filed=pl.col("filed").str.replace_all("-", "").str.to_date("%Y%m%d", strict=False),
            accession=pl.col("path").str.extract(_ACCESSION),
            path=pl.col("path"),
        )
        .drop_nulls(["filed", "accession"])
    )
    clean = typed.with_columns(cleaned(typed["name"]), cleaned(typed["form"]))
    return clean.select(pl.col(name).cast(dtype) for name, dtype in INDEX_SCHEMA.items()).sort(
        "cik", "filed", "accession", "form", "name"
    )
