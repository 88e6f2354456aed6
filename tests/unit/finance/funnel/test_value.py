"""Filter 6: one multiple at or below the universe's is enough."""

from __future__ import annotations

import pytest

from smallcap.finance.funnel.value import NAMES
from tests.tolerances import BY_HAND
from tests.unit.finance.funnel.funnel_builders import (
    RULES,
    evaluated,
    inputs_of,
    members,
    prices,
    row_of,
    sound_company,
)

DEAR = {
    "shareholders_equity_usd": 9.0,
    "net_income_usd": 1.4,
    "operating_cash_flow_usd": 1.8,
    "capital_expenditures_usd": 0.4,
}


def three_companies(third: dict[str, object]) -> list[dict[str, object]]:
    """Two sound companies and a third, so that the median is the sound companies' own multiple."""
    return [*sound_company(1), *sound_company(2), *sound_company(3, y2023=third)]


def third(**values: object) -> dict[str, object]:
    return row_of(evaluated(three_companies(values), listed=members({}, {}, {})), "value", 3)


def test_the_median_itself_passes_borderline() -> None:
    row = row_of(evaluated(three_companies({}), listed=members({}, {}, {})), "value", 1)
    # 10 M shares x 16 = 160; book value 80 x 1.05^4 = 97.240500: P/B 1.645405; all companies are alike.
    assert (row["stand_alone_status"], row["is_borderline"], row["measure"], row["universe_members"]) == (
        "pass",
        True,
        "pb",
        3,
    )
    assert row["value"] == pytest.approx(160 / 97.2405, rel=BY_HAND)
    assert row["headroom"] == pytest.approx(0.0, abs=BY_HAND)


def test_one_cheap_multiple_is_enough_and_is_shown() -> None:
    row = third(**{**DEAR, "net_income_usd": 40.0})
    assert (row["stand_alone_status"], row["measure"], row["value"]) == (
        "pass",
        "pe",
        pytest.approx(4.0, rel=BY_HAND),
    )


def test_without_any_cheap_multiple_it_fails_and_the_nearest_is_shown() -> None:
    row = third(**DEAR, long_term_debt_usd=1.0)
    assert (row["stand_alone_status"], row["reason"]) == ("fail", "no multiple is at or below the universe's")
    # P/B 17.8, P/E 114.3, P/FCF 114.3 against medians 1.645, 9.402 and 9.402: 10.8, 12.2 and 12.2 times. The
    # nearest is P/B.
    assert (row["measure"], row["value"]) == ("pb", pytest.approx(160 / 9, rel=BY_HAND))


def test_a_multiple_without_a_positive_denominator_is_not_cheap() -> None:
    row = third(shareholders_equity_usd=-5.0, net_income_usd=-1.0, operating_cash_flow_usd=-1.0)
    assert (row["stand_alone_status"], row["value"]) == ("fail", None)


def test_an_unknown_multiple_keeps_the_answer_open() -> None:
    row = third(**{**DEAR, "capital_expenditures_usd": None})
    assert row["stand_alone_status"] == "verify"
    assert row["reason"] == "price to free cash flow is unknown (an input is missing)"
    assert third(capital_expenditures_usd=None)["stand_alone_status"] == "pass"


def test_without_a_price_it_has_to_be_verified() -> None:
    row = row_of(inputs_of(sound_company(), quotes=prices()).evaluate(), "value")
    assert row["stand_alone_status"] == "verify"
    of_each = (f"{name} is unknown (no price is known)" for name in NAMES.values())
    assert row["reason"] == "; ".join(of_each)


def test_fewer_than_fifty_companies_have_no_median() -> None:
    row = row_of(evaluated(sound_company(), RULES), "value")
    assert (row["stand_alone_status"], row["threshold"], row["universe_members"]) == ("verify", None, 1)
    assert str(row["reason"]).startswith("price to book is unknown (too few companies to compare it with); ")


def test_companies_that_filter_one_fails_do_not_count() -> None:
    listed = members({}, {}, {"sector": "Financials"})
    row = row_of(evaluated(three_companies({}), listed=listed), "value", 1)
    assert row["universe_members"] == 2
