"""Filter 4, worked by hand."""

from __future__ import annotations

import pytest

from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.funnel.funnel_builders import evaluated, row_of, sound_company


def income(**changed: dict[str, object]) -> dict[str, object]:
    return row_of(evaluated(sound_company(**changed)), "income")


def test_a_sound_company_passes() -> None:
    row = income()
    assert (row["stand_alone_status"], row["reason"], row["years_used"]) == ("pass", "meets every rule", 5)
    # Net margin 14 / 100 in every year; net income grows by 1.05^4 - 1; margins do not move; 18 / 14 of it is
    # cash.
    assert row["least_net_margin"] == pytest.approx(0.14, rel=EXACT)
    assert row["net_income_growth_over_years"] == pytest.approx(0.21550625, rel=BY_HAND)
    assert row["margin_slope"] == pytest.approx(0.0, abs=EXACT)
    assert row["least_operating_margin"] == pytest.approx(0.2, rel=EXACT)
    assert row["cash_conversion_over_years"] == pytest.approx(1.2857142857, rel=BY_HAND)
    assert row["years_without_cash_backing"] == 0


def test_a_single_loss_fails() -> None:
    row = income(y2021={"net_income_usd": -1.0})
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "least_net_margin")
    # Revenue of 2021 is 100 x 1.05^2 = 110.25.
    assert row["value"] == pytest.approx(-1 / 110.25, rel=EXACT)
    assert row["reason"] == "net income is not positive in every year"


def test_net_income_has_to_be_higher_than_four_years_before() -> None:
    equal = income(y2023={"net_income_usd": 14.0})
    assert (equal["stand_alone_status"], equal["value"], equal["threshold"]) == ("fail", 0.0, 0.0)
    assert equal["reason"] == "net income is not higher than 4 years before"


def test_the_gross_margin_may_fall_by_one_point_a_year() -> None:
    # Cost of revenue rises so that the margin is 40, 39, 38, 37, 36%: a slope of exactly -0.01. A further
    # point in the last year, 35%: years -2 to 2, centred margins weigh (-2 x 40 - 39 + 37 + 2 x 35) / 10 =
    # -1.2 points a year.
    def cost(points: list[float]) -> dict[str, dict[str, object]]:
        revenue = [100 * 1.05**n for n in range(5)]
        return {f"y{2019 + n}": {"cost_of_revenue_usd": revenue[n] * (1 - points[n] / 100)} for n in range(5)}

    assert income(**cost([40, 39.1, 38.2, 37.3, 36.4]))["stand_alone_status"] == "pass"
    row = income(**cost([40, 39, 38, 37, 35]))
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "margin_slope")
    assert row["value"] == pytest.approx(-0.012, rel=BY_HAND)
    assert row["headroom"] == pytest.approx(-0.002, rel=BY_HAND)


def test_without_any_cost_of_revenue_the_operating_margin_stands_in() -> None:
    row = income(all={"cost_of_revenue_usd": None})
    assert (row["stand_alone_status"], row["is_operating_margin_used"]) == ("pass", True)


def test_a_single_year_without_cost_of_revenue_is_missing_data() -> None:
    row = income(y2020={"cost_of_revenue_usd": None})
    assert (row["stand_alone_status"], row["is_operating_margin_used"]) == ("verify", False)
    assert row["reason"] == "the trend of the gross margin is unknown"


def test_cash_may_lag_behind_profits_in_two_years_of_five() -> None:
    # 11 is below 0.8 x 14 x 1.05^n; the other years' 18 keep the sum above 80%.
    lagging = {"operating_cash_flow_usd": 11.0}
    two = income(y2020=lagging, y2021=lagging)
    assert (two["stand_alone_status"], two["is_borderline"], two["years_without_cash_backing"]) == (
        "pass",
        True,
        2,
    )
    three = income(y2020=lagging, y2021=lagging, y2022=lagging)
    assert (three["stand_alone_status"], three["measure"]) == ("fail", "years_without_cash_backing")
    assert (three["value"], three["threshold"], three["headroom"]) == (3, 2, -1)


def test_the_sum_of_cash_has_to_back_the_sum_of_profits() -> None:
    row = income(y2022={"operating_cash_flow_usd": -20.0}, y2023={"operating_cash_flow_usd": -10.0})
    # (18 + 18.9 + 19.845 - 20 - 10) / (14 x 5.52563125) = 26.745 / 77.3588375
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "cash_conversion_over_years")
    assert row["value"] == pytest.approx(26.745 / 77.3588375, rel=BY_HAND)


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("first", "changed", "status", "reason"),
    [
        (2020, {}, "verify", "fewer than 5 consecutive years are known"),
        (2021, {}, "verify", "fewer than 5 consecutive years are known"),
        (2021, {"y2022": {"net_income_usd": -1.0}}, "fail", "net income is not positive in every year"),
        (2022, {"y2023": {"net_income_usd": -1.0}}, "verify", "fewer than 3 consecutive years are known"),
        (2023, {}, "verify", "fewer than 3 consecutive years are known"),
    ],
)
def test_with_fewer_years_a_broken_rule_fails_and_nothing_passes(
    first: int, changed: dict[str, dict[str, object]], status: str, reason: str
) -> None:
    records = [row for row in sound_company(**changed) if int(str(row["fiscal_year"])) >= first]
    row = row_of(evaluated(records), "income")
    assert (row["stand_alone_status"], row["reason"]) == (status, reason)


def test_several_broken_rules_are_all_named() -> None:
    row = income(y2023={"net_income_usd": -1.0, "operating_income_usd": -2.0})
    named = ["net income is not positive in every year", "net income is not higher than 4 years before"]
    assert row["reason"] == "; ".join([*named, "the operating margin is not positive in every year"])
