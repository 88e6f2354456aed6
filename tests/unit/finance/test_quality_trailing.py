"""Method trailing of the quality screen: inputs of the latest footing, treated as by debt_free_aware."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.quality.scores import quality_scores
from smallcap.tables.quality import QualityScores
from tests.unit.finance.builders import APPLICABILITY, table
from tests.unit.finance.quality_builders import (
    AS_OF,
    CLOCK,
    RULES,
    STALE_MONTHS,
    market_values,
    members,
    ordinary,
    records,
    vendor_rows,
)

QUARTER = {
    "as_of": AS_OF,
    "year": AS_OF.year,
    "is_stale": False,
    "is_debt_partial": False,
    "is_annual_only": False,
    "period_end": dt.date(2024, 9, 30),
    "available_date": dt.date(2024, 11, 7),
    "ebit_usd": 1e6,
    "roe": 0.2,
    "fcf_margin": 0.1,
    "debt_to_assets": 0.4,
    "interest_coverage": 3.0,
    "market_cap_usd": 2e9,
}


def latest(*rows: dict[str, object]) -> pl.DataFrame:
    named = [{**QUARTER, "entity_id": n, **row} for n, row in enumerate(rows, start=1)]
    return table("core.trailing_as_of", named)


def scores(people: pl.DataFrame, quarters: pl.DataFrame | None, clock: dt.date = CLOCK) -> pl.DataFrame:
    given = (market_values({}), records({}), vendor_rows(), RULES, clock, STALE_MONTHS, APPLICABILITY)
    return QualityScores.validate(quality_scores(people, *given, quarters))


def test_the_inputs_are_those_of_the_latest_footing_and_our_own() -> None:
    row = scores(members({}), latest({})).filter(method="trailing").row(0, named=True)
    assert (row["basis"], row["inputs_basis"]) == ("point_in_time", "computed")
    assert {name: row[name] for name in QUARTER if name in row} == {
        name: value for name, value in QUARTER.items() if name in row
    }


def test_it_has_no_basis_as_published_and_is_final_once_the_date_is_over() -> None:
    for clock, is_final in ((AS_OF, False), (AS_OF + dt.timedelta(days=1), True)):
        rows = scores(members({}), latest({}), clock).filter(method="trailing")
        assert (rows["basis"].to_list(), rows["is_final"].to_list()) == (["point_in_time"], [is_final])


def test_other_methods_do_not_move_by_a_digit() -> None:
    people = members(*({} for _ in range(30)))
    without, beside = (scores(people, quarters) for quarters in (None, latest(*ordinary(30))))
    assert beside.filter(pl.col("method") != "trailing").equals(without)


@pytest.mark.parametrize(
    ("quarter", "coverage"),
    [
        ({"interest_coverage_reason": "no_interest_expense", "ebit_usd": 1.0}, 50.0),
        ({"interest_coverage_reason": "no_interest_expense", "ebit_usd": -1.0}, 0.0),
        ({"interest_coverage_reason": "input_missing", "ebit_usd": 1.0}, None),
    ],
)
def test_a_company_without_debt_gets_the_cap_or_nothing(
    quarter: dict[str, object], coverage: float | None
) -> None:
    own = latest({"interest_coverage": None, "total_debt_usd": 0.0, **quarter})
    row = scores(members({}), own).filter(method="trailing").row(0, named=True)
    assert row["interest_coverage"] == coverage


def test_a_bank_is_asked_nothing_of_debt() -> None:
    row = scores(members({"company_kind": "bank"}), latest({})).filter(method="trailing").row(0, named=True)
    assert (row["debt_to_assets"], row["interest_coverage"]) == (None, None)


@pytest.mark.parametrize(
    ("quarter", "reason"),
    [
        ({"is_stale": True}, "stale"),
        ({"period_end": None}, "no_fundamentals"),
        ({"roe": None}, "missing:roe"),
    ],
)
def test_who_is_not_scored_has_the_reason_of_its_quarter(quarter: dict[str, object], reason: str) -> None:
    row = scores(members({}), latest(quarter)).filter(method="trailing").row(0, named=True)
    assert (row["status"], row["exclusion_reason"]) == ("excluded", reason)
