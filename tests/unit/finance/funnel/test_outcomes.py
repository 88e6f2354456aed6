"""The strict order, what becomes of the company, and the attrition."""

from __future__ import annotations

import itertools

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.funnel import funnel_outcomes, funnel_summary
from smallcap.finance.funnel.evaluation import FILTERS
from tests.examples import examples
from tests.unit.finance.funnel.funnel_builders import AS_OF, members

EVALUATION = {
    "year": pl.Int32,
    "as_of": pl.Date,
    "entity_id": pl.Int64,
    "filter_number": pl.Int64,
    "filter_name": pl.String,
    "stand_alone_status": pl.String,
    "measure": pl.String,
    "value": pl.Float64,
    "threshold": pl.Float64,
    "headroom": pl.Float64,
    "is_borderline": pl.Boolean,
    "reason": pl.String,
    "rule_set": pl.String,
    "is_vintage_later": pl.Boolean,
}
LETTERS = {"p": "pass", "f": "fail", "v": "verify"}


def evaluations(*companies: str) -> pl.DataFrame:
    """Six letters per company: the verdicts of its filters."""
    rows = [
        {
            "year": AS_OF.year,
            "as_of": AS_OF,
            "entity_id": number,
            "filter_number": place,
            "filter_name": FILTERS[place - 1],
        }
        | {
            "stand_alone_status": LETTERS[letter],
            "is_borderline": False,
            "reason": "told",
            "rule_set": "rules 1",
        }
        for number, company in enumerate(companies, start=1)
        for place, letter in enumerate(company, start=1)
    ]
    return pl.DataFrame([{**dict.fromkeys(EVALUATION), **row} for row in rows], schema=EVALUATION)


def outcomes(*companies: str) -> pl.DataFrame:
    return funnel_outcomes(evaluations(*companies), members(*({} for _ in companies)))


@pytest.mark.parametrize(
    ("company", "outcome", "path"),
    [
        ("pppppp", "survivor", "pppppp"),
        ("vppppp", "survivor_unverified", "vppppp"),
        ("vvpppp", "survivor_unverified", "vvpppp"),
        ("ppvppp", "undetermined", "ppvppp"),
        ("vppppv", "undetermined", "vppppv"),
        ("pfpvpf", "failed", "pf----"),
        ("vvvvvf", "failed", "vvvvvf"),
        ("fppppp", "failed", "f-----"),
    ],
)
def test_a_fail_stops_and_a_verify_goes_on(company: str, outcome: str, path: str) -> None:
    found = outcomes(company)
    assert found["outcome"].unique().to_list() == [outcome]
    told = "".join("-" if status == "not_reached" else status[0] for status in found["status"])
    assert told == path
    assert found["stand_alone_status"].to_list() == [LETTERS[letter] for letter in company]


def test_the_summary_counts_every_member_at_every_filter() -> None:
    summary = funnel_summary(outcomes("pppppp", "vppppp", "pfpppp", "ppvppp", "fppppp"))
    columns = ("entered", "passed", "failed", "verify", "not_reached", "left", "left_verified")
    first, second, third = (summary.select(columns).row(place) for place in range(3))
    assert first == (5, 3, 1, 1, 0, 4, 3)
    assert second == (4, 3, 1, 0, 1, 3, 2)
    assert third == (3, 2, 0, 1, 2, 3, 1)
    assert summary["outcome_survivor"].to_list() == [1] * 6
    assert summary.select("outcome_survivor_unverified", "outcome_undetermined", "outcome_failed").row(5) == (
        1,
        1,
        2,
    )
    assert summary["stand_alone_failed"].to_list() == [1, 1, 0, 0, 0, 0]


ORDERS = list(itertools.permutations(range(1, 7)))


@given(company=st.text("pfv", min_size=6, max_size=6), order=st.sampled_from(ORDERS))
@examples(5)
def test_the_order_of_the_filters_changes_neither_stand_alone_status_nor_who_fails(
    company: str, order: tuple[int, ...]
) -> None:
    usual = outcomes(company)
    places = dict(zip(range(1, 7), order, strict=True))
    renumbered = evaluations(company).with_columns(pl.col("filter_number").replace_strict(places))
    other = funnel_outcomes(renumbered, members({}))
    by_name = dict(zip(usual["filter_name"], usual["stand_alone_status"], strict=True))
    assert dict(zip(other["filter_name"], other["stand_alone_status"], strict=True)) == by_name
    assert (other["outcome"][0] == "failed") == (usual["outcome"][0] == "failed") == ("f" in company)


def test_nobody_to_judge_is_no_row() -> None:
    nobody = funnel_outcomes(evaluations("pppppp").clear(), members({}).clear())
    assert nobody.height == 0
    assert funnel_summary(nobody).height == 0


def test_an_outcome_is_flagged_if_its_risk_free_rate_was_published_later() -> None:
    later = pl.when(pl.col("filter_number") == 2).then(pl.col("entity_id") == 1)
    judged = evaluations("pppppp", "pppppp").with_columns(is_vintage_later=later)
    found = funnel_outcomes(judged, members({}, {}))
    flags = found.select("entity_id", "is_vintage_later").unique().sort("entity_id").rows()
    assert flags == [(1, True), (2, False)]
