"""Revenue, its cost, net income and capital expenditures are whole: a part is not taken for all."""

from __future__ import annotations

import pytest

from tests.component.sources.sec.builders import ASSETS, NET_INCOME, Company, filed, only

CONTRACTS = "RevenueFromContractWithCustomerExcludingAssessedTax"


def flows(**values: float) -> dict[str, float | None]:
    """Figures, in millions, of a company with these flows and no revenue or net income but them."""
    company = Company().annual(2020, filed(2020), Revenues=None, **{NET_INCOME: None})
    company.add(
        filed(2020), "2020-12-31", "2020-01-01", **{tag: value * 1e6 for tag, value in values.items()}
    )
    row = only(company.read())
    items = ("revenue", "cost_of_revenue", "net_income", "capital_expenditures")
    return {item: None if (value := row[f"{item}_usd"]) is None else value / 1e6 for item in items}


@pytest.mark.parametrize(
    ("given", "revenue"),
    [
        pytest.param(
            {CONTRACTS: 5, "InterestAndDividendIncomeOperating": 100, "NoninterestIncome": 20}, 120, id="bank"
        ),
        pytest.param({CONTRACTS: 5, "OperatingLeaseLeaseIncome": 100}, 100, id="property trust"),
        pytest.param({CONTRACTS: 5, "PremiumsEarnedNet": 100}, 100, id="insurer"),
        pytest.param({CONTRACTS: 100, "OperatingLeaseLeaseIncome": 5}, 100, id="rents by the way"),
        pytest.param({"Revenues": 110, CONTRACTS: 100}, 110, id="a total"),
        pytest.param(
            {"Revenues": 90, "InterestAndDividendIncomeOperating": 100}, 90, id="a total after interest"
        ),
        pytest.param({"Revenues": 5, CONTRACTS: 100}, 100, id="a part under the name of a total"),
        pytest.param({"Revenues": 5, "SalesRevenueNet": 100}, 100, id="a part before 2018"),
        pytest.param({"SalesRevenueGoodsNet": 80, "SalesRevenueServicesNet": 20}, 100, id="goods, services"),
        pytest.param({"SalesRevenueServicesNet": 20}, 20, id="services alone"),
    ],
)
def test_revenue_is_not_the_fees_or_the_goods_alone(given: dict[str, float], revenue: float) -> None:
    assert flows(**given)["revenue"] == revenue


@pytest.mark.parametrize(
    ("given", "cost"),
    [
        ({"CostOfGoodsSold": 50, "CostOfServices": 10}, 60),
        ({"CostOfGoodsAndServicesSold": 60, "CostOfGoodsSold": 50, "CostOfServices": 10}, 60),
        ({"CostOfServices": 10}, 10),
    ],
)
def test_the_cost_of_revenue_is_that_of_goods_and_of_services(given: dict[str, float], cost: float) -> None:
    assert flows(**given)["cost_of_revenue"] == cost


@pytest.mark.parametrize(
    ("given", "income"),
    [
        ({"NetIncomeLoss": 70, "ProfitLoss": 100}, 70),
        ({"ProfitLoss": 100, "NetIncomeLossAttributableToNoncontrollingInterest": 30}, 70),
        ({"ProfitLoss": 100, "NetIncomeLossAttributableToNoncontrollingInterest": -30}, 130),
        ({"ProfitLoss": 100}, 100),
    ],
)
def test_net_income_is_that_of_the_owners_as_equity_is(given: dict[str, float], income: float) -> None:
    assert flows(**given)["net_income"] == income


@pytest.mark.parametrize(("other", "outlay"), [(77, 120), (28, 43)])
def test_other_equipment_that_is_more_than_the_equipment_is_no_part_of_it(
    other: float, outlay: float
) -> None:
    given = {
        "PaymentsToAcquirePropertyPlantAndEquipment": 43,
        "PaymentsToAcquireOtherPropertyPlantAndEquipment": other,
    }
    assert flows(**given)["capital_expenditures"] == outlay


@pytest.mark.parametrize(
    ("tag", "item"),
    [
        ("PaymentsToAcquirePropertyPlantAndEquipment", "capital_expenditures"),
        ("PaymentsOfDividends", "dividends_paid"),
        ("PaymentsForRepurchaseOfCommonStock", "net_share_repurchases"),
        ("InterestExpense", "interest_expense"),
        ("DepreciationDepletionAndAmortization", "depreciation_amortization"),
        (ASSETS, "total_assets"),
    ],
)
def test_a_payment_or_cost_below_zero_is_unknown_because_its_sign_is_in_doubt(tag: str, item: str) -> None:
    found = Company().annual(2020, filed(2020), **{tag: -40e6}).read()
    assert only(found)[f"{item}_usd"] is None
    (reason,) = found.missing.filter(item=item)["reason"]
    assert reason == "-40,000,000 is below zero, which its concept cannot be: its sign is in doubt"


def test_a_later_filing_with_the_other_sign_restates_nothing() -> None:
    tag = "PaymentsToAcquirePropertyPlantAndEquipment"
    company = Company().annual(2020, filed(2020), **{tag: 40e6})
    company.add(filed(2021), "2020-12-31", "2020-01-01", **{tag: -40e6})
    assert only(company.read())["capital_expenditures_usd"] == 40e6


def test_an_income_below_zero_is_a_loss() -> None:
    found = Company().annual(2020, filed(2020), NetIncomeLoss=-40e6, StockholdersEquity=-1e6).read()
    row = only(found)
    assert (row["net_income_usd"], row["shareholders_equity_usd"]) == (-40e6, -1e6)
