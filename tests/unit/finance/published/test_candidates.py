"""The published book's candidates beside ours: figures, differences, and why one is not known."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.published.candidates import NOBODY, published_candidates
from smallcap.finance.published.differences import MADE_UP
from smallcap.rules.files import read_rows
from smallcap.rules.types.published_candidates import CANDIDATES_FILE, PublishedCandidate
from smallcap.tables.published import PublishedCandidates
from tests.unit.finance.builders import REFERENCE, table

MAY = dt.date(2025, 5, 31)
GIVEN = read_rows(REFERENCE, CANDIDATES_FILE, PublishedCandidate)
SEDAR = "annual financial statements on SEDAR+ (Canada)"
RECORD = {
    "period_end": dt.date(2023, 12, 31),
    "available_date": dt.date(2024, 2, 26),
    "is_stale": False,
    "price_date": dt.date(2025, 5, 30),
    "roe": 0.315,
    "net_cash_usd": 1.513e9,
    "debt_to_equity": 0.0,
}


def candidates(*, is_made_up: bool = False, **outside: object) -> dict[tuple[str, str], dict[str, object]]:
    """The table on a home in which POWL is a member, EXPD and AAON are watched, and CGY is nobody."""
    names = [
        {"ticker": "POWL", "entity_id": 1, "is_member": True},
        {"ticker": "EXPD", "entity_id": 2, "is_member": False},
        {"ticker": "AAON", "entity_id": 3, "is_member": False},
        {"ticker": "CGY", "entity_id": None, "is_member": False, "missing_filing": SEDAR},
    ]
    third = {"filter_number": 3, "is_borderline": False}
    watched = [
        {"ticker": "EXPD", "entity_id": 2, **RECORD, **outside},
        {"ticker": "AAON", "entity_id": 3, **RECORD, "debt_to_equity": 0.052},
        {"ticker": "CGY", "roe_reason": "no_fundamentals"},
    ]
    rows = published_candidates(
        GIVEN,
        table("core.watched_names", names, as_of=MAY),
        table("core.members", [{"entity_id": 1, "exchange": "NASDAQ"}], as_of=MAY),
        table("core.metrics_as_of", [{"entity_id": 1, **RECORD, "market_cap_usd": 2.3e9}], as_of=MAY),
        table("core.watched_metrics", watched, as_of=MAY, is_member=False),
        table(
            "core.filter_evaluations", [{"entity_id": 1, "stand_alone_status": "pass"}], as_of=MAY, **third
        ),
        table(
            "marts.watched_outcomes",
            [{"ticker": "AAON", "entity_id": 3, "stand_alone_status": "pass"}],
            as_of=MAY,
            **{**third, "is_borderline": True},
        ),
        is_made_up=is_made_up,
    )
    valid = PublishedCandidates.validate(rows)
    return {(row["ticker"], row["figure"]): row for row in valid.to_dicts()}


def test_every_candidate_has_every_figure_once() -> None:
    assert len(candidates()) == 13 * 9


def test_a_members_figure_stands_beside_the_published_one_with_both_dates() -> None:
    row = candidates()["POWL", "market_cap_usd"]
    assert (row["published"], row["ours"], row["is_member"]) == (3.6e9, 2.3e9, True)
    assert row["difference"] == pytest.approx(-1.3e9)
    assert row["reason"] == (
        "at the price of 2025-05-30; ours is of the fiscal year to 2023-12-31, known since 2024-02-26; the "
        "book's is of January 2026, as its author gives it"
    )


def test_a_watched_names_figure_comes_from_its_own_table() -> None:
    row = candidates()["EXPD", "roe"]
    assert (row["published"], row["ours"], row["is_member"]) == (0.35, 0.315, False)
    assert row["difference"] == pytest.approx(-0.035)


def test_a_stale_record_is_said_to_be_stale() -> None:
    assert "known since 2024-02-26 and stale" in str(candidates(is_stale=True)["EXPD", "roe"]["reason"])


def test_a_published_range_is_left_by_the_distance_to_its_nearer_end() -> None:
    row = candidates()["AAON", "debt_to_equity"]
    assert (row["published"], row["published_highest"], row["ours"]) == (0.42, 0.88, 0.052)
    assert row["difference"] == pytest.approx(0.052 - 0.42)


def test_verdicts_and_exchanges_stand_side_by_side_in_words() -> None:
    found = candidates()
    assert (found["AAON", "status"]["published_text"], found["AAON", "status"]["our_text"]) == (
        "fail",
        "borderline",
    )
    assert found["POWL", "exchange"]["our_text"] == "NASDAQ"
    assert found["POWL", "note"]["published_text"] == "net cash about 389 M USD; debt-free"


def test_what_is_not_known_says_why() -> None:
    found = candidates()
    assert found["CGY", "roe"]["reason"] == f"no source has its {SEDAR}"
    assert found["UFPT", "roe"]["reason"] == NOBODY
    assert found["EXPD", "operating_margin"]["reason"] == "no source of this home has it"
    assert str(found["EXPD", "net_cash_usd"]["reason"]).startswith("not published; ours is of")


def test_in_a_made_up_home_every_reason_says_so() -> None:
    assert {row["reason"] for row in candidates(is_made_up=True).values()} == {MADE_UP}


def test_the_published_statuses_are_those_of_their_own_leverage() -> None:
    ceiling, narrow = 0.30, 0.25
    for one in GIVEN:
        if one.debt_to_equity is None:
            assert one.status == "verify", one.ticker
        elif one.debt_to_equity >= ceiling:
            assert one.status == "fail", one.ticker
        else:
            assert one.status == ("borderline" if one.debt_to_equity >= narrow else "pass"), one.ticker


def test_a_home_without_members_has_no_rows() -> None:
    empty = {
        name: table(name, []).clear()
        for name in (
            "core.watched_names",
            "core.members",
            "core.metrics_as_of",
            "core.watched_metrics",
            "core.filter_evaluations",
            "marts.watched_outcomes",
        )
    }
    assert published_candidates(GIVEN, *empty.values(), is_made_up=False).is_empty()


def test_differences_are_only_of_numbers() -> None:
    texts = [row for (_, figure), row in candidates().items() if figure in ("exchange", "status", "note")]
    assert {row["difference"] for row in texts} == {None}
    assert pl.DataFrame(texts).height == 13 * 3
