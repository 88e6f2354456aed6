"""The quality screen's choice of record and inputs: bases, methods, the vendor's figures and our own."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.quality.scores import quality_scores
from smallcap.tables import table as table_of
from tests.examples import examples
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.quality_builders import (
    AS_OF,
    CLOCK,
    RULES,
    STALE_MONTHS,
    market_values,
    members,
    records,
    vendor_rows,
)

KEY = ["as_of", "entity_id", "method", "basis"]
FISCAL_2024 = {"period_end": dt.date(2024, 12, 31), "available_date": dt.date(2025, 3, 1)}


def scores(
    people: pl.DataFrame | None = None,
    values: pl.DataFrame | None = None,
    annual: pl.DataFrame | None = None,
    vendor: pl.DataFrame | None = None,
    clock: dt.date = CLOCK,
) -> pl.DataFrame:
    """Score one ordinary company, where a test says nothing else."""
    return quality_scores(
        members({}) if people is None else people,
        market_values({}) if values is None else values,
        records({}) if annual is None else annual,
        vendor_rows() if vendor is None else vendor,
        RULES,
        clock,
        STALE_MONTHS,
        APPLICABILITY,
    )


def row(
    frame: pl.DataFrame, method: str = "published", basis: str = "point_in_time", entity_id: int = 1
) -> dict[str, object]:
    """The one row of a company, method and basis."""
    chosen = frame.filter(
        pl.col("method") == method, pl.col("basis") == basis, pl.col("entity_id") == entity_id
    )
    return chosen.row(0, named=True)


def two_years(**later: object) -> pl.DataFrame:
    """Company 1's fiscal years 2023 and 2024; the second became known two months after as_of."""
    return pl.concat([records({}), records({**FISCAL_2024, "roe": 0.5, **later})])


def test_every_member_has_a_row_by_each_method_and_basis() -> None:
    frame = scores(members({}, {}), market_values({}), records({}))
    assert frame.height == 8
    assert frame.select(KEY).is_duplicated().sum() == 0
    assert set(frame["rule_set"]) == {RULES.label}
    table_of("marts.quality_scores").schema.validate(frame)


def test_as_published_sees_what_was_filed_after_as_of() -> None:
    frame = scores(annual=two_years())
    seen_then, seen_later = row(frame), row(frame, basis="as_published")
    assert (seen_then["period_end"], seen_then["roe"], seen_then["horizon_date"]) == (
        dt.date(2023, 12, 31),
        0.1,
        AS_OF,
    )
    assert (seen_later["period_end"], seen_later["roe"]) == (dt.date(2024, 12, 31), 0.5)
    assert seen_later["horizon_date"] == AS_OF + dt.timedelta(days=163) == dt.date(2025, 6, 12)


@pytest.mark.parametrize(("available", "roe"), [(dt.date(2025, 6, 12), 0.5), (dt.date(2025, 6, 13), 0.1)])
def test_the_horizon_is_included(available: dt.date, roe: float) -> None:
    assert row(scores(annual=two_years(available_date=available)), basis="as_published")["roe"] == roe


@pytest.mark.parametrize(
    ("clock", "bases", "final"),
    [
        (dt.date(2025, 6, 11), {"point_in_time"}, {"point_in_time": True}),
        (
            dt.date(2025, 6, 12),
            {"point_in_time", "as_published"},
            {"point_in_time": True, "as_published": False},
        ),
        (
            dt.date(2025, 6, 13),
            {"point_in_time", "as_published"},
            {"point_in_time": True, "as_published": True},
        ),
        (AS_OF, {"point_in_time"}, {"point_in_time": False}),
    ],
)
def test_a_basis_waits_for_its_horizon_and_is_final_after_it(
    clock: dt.date, bases: set[str], final: dict[str, bool]
) -> None:
    frame = scores(clock=clock)
    assert set(frame["basis"]) == bases
    assert {basis: row(frame, basis=basis)["is_final"] for basis in bases} == final


@pytest.mark.parametrize(
    ("period_end", "reasons"),
    [
        (dt.date(2023, 6, 30), ("insufficient_records", "insufficient_records")),
        (dt.date(2023, 6, 29), ("stale", "insufficient_records")),
        (dt.date(2021, 12, 31), ("stale", "insufficient_records")),
        (dt.date(2021, 12, 30), ("stale", "stale")),
    ],
)
def test_each_basis_has_its_own_stale_limit(period_end: dt.date, reasons: tuple[str, str]) -> None:
    frame = scores(annual=records({"period_end": period_end, "available_date": dt.date(2024, 3, 1)}))
    assert (row(frame)["exclusion_reason"], row(frame, basis="as_published")["exclusion_reason"]) == reasons
    assert row(frame)["roe"] == 0.1


def test_a_served_row_replaces_our_own_inputs_whole() -> None:
    served = {
        "entity_id": 1,
        "roe": 0.2,
        "fcf_margin": None,
        "debt_to_assets": 0.25,
        "interest_coverage": 9.0,
    }
    frame = scores(members({}, {}), market_values({}, {}), records({}, {}), vendor_rows(served))
    with_vendor, without = row(frame), row(frame, entity_id=2)
    assert [with_vendor[name] for name in ("roe", "fcf_margin", "debt_to_assets", "interest_coverage")] == [
        0.2,
        None,
        0.25,
        9.0,
    ]
    assert with_vendor["exclusion_reason"] == "missing:fcf_margin"
    assert (with_vendor["inputs_basis"], without["inputs_basis"], without["fcf_margin"]) == (
        "vendor",
        "computed",
        0.1,
    )


def test_a_served_row_of_another_period_or_not_yet_known_is_not_used() -> None:
    other_period = {"entity_id": 1, "roe": 0.9, "period_end": dt.date(2022, 12, 31)}
    not_yet = {"entity_id": 1, "roe": 0.8, "available_date": dt.date(2025, 2, 1)}
    frame = scores(vendor=vendor_rows(other_period, not_yet))
    assert (row(frame)["roe"], row(frame)["inputs_basis"]) == (0.1, "computed")
    assert (row(frame, basis="as_published")["roe"], row(frame, basis="as_published")["inputs_basis"]) == (
        0.8,
        "vendor",
    )


@pytest.mark.parametrize("basis", ["point_in_time", "as_published"])
def test_market_value_is_that_at_period_end_where_served_else_that_at_as_of(basis: str) -> None:
    vendor = vendor_rows({"entity_id": 1, "market_cap_period_end_usd": 7e8}, {"entity_id": 2})
    frame = scores(
        members({}, {}, {}), market_values({}, {}, {"market_cap_usd": None}), records({}, {}, {}), vendor
    )
    assert [row(frame, basis=basis, entity_id=number)["market_cap_usd"] for number in (1, 2, 3)] == [
        7e8,
        1e9,
        None,
    ]


@pytest.mark.parametrize(
    ("changed", "coverage"),
    [
        ({"ebit_usd": 1.0}, 50.0),
        ({"ebit_usd": 0.0}, 0.0),
        ({"ebit_usd": -1.0}, 0.0),
        ({"ebit_usd": None}, None),
        ({"total_debt_usd": 1.0}, None),
        ({"total_debt_usd": None}, None),
        ({"interest_coverage_reason": "net_interest_income"}, 50.0),
        ({"interest_coverage_reason": "input_missing"}, None),
        ({"interest_coverage": 12.0, "interest_coverage_reason": None}, 12.0),
    ],
)
def test_debt_free_aware_stands_in_for_want_of_interest_only(
    changed: dict[str, object], coverage: float | None
) -> None:
    debt_free = {
        "total_debt_usd": 0.0,
        "debt_to_assets": 0.0,
        "interest_coverage": None,
        "interest_coverage_reason": "no_interest_expense",
    }
    frame = scores(annual=records({**debt_free, **changed}))
    assert row(frame, "debt_free_aware")["interest_coverage"] == coverage
    assert row(frame)["interest_coverage"] == ({**debt_free, **changed})["interest_coverage"]


@pytest.mark.parametrize(
    ("changed", "coverage"),
    [
        ({"ebit_usd": 1.0}, 50.0),
        ({"ebit_usd": 0.0}, 0.0),
        ({"ebit_usd": -1.0}, 0.0),
        ({"total_debt_usd": None}, None),
        ({"is_debt_partial": True}, 50.0),
        ({"interest_coverage_reason": "no_interest_expense"}, None),
        ({"interest_coverage": 12.0, "interest_coverage_reason": None}, 12.0),
    ],
)
def test_debt_free_aware_stands_in_for_a_company_with_debt_that_earns_more_interest_than_it_pays(
    changed: dict[str, object], coverage: float | None
) -> None:
    net_creditor = {
        "total_debt_usd": 2e7,
        "interest_coverage": None,
        "interest_coverage_reason": "net_interest_income",
    }
    frame = scores(annual=records({**net_creditor, **changed}))
    assert row(frame, "debt_free_aware")["interest_coverage"] == coverage
    assert row(frame)["interest_coverage"] == ({**net_creditor, **changed})["interest_coverage"]


def test_debt_free_aware_asks_an_equity_trust_and_an_asset_manager_of_their_debt() -> None:
    kinds = ({"company_kind": "equity_reit"}, {"company_kind": "asset_manager"})
    frame = scores(members(*kinds), market_values({}, {}), records({}, {}))
    for number in (1, 2):
        asked = row(frame, "debt_free_aware", entity_id=number)
        assert (asked["debt_to_assets"], asked["interest_coverage"]) == (0.3, 5.0)


def test_debt_free_aware_does_not_compare_a_financials_debt() -> None:
    frame = scores(
        members({"company_kind": "bank"}, {"company_kind": None}), market_values({}, {}), records({}, {})
    )
    assert row(frame, "debt_free_aware")["exclusion_reason"] == "missing:debt_to_assets,interest_coverage"
    assert row(frame)["exclusion_reason"] == "insufficient_records"
    assert row(frame, "debt_free_aware", entity_id=2)["debt_to_assets"] == 0.3


def test_a_member_without_any_record_keeps_its_place() -> None:
    frame = scores(annual=records().clear())
    assert row(frame)["exclusion_reason"] == "no_fundamentals"
    assert (row(frame)["inputs_basis"], row(frame)["period_end"], row(frame)["ticker"]) == (None, None, "T1")


def test_no_members_give_an_empty_table() -> None:
    frame = scores(members().clear(), market_values().clear(), records().clear(), vendor_rows().clear())
    assert frame.is_empty()
    assert frame.schema == pl.Schema(table_of("marts.quality_scores").columns)


filing = st.fixed_dictionaries(
    {
        "entity_id": st.integers(1, 30),
        "period_end": st.dates(dt.date(2019, 1, 31), dt.date(2026, 1, 31)),
        "available_date": st.dates(dt.date(2025, 6, 13), dt.date(2026, 12, 31)),
        "version": st.sampled_from(["original", "restated"]),
        "roe": st.floats(-2, 2),
    }
)


@examples(3)
@given(
    filings=st.lists(
        filing, min_size=1, max_size=20, unique_by=lambda row: tuple(row[name] for name in list(row)[:4])
    )
)
def test_filings_known_after_the_horizon_change_no_score(filings: list[dict[str, object]]) -> None:
    companies = [
        {"roe": number / 40, "fcf_margin": number / 50, "interest_coverage": float(number)}
        for number in range(30)
    ]
    known = records(*companies)
    future = pl.concat([known, records(*filings)])
    people, values = members(*[{}] * 30), market_values(*[{}] * 30)
    before = scores(people, values, known)
    after = scores(people, values, future.sample(fraction=1, shuffle=True, seed=1))
    assert before["status"].to_list() == ["scored"] * before.height
    assert_frame_equal(after, before, check_exact=True)
