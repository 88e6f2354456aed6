"""Which company-years are requested: pages filled, plans kept to, what is good not asked again, silence told
from absence.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.sources.xfinlink.fundamentals import FUNDAMENTALS
from smallcap.sources.xfinlink.metrics import VENDOR_METRICS
from smallcap.sources.xfinlink.plans import load_plan
from smallcap.sources.xfinlink.prices import PRICES
from smallcap.sources.xfinlink.questions import (
    CELLS_SCHEMA,
    MOST_IDS,
    Dataset,
    Question,
    cells,
    kept_cells,
    plan_questions,
)
from smallcap.sources.xfinlink.silence import unexplained_silence
from tests.paths import PROJECT_ROOT

PRO = load_plan(PROJECT_ROOT / "data" / "reference", "pro")
FREE = load_plan(PROJECT_ROOT / "data" / "reference", "free")
NOW = dt.datetime(2026, 6, 30, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def asked_cells(questions: list[Question]) -> pl.DataFrame:
    frames = [cells(question.ids, question.first_year, question.last_year) for question in questions]
    return pl.concat([pl.DataFrame(schema=CELLS_SCHEMA), *frames]).sort("id", "year")


def test_five_years_of_metrics_are_asked_for_twenty_companies_at_a_time() -> None:
    questions = plan_questions(cells(range(1, 2001), 2020, 2024), VENDOR_METRICS, PRO)
    assert {len(question.ids) for question in questions} == {20}
    assert len(questions) == 100


def test_twenty_years_of_statements_are_asked_for_a_hundred_companies_at_a_time() -> None:
    questions = plan_questions(cells(range(1, 2001), 2005, 2024), FUNDAMENTALS, PRO)
    assert len(questions) == 20


def test_a_year_of_prices_fills_a_page_with_nineteen_lines() -> None:
    questions = plan_questions(cells(range(1, 39), 2024, 2024), PRICES, PRO)
    assert [len(question.ids) for question in questions] == [19, 19]


def test_plan_free_asks_one_company_a_call_for_all_its_years() -> None:
    questions = plan_questions(cells(range(1, 11), 2020, 2024), VENDOR_METRICS, FREE)
    assert questions == [Question((one,), 2020, 2024) for one in range(1, 11)]


def test_the_largest_plan_makes_no_address_that_servers_refuse() -> None:
    plan = load_plan(PROJECT_ROOT / "data" / "reference", "redistribution")
    questions = plan_questions(cells(range(1, 3001), 2024, 2024), FUNDAMENTALS, plan)
    assert max(len(question.ids) for question in questions) <= MOST_IDS


@given(
    st.sets(st.tuples(st.integers(1, 40), st.integers(2000, 2026)), max_size=80),
    st.sampled_from([FUNDAMENTALS, VENDOR_METRICS, PRICES]),
    st.integers(1, 60),
    st.integers(1, 3),
)
def test_what_is_missing_is_asked_for_once_and_within_the_plan(
    missing: set[tuple[int, int]], dataset: Dataset, ids: int, pages: int
) -> None:
    wanted = pl.DataFrame(sorted(missing), schema=CELLS_SCHEMA, orient="row")
    plan = replace(PRO, tickers_per_call=ids, pages_per_call=pages)
    questions = plan_questions(wanted, dataset, plan)
    assert asked_cells(questions).equals(wanted.sort("id", "year"))
    for question in questions:
        years = question.last_year - question.first_year + 1
        assert len(question.ids) <= ids
        assert dataset.pages(len(question.ids), years) <= pages


def test_a_question_survives_its_request() -> None:
    question = Question((3, 5), 2020, 2024)
    assert Question.of_request(question.request) == question
    assert (question.start, question.end) == (dt.date(2020, 1, 1), dt.date(2024, 12, 31))


@pytest.mark.parametrize(
    ("question", "halves"),
    [
        (Question((1, 2, 3), 2020, 2024), (Question((1,), 2020, 2024), Question((2, 3), 2020, 2024))),
        (Question((1,), 2020, 2022), (Question((1,), 2020, 2021), Question((1,), 2022, 2022))),
        (Question((1,), 2020, 2020), None),
    ],
)
def test_a_question_is_split_by_companies_then_by_years(question: Question, halves: object) -> None:
    assert question.halves() == halves


def test_an_answer_about_settled_years_never_expires_and_one_about_the_others_does() -> None:
    kept = kept_cells([Question((1,), 2023, 2026)], [NOW - 13 * HOUR], VENDOR_METRICS, NOW, 12 * HOUR)
    assert kept["year"].to_list() == [2023]
    young = kept_cells([Question((1,), 2023, 2026)], [NOW - 11 * HOUR], VENDOR_METRICS, NOW, 12 * HOUR)
    assert young["year"].sort().to_list() == [2023, 2024, 2025, 2026]


def test_an_answer_from_before_a_year_settled_does_not_settle_it() -> None:
    early = dt.datetime(2024, 3, 1, tzinfo=dt.UTC)
    assert kept_cells([Question((1,), 2023, 2023)], [early], VENDOR_METRICS, NOW, 12 * HOUR).is_empty()


def test_the_newest_good_answer_serves() -> None:
    questions = [Question((1, 2), 2020, 2020), Question((1,), 2020, 2020)]
    kept = kept_cells(questions, [NOW - 2 * DAY, NOW - DAY], VENDOR_METRICS, NOW, HOUR).sort("id")
    assert kept["question"].to_list() == [1, 0]


def silence(answered: list[tuple[int, int, int]], seen: list[tuple[int, int]]) -> list[tuple[int, int]]:
    moment = pl.lit(dt.datetime(2026, 1, 1), dtype=pl.Datetime("us"))
    asked = pl.DataFrame(answered, schema={**CELLS_SCHEMA, "answer": pl.Int64}, orient="row").with_columns(
        received=moment
    )
    there = pl.DataFrame(seen, schema=CELLS_SCHEMA, orient="row").with_columns(received=moment)
    return unexplained_silence(asked, there, DAY).rows()


def test_who_has_no_row_at_all_is_silent_without_a_reason() -> None:
    assert silence([(1, 2020, 0), (1, 2021, 0)], []) == [(1, 2020), (1, 2021)]


def test_a_year_left_out_of_an_answer_that_has_others_is_a_gap_of_the_vendors_and_no_silence() -> None:
    assert silence([(1, 2020, 0), (1, 2021, 0)], [(1, 2021)]) == []


@pytest.mark.parametrize("seen", [[(1, 2022)], [(1, 2018)]])
def test_a_life_that_began_later_or_ended_before_explains_silence(seen: list[tuple[int, int]]) -> None:
    assert silence([(1, 2020, 0)], seen) == []


def test_silence_in_the_middle_of_a_life_is_not_explained() -> None:
    assert silence([(1, 2020, 0)], [(1, 2018), (1, 2022)]) == [(1, 2020)]


def test_rows_that_came_long_after_do_not_explain_an_old_silence() -> None:
    old = pl.DataFrame([(1, 2020, 0)], schema={**CELLS_SCHEMA, "answer": pl.Int64}, orient="row")
    then, later = dt.datetime(2026, 1, 1), dt.datetime(2026, 1, 4)
    seen = pl.DataFrame([(1, 2022)], schema=CELLS_SCHEMA, orient="row").with_columns(
        received=pl.lit(later, dtype=pl.Datetime("us"))
    )
    asked = old.with_columns(received=pl.lit(then, dtype=pl.Datetime("us")))
    assert unexplained_silence(asked, seen, DAY).rows() == [(1, 2020)]
