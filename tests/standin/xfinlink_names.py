"""Who carried a ticker when (resolve), and the search for companies by name."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from tests.standin.names import bare
from tests.standin.paging import day, page_by_offset
from tests.standin.plans import TICKERS_PER_RESOLVE
from tests.standin.settings import Settings
from tests.standin.universe import INDEX, Universe
from tests.standin.wire import Answer, Page, Request, bad_request, document
from tests.standin.xfinlink_index import membership_spells

LARGEST_PAGE = 500
DEFAULT_PAGE = 50
SECTIONS = ("classifications", "index")


def resolve(request: Request, universe: Universe, settings: Settings) -> Answer:
    """Serve everybody who ever carried each ticker, the newest first.

    With `date` the holder of that day alone.
    """
    tickers = [ticker for ticker in (request.parts[2] if len(request.parts) > 2 else "").split(",") if ticker]
    if not tickers:
        raise bad_request("ticker is required")
    if len(tickers) > TICKERS_PER_RESOLVE:
        raise bad_request(f"Maximum {TICKERS_PER_RESOLVE} tickers per request")
    sections = [name for name in request.query.get("include", "").split(",") if name] or list(SECTIONS)
    found = _carriers(tickers, universe, settings.today, day(request, "date"))
    members = _memberships(universe, settings.today, found) if "index" in sections else None
    data: dict[str, dict[str, Any]] = {}
    for ticker in tickers:
        rows = found.filter(pl.col("ticker") == bare(ticker)).iter_rows(named=True)
        entities = [_entity(row, sections, members) for row in rows]
        if entities:
            data[ticker] = {"entities": entities}
    meta = {
        "tickers_resolved": list(data),
        "tickers_unresolved": [ticker for ticker in tickers if ticker not in data],
    }
    return Answer(200, document({"data": data, "meta": meta}).content, rows=len(data))


def search(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve lines with a ticker of today, by a part of the name or the ticker and by classification."""
    today = settings.today
    current = universe.spells.filter(
        (pl.col("valid_from") <= today) & (pl.col("valid_to").fill_null(today) >= today)
    )
    rows = current.join(universe.lines.filter("is_known"), on="entity_id").with_columns(
        entity_type=pl.lit("corporation"), gics_sub_industry="gics", naics=pl.lit(None, dtype=pl.String)
    )
    text = request.query.get("q", "").lower()
    is_like = pl.any_horizontal(
        pl.col("entity_name", "ticker").str.to_lowercase().str.contains(text, literal=True)
    )
    exact = [
        pl.col(name) == request.query[name]
        for name in ("gics_sector", "entity_type", "sic", "country")
        if name in request.query
    ]
    served = rows.filter(is_like, *exact).sort("ticker", "entity_id").select(
        "entity_id", "ticker", "entity_name", "entity_type", "gics_sector", "gics_sub_industry",
        "sic", "naics", "country"
    )  # fmt: skip
    return page_by_offset(request, served, DEFAULT_PAGE, LARGEST_PAGE, {})


def _carriers(tickers: list[str], universe: Universe, today: dt.date, on: dt.date | None) -> pl.DataFrame:
    """Return the spells of the tickers begun by today; an end after today is not known yet."""
    spells = universe.spells.filter(
        pl.col("ticker").is_in({bare(ticker) for ticker in tickers}) & (pl.col("valid_from") <= today)
    )
    if on is not None:
        spells = spells.filter(
            (pl.col("valid_from") <= on) & (pl.col("valid_to").fill_null(dt.date.max) >= on)
        )
    known = pl.when(pl.col("valid_to") <= today).then("valid_to")
    carriers = spells.join(universe.lines.filter("is_known"), on="entity_id").with_columns(valid_to=known)
    return carriers.sort(["valid_from", "entity_id"], descending=[True, False])


def _memberships(universe: Universe, today: dt.date, found: pl.DataFrame) -> pl.DataFrame:
    return membership_spells(universe, today).join(
        found.select("entity_id").unique(), on="entity_id", how="semi"
    )


def _entity(row: dict[str, Any], sections: list[str], members: pl.DataFrame | None) -> dict[str, Any]:
    entity = {
        "entity_id": row["entity_id"],
        "name": row["entity_name"],
        "entity_type": "corporation",
        "country": row["country"],
        "cik": row["cik"],
        "figi": row["figi"],
        "ticker_valid_from": str(row["valid_from"]),
        "ticker_valid_to": row["valid_to"] and str(row["valid_to"]),
    }
    if "classifications" in sections:
        entity["classifications"] = {
            "gics_sector": row["gics_sector"],
            "gics_industry": row["gics"] and row["gics"][:6],
            "gics_sub_industry": row["gics"],
            "sic": row["sic"],
            "naics": None,
        }
    if members is not None:
        entity["index_membership"] = [
            {
                "index": INDEX.upper(),
                "added": str(spell["added_date"]),
                "removed": spell["removed_date"] and str(spell["removed_date"]),
            }
            for spell in members.filter(pl.col("entity_id") == row["entity_id"]).iter_rows(named=True)
        ]
    return entity
