"""Filter 3: the published candidates get their published statuses, and the edges of the ceiling."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.funnel.balance_sheet import balance_sheet
from tests.tolerances import EXACT
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.funnel.funnel_builders import RULES

# Ticker, debt over equity in percent, status: the candidates of the published small-cap value book.
PUBLISHED = [
    ("POWL", 0.0, "pass"),
    ("NSSC", 0.0, "pass"),
    ("EXPO", 0.0, "pass"),
    ("UFPT", 29.0, "borderline"),
    ("EXPD", 5.0, "pass"),
    ("MGRC", 28.0, "borderline"),
    ("IOSP", 3.0, "pass"),
    ("FORM", 4.0, "pass"),
    ("SMPL", 25.0, "borderline"),
    ("PLAB", 7.0, "pass"),
    ("CLS.TO", None, "verify"),
    ("CGY.TO", None, "verify"),
    ("AAON", 42.0, "fail"),
    ("AAON", 88.0, "fail"),
]
SCHEMA = {
    "period_end": pl.Date,
    "is_stale": pl.Boolean,
    "is_debt_partial": pl.Boolean,
    "company_kind": pl.String,
    "debt_to_equity": pl.Float64,
    "shareholders_equity_usd": pl.Float64,
}
FRESH = {
    "period_end": dt.date(2023, 12, 31),
    "is_stale": False,
    "is_debt_partial": False,
    "company_kind": "other",
}


def judged(*rows: dict[str, object]) -> list[dict[str, object]]:
    frame = pl.DataFrame([{**FRESH, "shareholders_equity_usd": 1e9, **row} for row in rows], schema=SCHEMA)
    return balance_sheet(frame, RULES.balance_sheet, APPLICABILITY).to_dicts()


@pytest.mark.parametrize(("ticker", "percent", "status"), PUBLISHED)
def test_the_published_candidates_get_their_published_statuses(
    ticker: str, percent: float | None, status: str
) -> None:
    [row] = judged({"debt_to_equity": None if percent is None else percent / 100})
    told = "borderline" if row["is_borderline"] else row["stand_alone_status"]
    assert told == status, ticker


def test_a_debt_free_company_passes_with_value_zero() -> None:
    [row] = judged({"debt_to_equity": 0.0})
    assert (row["stand_alone_status"], row["value"]) == ("pass", 0.0)
    assert row["headroom"] == pytest.approx(0.30, rel=EXACT)


def test_the_ceiling_itself_fails_and_headroom_is_negative_outside() -> None:
    at, above = judged({"debt_to_equity": 0.30}, {"debt_to_equity": 0.5})
    assert (at["stand_alone_status"], above["stand_alone_status"]) == ("fail", "fail")
    assert above["headroom"] == pytest.approx(0.30 - 0.5, rel=EXACT)
    assert above["reason"] == "debt is not below 30% of equity"


@pytest.mark.parametrize("equity", [0.0, -5e6])
def test_equity_that_is_not_positive_fails(equity: float) -> None:
    [row] = judged({"debt_to_equity": None, "shareholders_equity_usd": equity})
    assert (row["stand_alone_status"], row["reason"]) == ("fail", "shareholders' equity is not positive")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"period_end": None, "is_stale": None}, "no annual record is visible"),
        ({"is_stale": True}, "the visible annual record is stale"),
        (
            {"debt_to_equity": None, "shareholders_equity_usd": None},
            "debt or equity is unknown or known in part",
        ),
    ],
)
def test_what_cannot_be_judged_has_to_be_verified(row: dict[str, object], reason: str) -> None:
    [told] = judged({"debt_to_equity": 0.1, **row})
    assert (told["stand_alone_status"], told["reason"]) == ("verify", reason)


@pytest.mark.parametrize(
    ("ratio", "status"), [(0.0, "verify"), (0.29, "verify"), (0.30, "fail"), (2.0, "fail")]
)
def test_debt_known_in_part_can_fail_and_never_passes(ratio: float, status: str) -> None:
    [row] = judged({"debt_to_equity": ratio, "is_debt_partial": True})
    assert (row["stand_alone_status"], row["value"]) == (status, ratio)


def test_no_members_no_verdicts() -> None:
    assert judged() == []


MONEY = st.floats(0, 1e12)


@given(debt=MONEY, more=MONEY, equity=st.floats(-1e12, 1e12))
def test_raising_debt_never_turns_a_fail_into_a_pass(debt: float, more: float, equity: float) -> None:
    def of(amount: float) -> dict[str, object]:
        return {"debt_to_equity": amount / equity if equity > 0 else None, "shareholders_equity_usd": equity}

    before, after = judged(of(debt), of(debt + more))
    assert not (before["stand_alone_status"] == "fail" and after["stand_alone_status"] == "pass")
