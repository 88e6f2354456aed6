"""Reads the SEC's submissions of a company: its names over time, tickers, industry, and filings."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.tickers import normalised
from smallcap.sources.sec_index.cells import cik_of, day_of, read_json, text_of

NAMES_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "cik": pl.String, "name": pl.String, "valid_from": pl.Date, "valid_to": pl.Date,
}  # fmt: skip
FILINGS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "accession": pl.String,
    "form": pl.String,
    "filed": pl.Date,
    "period_end": pl.Date,
    "accepted": pl.String,
    "document": pl.String,
    "is_xbrl": pl.Boolean,
}
_FIELDS: Final = {
    "accession": ("accessionNumber", text_of),
    "form": ("form", text_of),
    "filed": ("filingDate", day_of),
    "period_end": ("reportDate", day_of),
    "accepted": ("acceptanceDateTime", text_of),
    "document": ("primaryDocument", text_of),
    "is_xbrl": ("isXBRL", lambda value: value in (1, True, "1")),
}


@dataclass(frozen=True)
class Submissions:
    """What the SEC says of a company today.

    Attributes
    ----------
    cik, name
        The company; ten digits.
    names
        Its name and former names (`NAMES_SCHEMA`), oldest first: the present one begins where the last former
        one ended, and has no end.
    tickers, exchanges
        Today's tickers without separators, and their exchanges in the same order.
    sic, filer_category
        Today's industry code and filer status.
    filings
        The newest filings (`FILINGS_SCHEMA`), newest first.
    older_pages
        Names of the files with older filings, for `read_older_filings`.
    """

    cik: str
    name: str
    names: pl.DataFrame
    tickers: tuple[str, ...]
    exchanges: tuple[str, ...]
    sic: str | None
    filer_category: str | None
    filings: pl.DataFrame
    older_pages: tuple[str, ...]


def read_submissions(payload: bytes, what: str = "submissions") -> Submissions:
    """Read the submissions of a company.

    Raises
    ------
    InputError
        When the payload is no such document; the message names it.
    """
    document = read_json(payload, what)
    if not isinstance(document, dict) or cik_of(document.get("cik")) is None:
        raise InputError(f"{what} names no company (cik); download it again")
    cik = str(cik_of(document["cik"]))
    name = text_of(document.get("name")) or cik
    filings = document.get("filings")
    filings = filings if isinstance(filings, dict) else {}
    pages = [page.get("name") for page in _list(filings.get("files")) if isinstance(page, dict)]
    tickers = pl.Series([text_of(one) for one in _list(document.get("tickers"))], dtype=pl.String)
    return Submissions(
        cik=cik,
        name=name,
        names=_names(cik, name, _list(document.get("formerNames"))),
        tickers=tuple(normalised(tickers.drop_nulls()).to_list()),
        exchanges=tuple(text_of(one) or "" for one in _list(document.get("exchanges"))),
        sic=_sic(document.get("sic")),
        filer_category=text_of(document.get("category")),
        filings=_filings(filings.get("recent", {}), what),
        older_pages=tuple(page for page in pages if isinstance(page, str)),
    )


def read_older_filings(payload: bytes, what: str = "older submissions") -> pl.DataFrame:
    """Read a page of older filings: `FILINGS_SCHEMA`; raises as `read_submissions` does."""
    return _filings(read_json(payload, what), what)


def _names(cik: str, name: str, former: list[Any]) -> pl.DataFrame:
    spans: list[tuple[str, dt.date | None, dt.date | None]] = []
    for one in former:
        if isinstance(one, dict) and (old := text_of(one.get("name"))) is not None:
            spans.append((old, day_of(one.get("from")), day_of(one.get("to"))))
    ends = [end for _, _, end in spans if end is not None]
    rows = [(cik, *span) for span in spans] + [(cik, name, max(ends, default=None), None)]
    return pl.DataFrame(rows, schema=NAMES_SCHEMA, orient="row").sort(
        "valid_to", "valid_from", "name", nulls_last=True
    )


def _filings(table: Any, what: str) -> pl.DataFrame:
    """Bring parallel arrays to rows; arrays of different lengths are a damaged document."""
    if not isinstance(table, dict):
        raise InputError(f"{what}: the filings are not a table of arrays; download it again")
    arrays = {ours: _list(table.get(theirs)) for ours, (theirs, _) in _FIELDS.items()}
    length = len(arrays["accession"])
    short = [name for name, values in arrays.items() if len(values) not in (0, length)]
    if short:
        raise InputError(f"{what}: the array of {short[0]} is not as long as that of the accession numbers")
    columns = {
        name: [read(value) for value in (arrays[name] or [None] * length)]
        for name, (_, read) in _FIELDS.items()
    }
    frame = pl.DataFrame(columns, schema=FILINGS_SCHEMA).drop_nulls(["accession", "form", "filed"])
    return frame.sort("filed", "accepted", "accession", descending=True, nulls_last=True)


def _sic(value: object) -> str | None:
    code = text_of(value)
    return code.zfill(4) if code is not None and code.isdigit() and int(code) > 0 else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
