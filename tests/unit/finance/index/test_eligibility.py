"""Six rules at the rank day, each with three answers."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.index.eligibility import index_eligibility
from smallcap.tables import TABLES
from tests.unit.finance.builders import table
from tests.unit.finance.index.index_builders import AS_OF, EVENTS, RANK_AS_OF, RULES, members, metrics, prices

UNKNOWN_ALWAYS = "free float is not known; public voting rights are not known"


def asked(
    *,
    as_of: dt.date = AS_OF,
    close: float | None = 12.0,
    cap: float | None = 500.0,
    exchange: str | None = "NASDAQ",
    country: str | None = "United States",
    close_date: dt.date = RANK_AS_OF,
    is_stale: bool = False,
) -> dict[str, object]:
    """Ask one member, a sound one unless something else is said."""
    company = {1: {"weight": 1.0, "cap": cap, "income": 1, "is_stale": is_stale}}
    listed = table(
        "raw.constituents",
        [{"security_id": 10, "exchange": exchange, "location": country, "ticker": "T1", "source": "test"}],
        year=as_of.year,
        as_of=as_of,
        index_name="russell2000",
        snapshot_date=as_of,
    )
    closes = prices((1, close_date, close)) if close is not None else prices()
    rows = index_eligibility(
        members(company, as_of), listed, metrics(company, RANK_AS_OF), closes, RULES, EVENTS
    )
    assert TABLES["marts.index_eligibility"].schema.is_valid(rows)
    return rows.row(0, named=True)


def test_a_sound_member_passes_what_can_be_asked_and_the_rest_is_to_be_verified() -> None:
    row = asked()
    assert (row["known_status"], row["status"], row["reason"]) == ("pass", "verify", UNKNOWN_ALWAYS)
    assert (row["rank_date"], row["price_usd"], row["market_cap_usd"]) == (dt.date(2024, 4, 30), 12.0, 500e6)


@pytest.mark.parametrize(
    ("changed", "rule", "words"),
    [
        ({"close": 0.99}, "price", "price of 0.99 USD at 2024-04-30 is below 1.0 USD"),
        ({"cap": 29.9}, "market_cap", "market value of 29.9 M USD is below 30.0 M USD"),
        (
            {"exchange": "NO MARKET (E.G. UNLISTED)"},
            "exchange",
            "exchange NO MARKET (E.G. UNLISTED) is not eligible",
        ),
        ({"country": "Canada"}, "country", "country field says Canada"),
    ],
)
def test_one_rule_fails_and_says_why(changed: dict[str, object], rule: str, words: str) -> None:
    row = asked(**changed)  # type: ignore[arg-type]
    assert (row[f"{rule}_status"], row["known_status"], row["status"]) == ("fail", "fail", "fail")
    assert row["reason"] == f"{words}; {UNKNOWN_ALWAYS}"


@pytest.mark.parametrize(
    ("changed", "rule", "words"),
    [
        ({"close": None}, "price", "price at the rank day is not known"),
        ({"close_date": dt.date(2024, 3, 28)}, "price", "price at the rank day is not known"),
        ({"cap": None}, "market_cap", "market value at the rank day is not known"),
        ({"is_stale": True}, "market_cap", "market value at the rank day is not known"),
        ({"exchange": None}, "exchange", "exchange is not known"),
        ({"country": None}, "country", "country field says nothing, where headquarters decide"),
        ({"country": "Bermuda"}, "country", "country field says Bermuda, where headquarters decide"),
    ],
)
def test_what_is_not_known_is_to_be_verified(changed: dict[str, object], rule: str, words: str) -> None:
    row = asked(**changed)  # type: ignore[arg-type]
    assert (row[f"{rule}_status"], row["known_status"], row["status"]) == ("verify", "verify", "verify")
    assert row["reason"] == f"{words}; {UNKNOWN_ALWAYS}"


@pytest.mark.parametrize("edge", [{"close": 1.0}, {"cap": 30.0}, {"exchange": "nyse"}])
def test_the_limits_themselves_pass(edge: dict[str, object]) -> None:
    assert asked(**edge)["known_status"] == "pass"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("as_of", "rank_date"),
    [
        (dt.date(2024, 4, 29), dt.date(2023, 4, 28)),
        (dt.date(2024, 4, 30), dt.date(2024, 4, 30)),
        (dt.date(2025, 3, 31), dt.date(2024, 4, 30)),
        (dt.date(2004, 4, 29), None),
    ],
)
def test_the_newest_rank_day_applies(as_of: dt.date, rank_date: dt.date | None) -> None:
    assert asked(as_of=as_of)["rank_date"] == rank_date


def test_a_price_after_the_rank_day_is_not_looked_at() -> None:
    # In 2023 the last business day of April was the 28th, the month's end the 30th.
    row = asked(as_of=dt.date(2023, 5, 31), close_date=dt.date(2023, 4, 30))
    assert (row["rank_date"], row["price_usd"], row["price_status"]) == (dt.date(2023, 4, 28), None, "verify")


def test_every_member_is_asked_once_in_order() -> None:
    companies = {number: {"weight": 0.5} for number in (2, 1)}
    rows = index_eligibility(
        members(companies),
        table("raw.constituents", []),
        metrics(companies, RANK_AS_OF),
        prices(),
        RULES,
        EVENTS,
    )
    assert rows.select("entity_id", "known_status").rows() == [(1, "verify"), (2, "verify")]
    assert rows["reason"].str.contains("price at the rank day is not known").all()
    assert rows.select(pl.col("free_float", "voting_rights").is_null().all()).row(0) == (True, True)
