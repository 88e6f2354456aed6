"""The arithmetic of size: lines through measurements, what fits a machine, and a page that is computed."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks.cost_of_size import MOST_TIMES_COMPANIES, Case, section
from benchmarks.scale import Line, Price, need, read_cases, read_prices, requests_of
from benchmarks.scale_page import PAGE, page
from smallcap.package_files import default_reference
from smallcap.sources.xfinlink.plans import load_plan

GIB = 2**30
FEW = Case(1_000, 10, 100.0, 100.0, 1 * GIB, 10_000_000, 200, 0.5)
MANY = Case(10_000, 10, 1_000.0, 1_000.0, 4 * GIB, 100_000_000, 300, 0.5)
SHORT, LONG = dataclasses.replace(FEW, years=2, files=140), dataclasses.replace(FEW, years=6, files=220)
CASES = [FEW, MANY, SHORT, LONG]
PRICES = {
    name: Price(name, value, "", is_assumption=True, source="")
    for name, value in {
        "machine_cores": 8,
        "machine_memory": 16,
        "core_hour": 0.5,
        "storage_month": 0.02,
        "thousand_writes": 0.1,
        "thousand_reads": 0.01,
        "readers": 10,
    }.items()
}


def test_a_line_goes_through_both_measurements_and_never_falls() -> None:
    line = Line.through((10, 3.0), (20, 5.0))
    assert (line.at(10), line.at(20), line.at(0)) == (3.0, 5.0, 1.0)
    assert Line.through((10, 3.0), (20, 2.0)).at(1_000) == 3.0


def test_a_home_of_a_measured_size_takes_what_was_measured() -> None:
    found = need("", 1, MANY.companies, MANY.years, CASES, PRICES)
    assert found.core_hours == pytest.approx(1_000 / 3_600)
    assert found.memory_gib == pytest.approx(4.0)
    assert (found.stored_gb, found.files) == (pytest.approx(0.1), 300)


def test_as_many_homes_are_made_at_once_as_cores_and_memory_allow() -> None:
    # 4 GiB each of 16; then 1 GiB each, but 8 cores; then no more than there are.
    assert need("", 100, 10_000, 10, CASES, PRICES).at_once == 4
    assert need("", 100, 1_000, 10, CASES, PRICES).at_once == 8
    assert need("", 3, 1_000, 10, CASES, PRICES).at_once == 3


def test_hours_are_those_of_full_rounds_and_money_is_of_core_hours_requests_and_storage() -> None:
    found = need("", 10, 10_000, 10, CASES, PRICES)
    assert found.hours == pytest.approx(3 * 1_000 / 3_600)
    # 10 homes of 300 files: 3 thousand writes, each read by ten copies.
    assert found.dollars == pytest.approx(10 * 1_000 / 3_600 * 0.5 + 3 * (0.1 + 10 * 0.01))
    assert found.dollars_a_month == pytest.approx(1.0 * 0.02)


def test_requests_are_those_that_the_adapter_plans() -> None:
    few, many = requests_of(100, 1, "pro")[0], requests_of(1_000, 1, "pro")[0]
    assert 4 <= few < many
    count, days = requests_of(1_000, 20, "pro")
    assert days == count / load_plan(default_reference(), "pro").requests_per_day


def test_every_price_names_its_source_and_the_measurements_grow() -> None:
    assert all(price.source for price in read_prices().values())
    _, cases = read_cases()
    assert cases[1].companies == 10 * cases[0].companies
    assert cases[3].years == 3 * cases[2].years


def test_the_page_is_what_is_computed() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m benchmarks.scale_page --write"


def test_a_universe_that_costs_more_than_its_size_misses_the_limit() -> None:
    short, long = dataclasses.replace(FEW, years=2), dataclasses.replace(FEW, years=6, seconds=300.0)
    slow = dataclasses.replace(MANY, seconds=FEW.seconds * (MOST_TIMES_COMPANIES + 0.1))
    held = [limit.is_held for limit in section([FEW, MANY, short, long]).limits]
    assert held == [True, True, True]
    assert [limit.is_held for limit in section([FEW, slow, short, long]).limits] == [False, True, True]
