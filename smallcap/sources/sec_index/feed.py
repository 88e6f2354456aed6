"""Reads EDGAR's feed of the filings of a series or company (browse-edgar, output=atom)."""

from __future__ import annotations

import io
import re
from typing import Any, Final

import polars as pl
from lxml import etree

from smallcap.errors import InputError
from smallcap.sources.sec_index.cells import day_of, text_of

FEED_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "accession": pl.String, "form": pl.String, "filed": pl.Date, "folder": pl.String,
}  # fmt: skip
_ACCESSION: Final = re.compile(r"\d{10}-\d{2}-\d{6}")
_FIELDS: Final = {"accession-number": "accession", "filing-type": "form", "filing-date": "filed"}


def read_feed(payload: bytes, what: str = "feed of filings") -> pl.DataFrame:
    """Read a feed: one row per filing, newest first.

    Parameters
    ----------
    payload
        The feed; its encoding is that of its declaration, often ISO-8859-1.
    what
        The name of the feed in messages.

    Returns
    -------
    pl.DataFrame
        `FEED_SCHEMA`; `folder` is the path of the filing's folder on the site.

    Raises
    ------
    InputError
        When it is a web page (an unknown series is answered by one), or not well-formed.
    """
    content = payload.lstrip(b"\xef\xbb\xbf \t\r\n")
    beginning = content[:1000].lower()
    if b"<html" in beginning or b"<!doctype" in beginning or b"<!ENTITY" in content:
        raise InputError(
            f"{what} is a web page, not a feed: the series or company is unknown there, or the request was "
            f"refused"
        )
    rows: list[dict[str, Any]] = []
    try:
        parsing = etree.iterparse(
            io.BytesIO(content), tag="{*}entry", resolve_entities=False, no_network=True, load_dtd=False
        )
        for _, entry in parsing:
            rows.append(_row(entry))
            entry.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        raise InputError(f"{what} is not complete, well-formed XML ({error}). Download it again") from None
    if parsing.root is None or etree.QName(parsing.root).localname != "feed":
        raise InputError(f"{what} is not a feed of EDGAR; download it again")
    frame = pl.DataFrame(rows, schema=FEED_SCHEMA).drop_nulls(["accession", "form", "filed"])
    return frame.unique().sort("filed", "accession", descending=True)


def _row(entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for element in entry.iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        if name in _FIELDS:
            row[_FIELDS[name]] = text_of(element.text)
        elif name == "filing-href":
            row["folder"] = _folder(text_of(element.text))
    found = _ACCESSION.fullmatch(row.get("accession") or "")
    return {**row, "accession": found.group() if found else None, "filed": day_of(row.get("filed"))}


def _folder(address: str | None) -> str | None:
    """Return the folder of a filing's index page, without the host."""
    path = re.search(r"/Archives/edgar/data/\d+/\d{18}(?=/|$)", address or "")
    return None if path is None else path.group()
