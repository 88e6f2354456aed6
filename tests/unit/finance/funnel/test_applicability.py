"""What cannot be asked of a kind of company: neither passed, failed nor to be verified."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.funnel import funnel_outcomes, funnel_summary
from smallcap.finance.funnel.balance_sheet import balance_sheet
from smallcap.finance.funnel.evaluation import FILTERS
from smallcap.finance.funnel.lens_items import items
from smallcap.rules.types.applicability import FILTER_RULES, LENS_ITEMS, NotAsked
from smallcap.tables.filter_evaluations import FilterEvaluations
from smallcap.tables.funnel import FunnelOutcomes, FunnelSummary
from tests.examples import examples
from tests.tolerances import BY_HAND
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.funnel.funnel_builders import (
    RULES,
    STANDARDS,
    evaluated,
    inputs_of,
    members,
    row_of,
    sound_company,
    statuses,
)

OF_DEBT = ("bank", "insurer", "broker_or_lender", "mortgage_reit")
ASKED_ALL = ("asset_manager", "equity_reit", "other", None)
OWN_DEBT = {"short_term_debt_usd": 30.0, "long_term_debt_usd": 60.0, "current_liabilities_usd": 80.0}


def of_kind(kind: str | None, **changed: dict[str, object]) -> pl.DataFrame:
    return FilterEvaluations.validate(
        evaluated(sound_company(**changed), listed=members({"company_kind": kind}))
    )


@pytest.mark.some_cases(2)
@pytest.mark.parametrize("kind", OF_DEBT)
def test_a_bank_is_not_asked_of_debt_and_cash_but_of_income_and_value(kind: str) -> None:
    found = of_kind(kind)
    filters = statuses(found)
    is_permitted = (
        kind != "mortgage_reit"
    )  # else it is no part of the universe whose medians filter 6 asks for
    assert filters == {
        "business": "pass" if is_permitted else "fail",
        "shariah": "pass",
        "balance_sheet": "not_applicable",
        "income": "pass",
        "cash_flow": "not_applicable",
        "value": "pass" if is_permitted else "verify",
    }
    # One limit of filter 2, both rules of 3, four of six of 4, all four of 5.
    assert found.sort("filter_number")["rules_not_asked"].to_list() == [0, 1, 2, 4, 4, 0]


@pytest.mark.some_cases(2)
@pytest.mark.parametrize("kind", ASKED_ALL)
def test_all_others_are_asked_every_rule(kind: str | None) -> None:
    found = of_kind(kind)
    assert set(statuses(found).values()) == {"pass"}
    assert found["rules_not_asked"].sum() == 0


@pytest.mark.some_cases(2)
@pytest.mark.parametrize("kind", ASKED_ALL)
def test_an_equity_trust_like_any_other_fails_by_its_debt(kind: str | None) -> None:
    # In 2023 90 of debt against 80 x 1.05^4 of equity; filter 2 compares with a market value of 160.
    found = of_kind(kind, all=OWN_DEBT)
    row = row_of(found, "balance_sheet")
    assert (row["stand_alone_status"], row["value"]) == ("fail", pytest.approx(90 / 97.2405, rel=BY_HAND))
    assert statuses(found)["shariah"] == "fail"


@pytest.mark.some_cases(1)
@pytest.mark.parametrize("kind", OF_DEBT)
def test_of_a_bank_debt_cash_flows_and_margins_change_no_verdict(kind: str) -> None:
    # Operating income of 2023 below zero, cash from operations below zero each year, debt above equity.
    changed = {**OWN_DEBT, "operating_cash_flow_usd": -30.0, "operating_income_usd": -1.0}
    before, after = of_kind(kind), of_kind(kind, all=changed)
    # The reason of filter 6 names the multiples that are unknown: the one of a negative cash flow is.
    reason = pl.when(pl.col("filter_name") != "value").then("reason")
    names = ["filter_name", "stand_alone_status", "measure", reason]
    assert after.select(names).rows() == before.select(names).rows()


def test_of_a_bank_falling_income_fails_and_says_what_was_not_asked() -> None:
    row = row_of(of_kind("bank", y2023={"net_income_usd": 1.0}), "income")
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "net_income_growth_over_years")
    assert str(row["reason"]) == (
        "net income is not higher than 4 years before; not asked of a bank: margin slope, least operating "
        "margin, years without cash backing, cash conversion over years"
    )
    assert (row["margin_slope"], row["least_operating_margin"]) == (None, None)


def test_a_bank_that_lives_on_interest_fails_by_it() -> None:
    known = {"interest_expense_usd": 2.0, "net_interest_expense_usd": -10.0}
    row = row_of(of_kind("bank", y2023=known), "shariah")
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "interest_income_to_revenue")
    assert row["debt_to_market_cap"] is None


@pytest.mark.parametrize("records", [sound_company()[:1], sound_company(7)])
def test_without_a_fresh_record_what_can_be_asked_is_to_be_verified(records: list[dict[str, object]]) -> None:
    filters = statuses(evaluated(records, listed=members({"company_kind": "insurer"})))
    assert (filters["income"], filters["value"]) == ("verify", "verify")
    row = row_of(evaluated(records, listed=members({"company_kind": "insurer"})), "balance_sheet")
    assert (row["stand_alone_status"], row["reason"]) == ("not_applicable", "cannot be asked of an insurer")


@pytest.mark.parametrize("kind", ["bank", "insurer"])
def test_nobody_survives_on_fewer_filters_than_others(kind: str) -> None:
    listed = members({"company_kind": kind}, {})
    found = evaluated([*sound_company(1), *sound_company(2)], listed=listed)
    outcomes = FunnelOutcomes.validate(funnel_outcomes(found, listed))
    by_company = dict(outcomes.select("entity_id", "outcome").unique().iter_rows())
    assert by_company == {1: "undetermined", 2: "survivor"}
    summary = FunnelSummary.validate(funnel_summary(outcomes)).sort("filter_number")
    assert summary["not_applicable"].to_list() == [0, 0, 1, 0, 1, 0]
    assert summary["stand_alone_not_applicable"].to_list() == [0, 0, 1, 0, 1, 0]
    assert summary["left"].to_list() == [2] * 6
    assert summary["left_verified"].to_list() == [2, 2, 1, 1, 1, 1]


def test_a_mortgage_trust_fails_filter_1_and_an_equity_trust_is_to_be_verified() -> None:
    trust = {"sic": "6798", "gics": None}
    listed = members({**trust, "company_kind": "mortgage_reit"}, {**trust, "company_kind": "equity_reit"})
    found = inputs_of([*sound_company(1), *sound_company(2)], listed=listed).evaluate()
    first, second = (row_of(found, "business", number) for number in (1, 2))
    assert (first["stand_alone_status"], first["reason"]) == (
        "fail",
        "conventional finance: mortgage trusts (kind mortgage_reit)",
    )
    assert second["stand_alone_status"] == "verify"


@pytest.mark.some_cases(6)
@pytest.mark.parametrize(
    ("filter_name", "measure"),
    [(filter_name, measure) for filter_name, measures in FILTER_RULES.items() for measure in measures],
)
def test_every_rule_can_be_asked_of_some_kinds_alone(filter_name: str, measure: str) -> None:
    not_asked = {"other": NotAsked(rules=(f"{filter_name}.{measure}",))}
    applicability = dataclasses.replace(APPLICABILITY, not_asked=not_asked)
    found = inputs_of(sound_company()).evaluate(standard=STANDARDS["aaoifi"], applicability=applicability)
    without = dict(found.select("filter_name", "rules_not_asked").iter_rows())
    assert without == {name: int(name == filter_name) for name in FILTERS}


def test_the_items_that_applicability_may_name_are_those_of_the_lenses() -> None:
    assert {item.item for item in items(RULES)} == set(LENS_ITEMS)


@examples(10)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*OF_DEBT, "equity_reit", "asset_manager", "other", None]),
            st.none() | st.floats(0, 3),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_filter_3_answers_all_but_those_of_whom_debt_says_nothing(
    companies: list[tuple[str | None, float | None, bool]],
) -> None:
    rows = pl.DataFrame(
        companies,
        schema={"company_kind": pl.String, "debt_to_equity": pl.Float64, "is_debt_partial": pl.Boolean},
        orient="row",
    ).with_columns(
        period_end=pl.lit("2023-12-31").str.to_date(), is_stale=False, shareholders_equity_usd=pl.lit(1e9)
    )
    found = balance_sheet(rows, RULES.balance_sheet, APPLICABILITY)["stand_alone_status"].to_list()
    for (kind, ratio, is_partial), status in zip(companies, found, strict=True):
        if kind in OF_DEBT:
            assert status == "not_applicable"
        elif ratio is None:
            assert status == "verify"
        else:
            assert status == ("fail" if ratio >= 0.30 else "verify" if is_partial else "pass")
