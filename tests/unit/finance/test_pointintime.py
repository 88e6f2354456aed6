"""The visibility rule: what was known when, and that the future never reaches back."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.pointintime import available_dates, is_stale, visible, visible_history
from smallcap.rules.types.day_range import DayRange

RECORD_SCHEMA = {
    "entity_id": pl.Int64,
    "period_end": pl.Date,
    "available_date": pl.Date,
    "version": pl.String,
    "source": pl.String,
    "value": pl.Int64,
}
QUESTION_SCHEMA = {"as_of": pl.Date, "entity_id": pl.Int64}
RECORD_KEY = ["entity_id", "period_end", "available_date", "version", "source"]
PRIOR_YEAR = DayRange(350, 380)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def records(*rows: tuple[str, str, str, int]) -> pl.DataFrame:
    """Records of company 1 as (period_end, available_date, version, value)."""
    data = [(1, day(end), day(known), version, "test", value) for end, known, version, value in rows]
    return pl.DataFrame(data, schema=RECORD_SCHEMA, orient="row")


def seen_value(known: pl.DataFrame, as_of: str) -> object:
    question = pl.DataFrame({"as_of": [day(as_of)], "entity_id": [1]}, schema=QUESTION_SCHEMA)
    return visible(known, question)["value"].item()


class TestAvailableDates:
    SESSIONS = pl.Series([day("2024-02-29"), day("2024-03-01"), day("2024-03-04"), day("2024-03-05")])

    @pytest.mark.parametrize(
        ("filed", "available"),
        [
            ("2024-03-01", "2024-03-04"),  # a Friday: the Monday after, never the day itself
            ("2024-03-02", "2024-03-04"),  # a Saturday
            ("2024-02-29", "2024-03-01"),
            ("2024-03-05", "2024-03-06"),  # after the calendar's last session: the next day
            ("2023-01-06", "2023-01-07"),  # before its first
        ],
    )
    def test_first_session_strictly_after_filing(self, filed: str, available: str) -> None:
        rows = pl.DataFrame({"filing_date": [day(filed)], "period_end": [day("2022-12-31")]})
        dated = available_dates(rows, self.SESSIONS, 90)
        assert dated["available_date"].item() == day(available)
        assert dated["is_available_date_assumed"].item() is False

    def test_missing_filing_date_is_assumed_ninety_days_after_period_end(self) -> None:
        rows = pl.DataFrame(
            {"filing_date": pl.Series([None], dtype=pl.Date), "period_end": [day("2023-12-31")]}
        )
        dated = available_dates(rows, self.SESSIONS, 90)
        # 2024 is a leap year: 31 + 29 + 30 days after 31 December is 30 March.
        assert dated["available_date"].item() == day("2024-03-30")
        assert dated["is_available_date_assumed"].item() is True

    def test_no_rows(self) -> None:
        rows = pl.DataFrame(schema={"filing_date": pl.Date, "period_end": pl.Date})
        assert available_dates(rows, self.SESSIONS, 90).height == 0


class TestVisible:
    def test_nothing_is_seen_before_it_is_available(self) -> None:
        known = records(("2023-12-31", "2024-03-01", "original", 1))
        assert seen_value(known, "2024-02-29") is None
        assert seen_value(known, "2024-03-01") == 1

    def test_restatement_replaces_the_original_from_its_own_filing_on(self) -> None:
        known = records(
            ("2023-12-31", "2024-03-01", "original", 1), ("2023-12-31", "2024-08-01", "restated", 2)
        )
        assert seen_value(known, "2024-07-31") == 1
        assert seen_value(known, "2024-08-01") == 2

    def test_late_restatement_of_an_old_year_does_not_bring_it_back(self) -> None:
        known = records(
            ("2023-12-31", "2024-03-01", "original", 1), ("2021-12-31", "2024-08-01", "restated", 2)
        )
        assert seen_value(known, "2024-12-31") == 1

    def test_restated_wins_where_both_became_known_on_one_day(self) -> None:
        known = records(
            ("2023-12-31", "2024-03-01", "restated", 2), ("2023-12-31", "2024-03-01", "vendor", 3)
        )
        assert seen_value(known, "2024-12-31") == 2

    def test_every_question_keeps_its_row_and_its_order(self) -> None:
        questions = pl.DataFrame(
            {
                "as_of": [day("2025-01-31"), None, day("2024-01-31"), day("2025-01-31")],
                "entity_id": [1, 1, 1, 9],
            },
            schema=QUESTION_SCHEMA,
        )
        answered = visible(records(("2023-12-31", "2024-03-01", "original", 1)), questions)
        assert_frame_equal(answered.select(questions.columns), questions)
        assert answered["value"].to_list() == [1, None, None, None]

    def test_another_horizon(self) -> None:
        question = pl.DataFrame(
            {"as_of": [day("2024-01-31")], "entity_id": [1], "later": [day("2024-07-12")]}
        )
        known = records(("2023-12-31", "2024-03-01", "original", 1))
        assert visible(known, question, "later")["value"].item() == 1

    def test_no_records_and_no_questions(self) -> None:
        question = pl.DataFrame({"as_of": [day("2024-01-31")], "entity_id": [1]}, schema=QUESTION_SCHEMA)
        assert visible(pl.DataFrame(schema=RECORD_SCHEMA), question)["value"].to_list() == [None]
        assert visible(records(("2023-12-31", "2024-03-01", "original", 1)), question.clear()).height == 0


period_ends = st.sampled_from([dt.date(year, 12, 31) for year in range(2018, 2024)])
known_days = st.dates(dt.date(2019, 1, 1), dt.date(2025, 12, 31))
record_rows = st.tuples(
    st.integers(1, 3),
    period_ends,
    known_days,
    st.sampled_from(["original", "restated"]),
    st.sampled_from("ab"),
)
record_frames = st.lists(record_rows, unique=True, max_size=25).map(
    lambda rows: pl.DataFrame(
        [(*row, number) for number, row in enumerate(rows)], schema=RECORD_SCHEMA, orient="row"
    )
)
question_frames = st.lists(st.tuples(known_days, st.integers(1, 4)), max_size=12).map(
    lambda rows: pl.DataFrame(rows, schema=QUESTION_SCHEMA, orient="row")
)


def naive(known: pl.DataFrame, questions: pl.DataFrame) -> list[int | None]:
    """The rule as one would say it, question by question."""
    answers: list[int | None] = []
    for question in questions.iter_rows(named=True):
        candidates = [
            row
            for row in known.iter_rows(named=True)
            if row["entity_id"] == question["entity_id"] and row["available_date"] <= question["as_of"]
        ]
        best = max(
            candidates,
            key=lambda row: (
                row["period_end"],
                row["available_date"],
                row["version"] == "restated",
                row["source"],
            ),
            default=None,
        )
        answers.append(best["value"] if best else None)
    return answers


class TestVisibilityProperties:
    @given(record_frames, question_frames)
    def test_agrees_with_the_naive_rule(self, known: pl.DataFrame, questions: pl.DataFrame) -> None:
        assert visible(known, questions)["value"].to_list() == naive(known, questions)

    @given(record_frames, question_frames, st.randoms())
    def test_order_of_rows_does_not_matter(
        self, known: pl.DataFrame, questions: pl.DataFrame, random: object
    ) -> None:
        seed = random.randint(0, 2**31)  # type: ignore[attr-defined]
        shuffled = known.sample(fraction=1, shuffle=True, seed=seed)
        assert_frame_equal(visible(shuffled, questions), visible(known, questions))

    @given(record_frames, question_frames, record_frames)
    def test_what_becomes_known_after_as_of_changes_nothing(
        self, known: pl.DataFrame, questions: pl.DataFrame, later: pl.DataFrame
    ) -> None:
        horizon = questions["as_of"].max() or dt.date(2025, 12, 31)
        future = later.filter(pl.col("available_date") > horizon)
        assert_frame_equal(visible(pl.concat([known, future]), questions), visible(known, questions))

    @given(record_frames, question_frames, known_days)
    def test_late_restatement_of_an_old_year_never_brings_it_back(
        self, known: pl.DataFrame, questions: pl.DataFrame, restated_on: dt.date
    ) -> None:
        old = known.group_by("entity_id").agg(
            pl.col("period_end").min(), pl.col("available_date").max().alias("last_known")
        )
        restatements = old.select(
            "entity_id",
            pl.col("period_end").dt.offset_by("-1y"),
            pl.max_horizontal("last_known", pl.lit(restated_on)).alias("available_date"),
            pl.lit("restated").alias("version"),
            pl.lit("a").alias("source"),
            pl.lit(-1, dtype=pl.Int64).alias("value"),
        )
        assert -1 not in visible(pl.concat([known, restatements]), questions)["value"].to_list()

    @given(record_frames, question_frames)
    def test_nothing_seen_is_from_the_future(self, known: pl.DataFrame, questions: pl.DataFrame) -> None:
        answered = visible(known, questions)
        assert answered.filter(pl.col("available_date") > pl.col("as_of")).height == 0


class TestStale:
    @pytest.mark.parametrize(
        ("period_end", "as_of", "expected"),
        [
            ("2023-11-30", "2025-05-31", False),  # eighteen months to the month end
            ("2023-11-29", "2025-05-31", True),
            ("2024-05-31", "2025-11-30", False),
            ("2024-05-29", "2025-11-30", True),
        ],
    )
    def test_months_are_counted_back_from_as_of(self, period_end: str, as_of: str, expected: bool) -> None:
        frame = pl.DataFrame({"period_end": [day(period_end)], "as_of": [day(as_of)]})
        assert frame.select(is_stale("period_end", "as_of", 18)).item() is expected

    def test_no_record_is_neither_stale_nor_fresh(self) -> None:
        frame = pl.DataFrame({"period_end": pl.Series([None], dtype=pl.Date), "as_of": [day("2025-05-31")]})
        assert frame.select(is_stale("period_end", "as_of", 18)).item() is None


def history(known: pl.DataFrame, years_back: int = 4) -> set[tuple[int, int, int]]:
    """Prior years as (value of the record, years back, value of the prior record)."""
    found = visible_history(known, years_back, PRIOR_YEAR)
    values = known["value"]
    return {
        (values[record], years, values[prior])
        for record, years, prior in found.select("record", "years_back", "prior").iter_rows()
    }


class TestVisibleHistory:
    def test_prior_years_as_known_then(self) -> None:
        known = records(
            ("2021-12-31", "2022-03-01", "original", 21),
            ("2022-12-31", "2023-03-01", "original", 22),
            ("2021-12-31", "2023-08-01", "restated", 210),
            ("2023-12-31", "2024-03-01", "original", 23),
        )
        # 2022 was filed before the restatement of 2021 and keeps the original beside it; 2023 sees the
        # restated one.
        assert history(known) == {(22, 1, 21), (23, 1, 22), (23, 2, 210)}

    def test_fifty_three_week_years_are_years(self) -> None:
        known = records(
            ("2021-01-30", "2021-03-20", "original", 20),
            ("2022-01-29", "2022-03-20", "original", 21),
            ("2023-01-28", "2023-03-20", "original", 22),
            ("2024-02-03", "2024-03-20", "original", 23),  # 371 days
        )
        assert {(23, 1, 22), (23, 2, 21), (23, 3, 20)} <= history(known)

    def test_gap_and_changed_year_end_leave_no_prior_year(self) -> None:
        known = records(
            ("2020-12-31", "2021-03-01", "original", 20),
            ("2022-12-31", "2023-03-01", "original", 22),
            ("2023-06-30", "2023-09-01", "original", 23),
        )
        assert history(known) == {(22, 2, 20)}

    @given(record_frames, record_frames)
    def test_what_becomes_known_later_changes_no_earlier_history(
        self, known: pl.DataFrame, later: pl.DataFrame
    ) -> None:
        last_known = known["available_date"].max() or dt.date(2025, 12, 31)
        future = later.filter(pl.col("available_date") > last_known).with_columns(pl.col("value") + 1000)
        before = history(known)
        assert {row for row in history(pl.concat([known, future])) if row[0] < 1000} == before
