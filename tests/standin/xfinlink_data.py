"""Prices, fundamentals and metrics of the lines that are requested, by ticker or by entity id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from tests.standin import fields
from tests.standin.names import bare
from tests.standin.paging import day, page_by_cursor, whole_number
from tests.standin.settings import Settings
from tests.standin.universe import Universe
from tests.standin.wire import Page, Request, bad_request, not_found

LARGEST_PAGE: Final = 5_000
LARGEST_METRICS_PAGE: Final = 100


@dataclass(frozen=True)
class Asked:
    """What is requested: entity ids in the order of the request, and which ticker led to which."""

    entity_ids: tuple[int, ...]
    by_ticker: dict[str, int]


def asked_names(request: Request) -> list[str]:
    names = request.parts[2] if len(request.parts) > 2 else request.query.get("entity_id", "")
    return [name for name in names.split(",") if name]


def asked_count(request: Request) -> int:
    return max(1, len(asked_names(request)))


def prices(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve daily rows.

    `close` as traded, `adj_close` for the splits up to today, the symbol carried on each date.
    """
    if request.query.get("interval", "1d") != "1d":
        raise bad_request("the stand-in serves interval 1d only")
    asked = _who(request, universe, settings)
    known = _of(universe.prices, asked.entity_ids).filter(pl.col("date") <= settings.today)
    later_splits = pl.col("split_index").last().over("entity_id") / pl.col("split_index")
    rows = (
        _between(known.with_columns(adj_close=pl.col("close") / later_splits), "date", request, settings)
        .with_columns(market_cap=pl.col("close") * pl.col("shares_outstanding"))
        .join(
            universe.lines.select("entity_id", "entity_name", "gics_sector", "exchange_code"),
            on="entity_id",
            maintain_order="left",
        )
        .sort("date", maintain_order=True)
        .join_asof(
            universe.spells, left_on="date", right_on="valid_from", by="entity_id", check_sortedness=False
        )
        .sort("entity_id", "date")
    )
    opted_in = [name for name in fields.OPT_IN_PRICE_FIELDS if name in request.query.get("fields", "")]
    served = [
        name
        for name in (*fields.PRICE_FIELDS, *opted_in)
        if name != "adj_close" or request.query.get("adjust") != "none"
    ]
    meta = {
        "tickers_resolved": asked.by_ticker,
        "interval": "1d",
        "data_through": str(min(settings.today, universe.clock)),
    }
    return _page(request, rows, fields.PRICE_STRUCTURE, served, {}, LARGEST_PAGE, settings, meta)


def fundamentals(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve statements of issuers.

    `restated` is the newest version of each period, `original` the first, `all` every one.
    """
    asked = _who(request, universe, settings, is_issuer=True)
    period_type = request.query.get("period_type", "all")
    tables = {"annual": (universe.fundamentals,), "quarterly": (universe.quarters,)}
    asked_for = pl.concat(tables.get(period_type, (universe.fundamentals, universe.quarters)))
    rows = _of(asked_for, asked.entity_ids).filter(
        pl.col("filed") <= (day(request, "as_of") or settings.today)
    )
    rows = rows.filter(pl.col("filed") <= settings.today)
    version = request.query.get("version", "restated")
    if version not in ("restated", "original", "all"):
        raise bad_request(f"version must be restated, original or all, not '{version}'")
    if version == "original":
        rows = rows.filter(pl.col("version") == "original")
    elif version == "restated":
        period = ("entity_id", "period_end", "period_type")
        newest = pl.col("filed").rank("ordinal", descending=True).over(period) == 1
        rows = rows.filter(newest)
    if "fiscal_year" in request.query:
        rows = rows.filter(pl.col("fiscal_year") == whole_number(request, "fiscal_year", 0))
    if (exact := day(request, "period_end")) is not None:
        rows = rows.filter(pl.col("period_end") == exact)
    rows = _between(rows, "period_end", request, settings)
    hidden = () if settings.has_unseen_fields else fields.UNSEEN_ITEMS
    served = [name for name in (*fields.STATEMENT_ITEMS, *fields.UNSCALED_ITEMS) if name not in hidden]
    return _page(
        request,
        rows,
        fields.STATEMENT_STRUCTURE,
        served,
        {},
        LARGEST_PAGE,
        settings,
        {"tickers_resolved": asked.by_ticker},
    )


def metrics(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve annual ratios of issuers."""
    asked = _who(request, universe, settings, is_issuer=True)
    rows = _of(universe.metrics, asked.entity_ids).filter(
        pl.col("filed") <= (day(request, "as_of") or settings.today)
    )
    rows = rows.filter(pl.col("filed") <= settings.today)
    if request.query.get("period_type", "annual") != "annual":
        rows = rows.clear()
    rows = _between(rows, "period_end", request, settings)
    meta = {"tickers_resolved": asked.by_ticker}
    return _page(
        request,
        rows,
        fields.METRIC_STRUCTURE,
        list(fields.METRICS),
        fields.METRIC_CATEGORIES,
        LARGEST_METRICS_PAGE,
        settings,
        meta,
    )


def _who(request: Request, universe: Universe, settings: Settings, *, is_issuer: bool = False) -> Asked:
    """Find the entity that is requested. A ticker is its holder of today, for statements the holder's issuer.

    An id is served as itself.
    """
    names = asked_names(request)
    allowed = settings.allowed.tickers_per_call
    if not names:
        raise bad_request("ticker or entity_id is required")
    if len(names) > allowed:
        raise bad_request(f"Maximum {allowed} tickers per request")
    if len(request.parts) > 2:
        found = _holders(names, universe, settings.today, is_issuer)
        ids = tuple(found.values())
    elif all(name.isdigit() for name in names):
        found, ids = {}, tuple(int(name) for name in names)
        ids = tuple(universe.lines.filter(pl.col("entity_id").is_in(ids))["entity_id"].to_list())
    else:
        raise bad_request("entity_id must be a list of whole numbers")
    if not ids:
        raise not_found("none of the tickers or ids is known")
    return Asked(ids, found)


def _holders(names: Sequence[str], universe: Universe, today: dt.date, is_issuer: bool) -> dict[str, int]:
    held = universe.spells.filter(
        (pl.col("valid_from") <= today) & (pl.col("valid_to").fill_null(today) >= today)
    )
    held = held.join(universe.lines.filter("is_known").select("entity_id", "issuer_id"), on="entity_id").sort(
        "valid_from", "entity_id"
    )
    by_ticker = dict(held.select("ticker", "issuer_id" if is_issuer else "entity_id").iter_rows())
    return {name: by_ticker[bare(name)] for name in names if bare(name) in by_ticker}


def _of(rows: pl.DataFrame, entity_ids: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("entity_id").is_in(set(entity_ids)))


def _between(rows: pl.DataFrame, column: str, request: Request, settings: Settings) -> pl.DataFrame:
    """Keep what lies from `start` to `end` and within the history of the plan."""
    start, end, history = day(request, "start"), day(request, "end"), settings.allowed.history_days
    oldest = settings.today - dt.timedelta(days=history) if history is not None else dt.date.min
    return rows.filter(pl.col(column).is_between(max(start or oldest, oldest), end or settings.today))


def _page(
    request: Request,
    rows: pl.DataFrame,
    structure: Sequence[str],
    served: Sequence[str],
    categories: dict[str, tuple[str, ...]],
    largest: int,
    settings: Settings,
    meta: dict[str, Any],
) -> Page:
    """Keep the asked fields beside the structural ones, and cut out the page."""
    chosen = _chosen(request, structure, served, categories)
    return page_by_cursor(
        request, rows.select(*structure, *chosen), largest, settings.allowed.pages_per_call, meta
    )


def _chosen(
    request: Request, structure: Sequence[str], served: Sequence[str], categories: dict[str, tuple[str, ...]]
) -> list[str]:
    names = [name for name in request.query.get("fields", "").split(",") if name]
    unknown = [name for name in names if name not in (*structure, *served, *categories)]
    if unknown:
        raise bad_request(f"Unknown fields: {', '.join(unknown)}")
    wanted = {one for name in names for one in categories.get(name, (name,))}
    return [name for name in served if not names or name in wanted]
