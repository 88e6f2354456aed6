"""How many names enter and leave the sample's index, and why: about as in the real index."""

from __future__ import annotations

import functools
import itertools

import polars as pl
import pytest

from smallcap.finance.index.causes import CAUSES
from smallcap.sources.sample import SampleSource
from smallcap.sources.sample.calendar import month_ends
from smallcap.sources.sample.second_fund import first_fund_months
from tests.component.sources.sample_builders import INDEX, full

FULL_YEARS = range(2005, 2026)


@functools.cache
def changes() -> pl.DataFrame:
    """The true changes of the default universe, with their year."""
    return full().true_changes().with_columns(year=pl.col("as_of").dt.year())


def _a_year(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("year").is_in(FULL_YEARS)).group_by("year").len().sort("year")


def test_several_hundred_names_move_in_every_year() -> None:
    moved = _a_year(changes())["len"]
    assert moved.len() == len(FULL_YEARS)
    assert moved.min() > 280
    assert moved.max() < 500


@pytest.mark.parametrize(
    ("change", "cause", "least", "most"),
    [
        ("added", "demoted_in", 3, 60),
        ("added", "ipo", 60, 200),
        ("added", "other", 30, 150),
        ("removed", "graduated", 8, 60),
        ("removed", "below_minimum", 20, 120),
        ("removed", "delisted_or_acquired", 60, 180),
    ],
)
def test_every_year_has_a_realistic_number_of_each_kind(
    change: str, cause: str, least: int, most: int
) -> None:
    """Of a similar order as in the real index: names cross both ends in both directions, about a hundred are
    new listings, and four to eight of a hundred members a year are bought or delisted.
    """
    found = _a_year(changes().filter((pl.col("change") == change) & (pl.col("cause") == cause)))
    assert found["year"].to_list() == list(FULL_YEARS)
    assert found["len"].is_between(least, most).all(), found


def test_the_index_keeps_its_size() -> None:
    lists = full().constituents(INDEX, full().membership_dates(INDEX)).rows.group_by("as_of").len()
    assert lists.filter(pl.col("as_of").dt.year() >= 2008)["len"].is_between(1800, 2100).all()


def _gone(one: pl.DataFrame, other: pl.DataFrame) -> float:
    """Return the weight of the lines of one list that the other does not have."""
    return float(one.join(other, on="source_id", how="anti")["weight"].sum())


def test_the_turnover_of_a_june_is_several_times_that_of_any_other_month() -> None:
    days = [day.item() for day in month_ends()[first_fund_months(2000)]]
    lists = full().constituents(INDEX, days).rows
    weight = pl.col("market_value_usd") / pl.col("market_value_usd").sum().over("as_of")
    held = {day: rows for (day,), rows in lists.select("as_of", "source_id", weight=weight).group_by("as_of")}
    turnover = [
        (after, (_gone(held[before], held[after]) + _gone(held[after], held[before])) / 2)
        for before, after in itertools.pairwise(days)
    ]
    rows = pl.DataFrame(turnover, schema=["as_of", "turnover"], orient="row").with_columns(
        is_june=pl.col("as_of").dt.month() == 6
    )
    assert rows.filter("is_june")["turnover"].min() > 0.04
    # A month may follow two months after the list before it.
    assert rows.filter(~pl.col("is_june"))["turnover"].max() < 0.02


@pytest.mark.parametrize(("companies", "seed"), [(60, 2000), (250, 2000), (300, 2000), (60, 1)])
def test_small_universes_have_every_kind_of_change(companies: int, seed: int) -> None:
    source = SampleSource(companies, seed)
    found = source.true_changes()
    assert set(found["cause"]) == set(CAUSES)
