"""Members of the index on a day, and the log of who came and went."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import polars as pl

from tests.standin.paging import day, page_by_offset
from tests.standin.settings import Settings
from tests.standin.universe import INDEX, Universe
from tests.standin.wire import Page, Request, bad_request, not_found

LARGEST_PAGE = 1_000


def index(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve ``/v1/index/NAME`` or ``/v1/index/NAME/events``."""
    name, rest = (request.parts[2] if len(request.parts) > 2 else ""), request.parts[3:]
    if name != INDEX or not settings.is_index_served:
        served = INDEX if settings.is_index_served else "sp500, ndx100, djia"
        raise bad_request(f"Unknown index '{name}'. Available: {served}")
    if not rest:
        return _members(request, universe, settings)
    if rest == ("events",):
        return _events(request, universe, settings)
    raise not_found(f"no endpoint {request.path}")


def _members(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve the newest list at or before `as_of`, in order of the tickers.

    A day after the record's end is refused.
    """
    coverage_end = min(settings.today, universe.clock)
    as_of = day(request, "as_of") or coverage_end
    if as_of > coverage_end:
        raise bad_request(f"as_of {as_of} is after the end of the index's record, {coverage_end}")
    newest = universe.lists.filter(pl.col("list_date") <= as_of)["list_date"].max()
    spells = membership_spells(universe, settings.today).select(
        "entity_id", "added_date", "removed_date", "last_list"
    )
    rows = (
        universe.lists.filter(pl.col("list_date") == pl.lit(newest, dtype=pl.Date))
        .join(spells, on="entity_id", maintain_order="left")
        .filter(pl.col("list_date").is_between("added_date", "last_list"))
        .select(
            "entity_id", "ticker", entity_name="name", added_date="added_date", removed_date="removed_date"
        )
        .sort("ticker", "entity_id")
    )
    return page_by_offset(request, rows, LARGEST_PAGE, LARGEST_PAGE, {"coverage_end": str(coverage_end)})


def _events(request: Request, universe: Universe, settings: Settings) -> Page:
    """Serve additions (first day in) and removals (last day in), oldest first, without the founding
    members.
    """
    spells = membership_spells(universe, settings.today)
    founding = universe.lists["list_date"].min()
    added = spells.filter(pl.col("added_date") > founding).with_columns(
        event_type=pl.lit("added"), effective_date="added_date"
    )
    removed = spells.drop_nulls("removed_date").with_columns(
        event_type=pl.lit("removed"), effective_date="removed_date"
    )
    history = settings.allowed.history_days
    oldest = settings.today - dt.timedelta(days=history) if history is not None else dt.date.min
    start, end, kind = day(request, "start"), day(request, "end"), request.query.get("event_type")
    rows = (
        pl.concat([added, removed])
        .filter(pl.col("effective_date").is_between(max(start or oldest, oldest), end or settings.today))
        .filter(pl.col("event_type").is_in([kind] if kind else ["added", "removed"]))
        .with_columns(index=pl.lit(INDEX.upper()))
        .sort("effective_date", "ticker", "entity_id", "event_type")
        .select("entity_id", "ticker", "entity_name", "index", "event_type", "effective_date")
    )
    return page_by_offset(request, rows, LARGEST_PAGE, LARGEST_PAGE, {})


@lru_cache(maxsize=4)
def membership_spells(universe: Universe, today: dt.date) -> pl.DataFrame:
    """Return unbroken runs of lists by line: entity_id, ticker, entity_name, added_date, removed_date (last
    day in), last_list.
    """
    lists = universe.lists.filter(pl.col("list_date") <= today)
    dates = lists.select(pl.col("list_date").unique().sort()).with_row_index("position")
    dates = dates.with_columns(next_list=pl.col("list_date").shift(-1))
    placed = (
        lists.join(dates, on="list_date")
        .sort("entity_id", "list_date")
        .with_columns(pl.col("position").cast(pl.Int64))
    )
    run = (pl.col("position").diff().over("entity_id").fill_null(0) != 1).cum_sum()
    return (
        placed.with_columns(run=run)
        .group_by("entity_id", "run", maintain_order=True)
        .agg(
            pl.col("ticker").last(),
            pl.col("name").last().alias("entity_name"),
            pl.col("list_date").first().alias("added_date"),
            (pl.col("next_list").last() - dt.timedelta(days=1)).alias("removed_date"),
            pl.col("list_date").last().alias("last_list"),
        )
        .drop("run")
    )
