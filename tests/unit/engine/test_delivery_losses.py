"""Judging a delivery: against what was asked, and against the best of the last twenty that were accepted."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.engine.delivery_losses import History, Limits, history_of, judged, list_loss, loss_of
from smallcap.sources.merge import COMPARED_SCHEMA
from smallcap.tables import META_TABLES
from tests.tolerances import EXACT

LIMITS = Limits(warn=0.05, fail=0.20)
FIRST = dt.date(2025, 1, 1)
COMPANIES = [f"{number:03}" for number in range(100)]


def stored(lost: int = 0, nulled: int = 0, missing: dict[int, dt.date] | None = None) -> pl.DataFrame:
    """A row of 2024 per company, with ten figures each: the first `lost` rows did not come again."""
    return pl.DataFrame(
        [
            {
                "id": number,
                "name": name,
                "data_year": 2024,
                "missing_since": (missing or {}).get(number),
                "is_lost": number < lost,
                "cells": 10,
                "cells_lost": 10 if number >= 100 - nulled else 0,
            }
            for number, name in enumerate(COMPANIES)
        ],
        schema=COMPARED_SCHEMA,
    )


def status(compared: pl.DataFrame, past: History | None = None, answered: list[str] = COMPANIES) -> str:
    past = past or History()
    return judged(loss_of(compared, past, COMPANIES, answered), past, LIMITS).status


@pytest.mark.parametrize(
    ("lost", "expected"), [(0, "accepted"), (4, "accepted"), (5, "warned"), (19, "warned"), (20, "refused")]
)
def test_a_loss_of_companies_is_warned_of_from_5_percent_and_refused_from_20(
    lost: int, expected: str
) -> None:
    assert status(stored(lost=lost)) == expected


@pytest.mark.parametrize(("nulled", "expected"), [(4, "accepted"), (5, "warned"), (20, "refused")])
def test_so_is_a_loss_of_figures(nulled: int, expected: str) -> None:
    assert status(stored(nulled=nulled)) == expected


@pytest.mark.parametrize(("answered", "expected"), [(96, "accepted"), (95, "warned"), (80, "refused")])
def test_a_first_delivery_is_judged_by_what_was_asked(answered: int, expected: str) -> None:
    nothing = pl.DataFrame(schema=COMPARED_SCHEMA)
    assert status(nothing, answered=COMPANIES[:answered]) == expected


def test_a_year_that_is_lost_whole_is_refused_though_all_companies_have_rows() -> None:
    years = [stored().with_columns(data_year=pl.lit(year, pl.Int32)) for year in range(2005, 2025)]
    lost = [years[0].with_columns(is_lost=pl.lit(value=True)), *years[1:]]
    past = History()
    loss = loss_of(pl.concat(lost), past, COMPANIES, COMPANIES)
    assert judged(loss, past, LIMITS).status == "refused"
    assert "2005" in judged(loss, past, LIMITS).reason
    assert loss.silent == []


def test_two_companies_of_a_small_universe_refuse_nothing() -> None:
    assert status(stored(lost=2).head(8)) == "accepted"


def test_the_companies_that_are_silent_now_are_named() -> None:
    assert loss_of(stored(lost=3), History(), COMPANIES, COMPANIES).silent == COMPANIES[:3]


def delivery(night: int, state: str = "accepted", **columns: object) -> dict[str, object]:
    return {
        "run_id": f"run{night}",
        "dataset": "prices",
        "source": "xfinlink",
        "clock": FIRST + dt.timedelta(days=night),
        "first_day": FIRST,
        "last_day": FIRST,
        "asked": 100,
        "answered": 100,
        "row_count": 100,
        "non_null_share": 1.0,
        "answered_share": 1.0,
        "lost_share": 0.0,
        "silent": 0,
        "silent_ids": None,
        "status": state,
        "reason": "",
        "is_accepted_by_person": False,
        "delivered_at": dt.datetime(2025, 1, 1) + dt.timedelta(days=night),
        **columns,
    }


def past_of(*rows: dict[str, object]) -> History:
    frame = pl.DataFrame(list(rows), schema=META_TABLES["meta.deliveries"].columns)
    return history_of(frame, "xfinlink", "prices")


def test_what_went_missing_in_the_last_twenty_deliveries_still_counts() -> None:
    """15% fall silent each night: the second night is refused, because 30% are silent since the first."""
    past = past_of(*[delivery(night, "warned" if night == 24 else "accepted") for night in range(25)])
    missing = {number: FIRST + dt.timedelta(days=24) for number in range(15)}
    assert status(stored(lost=30, missing=missing), past) == "refused"


def test_what_went_missing_before_them_does_not() -> None:
    past = past_of(*[delivery(night) for night in range(25)])
    missing = {number: FIRST + dt.timedelta(days=4) for number in range(15)}
    assert status(stored(lost=15, missing=missing), past) == "accepted"
    assert status(stored(lost=30, missing=missing), past) == "warned"


def test_a_share_of_answers_is_compared_with_the_best_of_twenty() -> None:
    past = past_of(*[delivery(night, answered_share=0.7 if night else 0.9) for night in range(21)])
    assert past.best_answered == pytest.approx(0.7, rel=EXACT)
    assert status(stored(), past, COMPANIES[:68]) == "accepted"
    assert status(stored(), past, COMPANIES[:50]) == "refused"


def test_a_refused_delivery_that_a_person_accepted_is_merged_when_it_comes_again() -> None:
    past = past_of(delivery(0), delivery(1, "overruled", lost_share=0.5, reason="sold to another vendor"))
    found = judged(loss_of(stored(lost=50), past, COMPANIES, COMPANIES), past, LIMITS)
    assert (found.status, found.is_accepted_by_person) == ("warned", True)
    assert "sold to another vendor" in found.reason


def test_a_larger_loss_than_the_accepted_one_is_refused() -> None:
    past = past_of(delivery(0), delivery(1, "overruled", lost_share=0.5))
    assert status(stored(lost=60), past) == "refused"


def test_an_accepted_loss_is_the_measure_of_the_nights_after_it() -> None:
    past = past_of(
        delivery(0),
        delivery(1, "overruled", lost_share=0.5),
        delivery(2, "warned", is_accepted_by_person=True, non_null_share=0.5, answered_share=0.5),
    )
    missing = {number: FIRST + dt.timedelta(days=2) for number in range(50)}
    assert status(stored(lost=50, missing=missing), past, COMPANIES[50:]) == "accepted"
    assert status(stored(lost=75, missing=missing), past, COMPANIES[50:]) == "refused"


def test_deliveries_of_other_datasets_and_sources_do_not_count() -> None:
    assert past_of(delivery(0, dataset="fundamentals"), delivery(1, source="other")) == History()


@pytest.mark.parametrize(("lines", "expected"), [(1950, "accepted"), (1800, "warned"), (1500, "refused")])
def test_a_list_is_compared_with_the_longest_of_the_year_before(lines: int, expected: str) -> None:
    def listed(date: dt.date, count: int) -> pl.DataFrame:
        return pl.DataFrame({"as_of": [date] * count}, schema={"as_of": pl.Date})

    past = History()
    loss = list_loss(
        pl.DataFrame(schema=COMPARED_SCHEMA), past, listed(FIRST, lines), listed(dt.date(2024, 6, 30), 2000)
    )
    assert judged(loss, past, LIMITS).status == expected
