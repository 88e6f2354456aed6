"""Filter 5, worked by hand."""

from __future__ import annotations

import pytest

from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.funnel.funnel_builders import RULES, SMALL, evaluated, row_of, sound_company


def cash_flow(**changed: dict[str, object]) -> dict[str, object]:
    return row_of(evaluated(sound_company(**changed)), "cash_flow")


def test_a_sound_company_passes() -> None:
    row = cash_flow()
    assert (row["stand_alone_status"], row["is_borderline"], row["measure"]) == (
        "pass",
        False,
        "least_operating_cash_flow_to_assets",
    )
    assert row["least_operating_cash_flow_to_assets"] == pytest.approx(18 / 120, rel=EXACT)
    assert (row["years_without_free_cash_flow"], row["universe_members"]) == (0, 1)


def test_operating_cash_flow_has_to_be_positive_each_year() -> None:
    row = cash_flow(y2020={"operating_cash_flow_usd": -1.0})
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "least_operating_cash_flow_to_assets")
    assert row["value"] == pytest.approx(-1 / 126, rel=BY_HAND)


def test_one_year_without_free_cash_flow_is_forgiven() -> None:
    spending = {"capital_expenditures_usd": 30.0}
    assert cash_flow(y2020=spending)["stand_alone_status"] == "pass"
    row = cash_flow(y2020=spending, y2021=spending)
    assert (row["stand_alone_status"], row["value"], row["threshold"], row["headroom"]) == ("fail", 2, 1, -1)


def test_missing_capex_of_one_year_has_to_be_verified_unless_that_year_is_forgiven() -> None:
    assert cash_flow(y2020={"capital_expenditures_usd": None})["stand_alone_status"] == "pass"
    row = cash_flow(y2020={"capital_expenditures_usd": None}, y2021={"capital_expenditures_usd": 30.0})
    assert (row["stand_alone_status"], row["reason"]) == ("verify", "free cash flow of a year is unknown")


def test_the_alternative_rule_set_has_a_fixed_limit() -> None:
    fixed = SMALL.alternative("fixed_accruals")
    # In 2023 revenue, profits and assets are 1.05^4 of the first year's: income beyond cash is 12 /
    # 117.142857 = 0.1024.
    records = sound_company(y2023={"operating_cash_flow_usd": 2.0 * 1.05**4})
    row = row_of(evaluated(records, fixed), "cash_flow")
    assert (row["stand_alone_status"], row["threshold"], row["universe_members"]) == ("fail", 0.10, None)
    assert row["value"] == pytest.approx(12 / 117.142857, rel=BY_HAND)
    assert str(row["rule_set"]).startswith("fixed_accruals")


def test_with_fewer_than_fifty_companies_accruals_cannot_be_judged() -> None:
    row = row_of(evaluated(sound_company(), RULES), "cash_flow")
    assert (row["stand_alone_status"], row["universe_members"]) == ("verify", 1)


def test_cash_conversion_of_the_years_has_to_reach_eighty_percent() -> None:
    row = cash_flow(all={"operating_cash_flow_usd": 10.0})
    # 50 / (14 x 5.52563125) = 0.64634
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "cash_conversion_over_years")
    assert row["value"] == pytest.approx(50 / 77.3588375, rel=BY_HAND)


def test_without_net_income_over_the_years_nothing_is_converted() -> None:
    row = cash_flow(all={"net_income_usd": -1.0})
    assert (row["stand_alone_status"], row["measure"], row["value"]) == (
        "fail",
        "cash_conversion_over_years",
        None,
    )
