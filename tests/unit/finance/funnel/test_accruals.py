"""Accruals of filter 5, judged twice: a company fails only where both forms are high."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.funnel.accruals import judged_twice, shown_form
from smallcap.finance.funnel.conditions import judge
from tests.examples import examples
from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.funnel.funnel_builders import (
    RULES,
    SMALL,
    evaluated,
    members,
    row_of,
    sound_company,
)

CASH_FORM, SHEET_FORM = "accruals_cash_flow", "accruals_balance_sheet"
ABOVE = "accruals are above zero and the universe's 80th percentile in both forms"
UNSURE = (
    "accruals may be above zero and the universe's 80th percentile in both forms: one is unknown, "
    "or there are too few companies"
)
ASSETS = 120 * (1 + 1 / 1.05) / 2
"""Mean total assets of a sound company's last two years, in dollars of the last, a hundredth million."""
LOW_SHEET = 30 / 21 - 18 / 21 - 5
"""Growth by a twentieth of other current assets (30) less other current liabilities (18); depreciation."""


def twice(
    cash_form: float | None, sheet_form: float | None, cash_limit: float | None, sheet_limit: float | None
) -> dict[str, object]:
    """Judge one company by its two forms and the limits of the universe, by nothing else."""
    rows = pl.DataFrame(
        {
            CASH_FORM: [cash_form],
            SHEET_FORM: [sheet_form],
            "accruals_limit": [cash_limit],
            "accruals_balance_sheet_limit": [sheet_limit],
        },
        schema_overrides=dict.fromkeys(
            (CASH_FORM, SHEET_FORM, "accruals_limit", "accruals_balance_sheet_limit"), pl.Float64
        ),
    )
    return shown_form(judge(rows, judged_twice(RULES.cash_flow)), rows).row(0, named=True)


@pytest.mark.parametrize(
    ("forms", "status", "reason", "shown"),
    [
        ((0.012, 0.05), "fail", ABOVE, (CASH_FORM, 0.012, 0.0, -0.012)),
        ((0.05, 0.012), "fail", ABOVE, (SHEET_FORM, 0.012, 0.01, -0.002)),
        (
            (0.05, -0.10),
            "pass",
            "meets every rule, narrowly: accruals are high in the cash-flow form alone",
            (SHEET_FORM, -0.10, 0.01, 0.11),
        ),
        (
            (-0.02, 0.04),
            "pass",
            "meets every rule, narrowly: accruals are high in the balance-sheet form alone",
            (CASH_FORM, -0.02, 0.0, 0.02),
        ),
        ((0.0, 0.01), "pass", "meets every rule", (CASH_FORM, 0.0, 0.0, 0.0)),
        ((-0.02, -0.10), "pass", "meets every rule", (SHEET_FORM, -0.10, 0.01, 0.11)),
        ((0.05, None), "verify", UNSURE, (CASH_FORM, 0.05, 0.0, -0.05)),
        ((None, 0.04), "verify", UNSURE, (SHEET_FORM, 0.04, 0.01, -0.03)),
        ((-0.02, None), "pass", "meets every rule", (CASH_FORM, -0.02, 0.0, 0.02)),
        ((None, 0.01), "pass", "meets every rule", (SHEET_FORM, 0.01, 0.01, 0.0)),
        ((None, None), "verify", UNSURE, (CASH_FORM, None, 0.0, None)),
    ],
)
def test_both_forms_high_fail_one_is_narrow_and_one_unknown_beside_a_high_one_is_to_be_verified(
    forms: tuple[float | None, float | None],
    status: str,
    reason: str,
    shown: tuple[str, float | None, float, float | None],
) -> None:
    row = twice(*forms, 0.0, 0.01)
    assert (row["stand_alone_status"], row["reason"]) == (status, reason)
    assert row["is_borderline"] is ("narrowly" in reason)
    assert (row["measure"], row["value"], row["threshold"]) == shown[:3]
    assert (
        row["headroom"] == pytest.approx(shown[3], rel=BY_HAND) if shown[3] else row["headroom"] == shown[3]
    )


def test_without_a_limit_of_either_form_nothing_is_known() -> None:
    assert twice(-0.5, -0.5, None, None)["stand_alone_status"] == "verify"
    assert twice(0.5, -0.5, None, 0.0)["stand_alone_status"] == "pass"


def test_high_is_above_the_universes_percentile_and_above_zero_by_hand() -> None:
    # Five companies; in 2023 the fourth and fifth collect 4 and 16 less cash, and their receivables are 10
    # and 20 higher. By hand: (14 - 18 + less) over mean assets, and LOW_SHEET + more over the same.
    last = 1.05**4
    changed = {
        number: {"operating_cash_flow_usd": (18 - less) * last, "current_assets_usd": (50 + more) * last}
        for number, less, more in ((4, 4.0, 10.0), (5, 16.0, 20.0))
    }
    records = [row for number in range(1, 6) for row in sound_company(number, y2023=changed.get(number, {}))]
    found = evaluated(records, listed=members(*({} for _ in range(5))))
    cash = [-4.0, -4.0, -4.0, 0.0, 12.0]
    sheet = [LOW_SHEET, LOW_SHEET, LOW_SHEET, LOW_SHEET + 10, LOW_SHEET + 20]
    # The linear 80th percentile of five lies a fifth of the way from the fourth to the fifth.
    limits = [(values[3] + 0.2 * (values[4] - values[3])) / ASSETS for values in (cash, sheet)]
    assert limits[0] == pytest.approx(2.4 / ASSETS, rel=BY_HAND)
    high = row_of(found, "cash_flow", 5)
    assert (high["stand_alone_status"], high["reason"]) == ("fail", ABOVE)
    assert high["measure"] == SHEET_FORM  # 8 / mean assets above its limit, the cash-flow form 9.6
    assert high["value"] == pytest.approx(sheet[4] / ASSETS, rel=BY_HAND)
    assert high["threshold"] == pytest.approx(limits[1], rel=BY_HAND)
    assert {row_of(found, "cash_flow", number)["stand_alone_status"] for number in range(1, 5)} == {"pass"}


def test_negative_accruals_are_low_even_where_the_universes_are_lower() -> None:
    # Alone above its universe: -4 + 3 and LOW_SHEET + 2 are the highest of five and below zero.
    mild = {"operating_cash_flow_usd": 15.0 * 1.05**4, "current_assets_usd": 52.0 * 1.05**4}
    records = [
        row for number in range(1, 6) for row in sound_company(number, y2023=mild if number == 5 else {})
    ]
    row = row_of(evaluated(records, listed=members(*({} for _ in range(5)))), "cash_flow", 5)
    assert (row["stand_alone_status"], row["is_borderline"]) == ("pass", False)


def test_an_unclassified_balance_sheet_has_one_form() -> None:
    blank = {"current_assets_usd": None, "current_liabilities_usd": None}
    low = row_of(evaluated(sound_company(all=blank)), "cash_flow")
    assert low["stand_alone_status"] == "pass"
    high = {**blank, "operating_cash_flow_usd": 12.0 * 1.05**4}
    lone = dataclasses.replace(SMALL, cash_flow=dataclasses.replace(SMALL.cash_flow, accruals_percentile=0.0))
    records = [*sound_company(1, all=blank), *sound_company(2, all=blank, y2023=high)]
    row = row_of(evaluated(records, lone, listed=members({}, {})), "cash_flow", 2)
    assert (row["stand_alone_status"], row["measure"]) == ("verify", CASH_FORM)
    assert row["value"] == pytest.approx(2 / ASSETS, rel=EXACT)


@examples(25)
@given(
    forms=st.tuples(*[st.none() | st.floats(-1, 1)] * 2), limits=st.tuples(*[st.none() | st.floats(0, 1)] * 2)
)
def test_a_pass_has_headroom_and_a_failure_has_none(
    forms: tuple[float | None, float | None], limits: tuple[float | None, float | None]
) -> None:
    row = twice(*forms, *limits)
    headroom = row["headroom"]
    if row["stand_alone_status"] == "pass":
        assert isinstance(headroom, float)
        assert headroom >= 0
    if row["stand_alone_status"] == "fail":
        assert isinstance(headroom, float)
        assert headroom < 0
