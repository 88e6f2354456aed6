"""Reads a Form N-PORT document: who reports, the date of the holdings, and every position.

The document is XML from outside: entities are not resolved, nothing is fetched, and each position is freed as
soon as it is read. Only direct children of a position count, because derivatives nest positions of their own.
"""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from lxml import etree

from smallcap.errors import InputError

POSITIONS_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "name": pl.String,
    "lei": pl.String,
    "title": pl.String,
    "cusip": pl.String,
    "isin": pl.String,
    "ticker": pl.String,
    "other_ids": pl.String,
    "balance": pl.Float64,
    "units": pl.String,
    "currency": pl.String,
    "value_usd": pl.Float64,
    "weight_percent": pl.Float64,
    "payoff": pl.String,
    "asset_category": pl.String,
    "issuer_category": pl.String,
    "country": pl.String,
    "fair_value_level": pl.Int64,
    "is_restricted": pl.Boolean,
}
"""One row per position; several tickers or other ids are separated by a blank."""
_TEXTS: Final = {
    "name": "name",
    "title": "title",
    "units": "units",
    "payoffProfile": "payoff",
    "assetCat": "asset_category",
    "issuerCat": "issuer_category",
    "invCountry": "country",
}
_NUMBERS: Final = {"balance": "balance", "valUSD": "value_usd", "pctVal": "weight_percent"}
_IDS: Final = {"lei": "lei", "cusip": "cusip"}
_CONDITIONAL: Final = {
    "currencyConditional": ("currency", "curCd"),
    "issuerConditional": ("issuer_category", "issuerCat"),
    "assetConditional": ("asset_category", "assetCat"),
}
_IDENTIFIERS: Final = {"isin": "isin", "ticker": "ticker", "other": "other_ids"}
_SECTIONS: Final = ("headerData", "genInfo", "fundInfo", "invstOrSec")
_WITHOUT_VALUE: Final = {"", "N/A", "NA", "NONE", "XXXX"}
_FIRST_LIST: Final = dt.date(2018, 6, 1)
"""The form's first reporting month."""
_LONGEST: Final = 500
_WHAT: Final = "Form N-PORT document"


@dataclass(frozen=True)
class FundReport:
    """One report of a fund's holdings.

    Attributes
    ----------
    series_id, series_name
        The fund.
    cik
        The registrant, ten digits.
    submission_type
        NPORT-P, or NPORT-P/A for an amendment.
    is_amendment
        Whether the report replaces an earlier one.
    list_date
        The date of the holdings (`repPdDate`).
    fiscal_year_end
        The end of the fund's fiscal year (`repPdEnd`), which is not the date of the holdings.
    total_assets_usd, net_assets_usd
        The fund's totals at `list_date`; null where the document has none.
    positions
        Every position in the order of the document, in the columns of `POSITIONS_SCHEMA`.
    """

    series_id: str
    series_name: str
    cik: str
    submission_type: str
    is_amendment: bool
    list_date: dt.date
    fiscal_year_end: dt.date | None
    total_assets_usd: float | None
    net_assets_usd: float | None
    positions: pl.DataFrame


def read_report(payload: bytes, what: str = _WHAT) -> FundReport:
    """Read a document.

    Parameters
    ----------
    payload
        The file; blank lines before the XML declaration are tolerated.
    what
        The name of the document in messages.

    Raises
    ------
    InputError
        When it is a web page, is not well-formed XML, is another document, or names no series or date.
    """
    content = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    _refuse_other_formats(content, what)
    sections: dict[str, dict[str, str]] = {}
    columns: dict[str, list[Any]] = {name: [] for name in POSITIONS_SCHEMA}
    try:
        for kind, element in _sections(content, what):
            if kind == "invstOrSec":
                _add(columns, element)
            else:
                sections[kind] = _texts_of(element)
    except etree.XMLSyntaxError as error:
        raise InputError(
            f"{what} is not complete, well-formed XML ({error}). Download primary_doc.xml of the filing again"
        ) from None
    return _report(sections, pl.DataFrame(columns, schema=POSITIONS_SCHEMA), what)


def _refuse_other_formats(content: bytes, what: str) -> None:
    beginning = content[:1000].lower()
    if b"<html" in beginning or b"<!doctype html" in beginning:
        raise InputError(
            f"{what} is a web page in place of XML: the address serves the rendered form, a notice of the "
            f"site or an error. Ask for primary_doc.xml in the folder of the filing itself"
        )
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputError(f"{what} declares a document type, which no filing has; it is not read")


def _sections(content: bytes, what: str) -> Iterator[tuple[str, Any]]:
    """Yield the sections and the positions as each is complete; a position is freed after its use."""
    wanted = [f"{{*}}{name}" for name in _SECTIONS]
    parsing = etree.iterparse(
        io.BytesIO(content), tag=wanted, resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in parsing:
        yield etree.QName(element).localname, element
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del element.getparent()[0]
    root = parsing.root
    if root is None or etree.QName(root).localname != "edgarSubmission":
        raise InputError(f"{what} is not a Form N-PORT: its first element is not edgarSubmission")


def _name(element: Any) -> str:
    """Return the name of an element without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _texts_of(section: Any) -> dict[str, str]:
    """Return the texts of the elements directly below a section."""
    return {_name(child): (child.text or "").strip() for child in section}


def _add(columns: dict[str, list[Any]], position: Any) -> None:
    """Add a row for a position."""
    row: dict[str, Any] = {}
    for child in position:
        tag = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if tag in _NUMBERS:
            row[_NUMBERS[tag]] = _number(child.text)
        elif tag in _TEXTS:
            row[_TEXTS[tag]] = _text(child.text)
        elif tag in _IDS:
            row[tag] = _identifier(child.text)
        elif tag == "curCd":
            row["currency"] = _text(child.text)
        elif tag in _CONDITIONAL:
            column, attribute = _CONDITIONAL[tag]
            row[column] = _text(child.get(attribute))
        elif tag == "identifiers":
            row |= _identifiers(child)
        elif tag == "fairValLevel":
            level = _number(child.text)
            row["fair_value_level"] = None if level is None else int(level)
        elif tag == "isRestrictedSec":
            row["is_restricted"] = {"Y": True, "N": False}.get((child.text or "").strip())
    for name, values in columns.items():
        values.append(row.get(name))


def _identifiers(element: Any) -> dict[str, str | None]:
    """Return ISIN, tickers and other ids; each may be there several times."""
    found: dict[str, list[str]] = {}
    for child in element:
        column = _IDENTIFIERS.get(_name(child))
        value = _identifier(child.get("value")) if column is not None else None
        if column is not None and value is not None and value not in found.setdefault(column, []):
            found[column].append(value)
    return {column: " ".join(values) for column, values in found.items() if values}


def _text(text: str | None) -> str | None:
    cleaned = " ".join((text or "").split())[:_LONGEST]
    return None if cleaned.upper() in _WITHOUT_VALUE else cleaned


def _identifier(text: str | None) -> str | None:
    """Return an identifier in upper case; one of zeros alone is none."""
    cleaned = _text(text)
    return None if cleaned is None or not cleaned.strip("0") else cleaned.upper()


def _number(text: str | None) -> float | None:
    """Return a number; null for a text that is none, which the member rules then refuse."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and abs(number) < 1e18 else None


def _report(sections: dict[str, dict[str, str]], positions: pl.DataFrame, what: str) -> FundReport:
    general, header = sections.get("genInfo", {}), sections.get("headerData", {})
    fund = sections.get("fundInfo", {})
    kind = header.get("submissionType", "")
    if not kind.startswith("NPORT"):
        raise InputError(f"{what} is of type '{kind[:40]}', not NPORT-P. Choose a filing of Form N-PORT")
    series = _identifier(general.get("seriesId"))
    if series is None:
        raise InputError(f"{what} names no series (genInfo/seriesId), so the fund is unknown")
    cik = _identifier(general.get("regCik"))
    if cik is None or not cik.isdigit():
        raise InputError(f"{what} names no registrant (genInfo/regCik)")
    list_date = _day(general.get("repPdDate"))
    if list_date is None or list_date < _FIRST_LIST:
        raise InputError(
            f"{what} has no usable date of the holdings: genInfo/repPdDate is "
            f"'{general.get('repPdDate', '')[:40]}'"
        )
    return FundReport(
        series_id=series,
        series_name=_text(general.get("seriesName")) or series,
        cik=cik.zfill(10),
        submission_type=kind,
        is_amendment=kind.endswith("/A"),
        list_date=list_date,
        fiscal_year_end=_day(general.get("repPdEnd")),
        total_assets_usd=_number(fund.get("totAssets")),
        net_assets_usd=_number(fund.get("netAssets")),
        positions=positions,
    )


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat((text or "").strip())
    except ValueError:
        return None
