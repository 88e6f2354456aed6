"""The eighteen items: worked by hand for a sound company, missed by a poor one, unknown in words."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.finance.funnel import statement_lenses
from smallcap.tables.lenses import StatementLenses
from tests.tolerances import BY_HAND
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.funnel.funnel_builders import RULES, SMALL, Inputs, inputs_of, members, sound_company

# Value of a sound company in 2023 (its stocks and flows keep their proportions), by hand from its statements.
SOUND_VALUES = {
    "debt_to_equity": 8 / 80,
    "current_ratio": 50 / 20,
    "interest_coverage": 20 / 0.6,
    "net_cash_to_assets": (20 - 8) / 120,
    # 1.2 x 30/120 + 1.4 x 50/120 + 3.3 x 20/120 + 0.6 x 160 / (40 x 1.05^4) + 100/120
    "altman_z": 0.3 + 0.5833333333 + 0.55 + 0.6 * 160 / 48.62025 + 0.8333333333,
    "goodwill_to_assets": 10 / 120,
    "net_income_growth": 0.21550625,
    "margin_trend": 0.0,
    "operating_margin": 0.2,
    "return_on_equity": 14 / 80,
    "revenue_steadiness": 0.0,
    # |19.6 - (20 - 0.4)| / 19.6
    "unusual_items_share": 0.0,
    "operating_cash_flow_growth": 0.21550625,
    "cash_conversion": 18 / 14,
    "free_cash_flow_years": 5.0,
    "accruals_cash_flow": -4 / (120 * (1 + 1 / 1.05) / 2),
    "capex_intensity": 0.04,
    "capital_returned": 0.0,
}


def seen(found: Inputs) -> pl.DataFrame:
    return statement_lenses(
        found.members,
        found.metrics_as_of,
        found.fundamentals,
        found.metrics,
        found.evaluate(),
        SMALL,
        APPLICABILITY,
    )


def by_item(found: Inputs) -> dict[str, dict[str, object]]:
    return {str(row["item"]): row for row in seen(found).to_dicts()}


def test_a_sound_company_meets_all_eighteen() -> None:
    rows = by_item(inputs_of(sound_company()))
    assert {name: row["value"] for name, row in rows.items()} == pytest.approx(
        SOUND_VALUES, rel=BY_HAND, abs=BY_HAND
    )
    assert {row["verdict"] for row in rows.values()} == {"met"}


def test_each_statement_has_six_items_sorted_by_key() -> None:
    rows = StatementLenses.validate(seen(inputs_of(sound_company())))
    assert rows.group_by("statement").len()["len"].to_list() == [6, 6, 6]
    assert rows.sort("as_of", "entity_id", "statement", "item").equals(rows)


POOR = {
    "net_income_usd": -5.0,
    "operating_income_usd": -4.0,
    "operating_cash_flow_usd": -3.0,
    "revenue_usd": 60.0,
    "cost_of_revenue_usd": 55.0,
    "long_term_debt_usd": 70.0,
    "current_liabilities_usd": 60.0,
    "goodwill_usd": 90.0,
    "total_liabilities_usd": 140.0,
    "retained_earnings_usd": -50.0,
    "dividends_paid_usd": 0.0,
    "net_share_repurchases_usd": -2.0,
    "capital_expenditures_usd": 9.0,
}


def test_a_poor_company_misses_and_what_has_no_ratio_is_explained() -> None:
    rows = by_item(inputs_of(sound_company(y2022={"revenue_usd": 90.0}, y2023=POOR)))
    unknown = {name: row["reason"] for name, row in rows.items() if row["verdict"] == "unknown"}
    assert unknown == {"cash_conversion": "net income is not positive"}
    # It loses more than its operations cost in cash: accruals are negative.
    assert {name for name, row in rows.items() if row["verdict"] == "met"} == {"accruals_cash_flow"}


def test_a_debt_free_company_needs_no_coverage() -> None:
    free = {
        "short_term_debt_usd": 0.0,
        "long_term_debt_usd": 0.0,
        "interest_expense_usd": 0.0,
        "net_interest_expense_usd": -0.1,
    }
    row = by_item(inputs_of(sound_company(y2023=free)))["interest_coverage"]
    assert (row["verdict"], row["value"]) == ("met", None)


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("item", "records", "listed", "reason"),
    [
        ("goodwill_to_assets", sound_company(all={"goodwill_usd": None}), {}, "an input is missing"),
        (
            "return_on_equity",
            sound_company(y2023={"shareholders_equity_usd": -1.0}),
            {},
            "the denominator is not positive",
        ),
        ("net_income_growth", sound_company()[2:], {}, "fewer than 5 consecutive years are known"),
        ("operating_margin", sound_company()[:1], {}, "the visible annual record is stale"),
        ("operating_margin", sound_company(7), {}, "no annual record is visible"),
    ],
)
def test_an_unknown_verdict_says_why(
    item: str, records: list[dict[str, object]], listed: dict[str, object], reason: str
) -> None:
    row = by_item(inputs_of(records, listed=members(listed)))[item]
    assert (row["verdict"], row["reason"]) == ("unknown", reason)


def test_a_single_loss_misses_growth_even_with_few_years() -> None:
    row = by_item(inputs_of(sound_company(y2022={"net_income_usd": -1.0})[2:]))["net_income_growth"]
    assert row["verdict"] == "missed"


@pytest.mark.parametrize(
    ("net_interest", "verdict", "reason"),
    [
        (-0.1, "met", None),
        (0.0, "unknown", "no interest expense is reported"),
        (20.0, "missed", None),
    ],
)
def test_a_company_with_debt_that_earns_more_interest_than_it_pays_is_covered(
    net_interest: float, verdict: str, reason: str | None
) -> None:
    known = {"interest_expense_usd": None, "net_interest_expense_usd": net_interest}
    row = by_item(inputs_of(sound_company(y2023=known)))["interest_coverage"]
    assert (row["verdict"], row["reason"]) == (verdict, reason)


def test_without_its_debt_net_interest_income_covers_nothing() -> None:
    unknown = {
        "interest_expense_usd": None,
        "net_interest_expense_usd": -0.1,
        "short_term_debt_usd": None,
        "long_term_debt_usd": None,
    }
    row = by_item(inputs_of(sound_company(y2023=unknown)))["interest_coverage"]
    assert (row["verdict"], row["reason"]) == ("unknown", "only net interest is known, and it is income")


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("kind", "items"),
    [
        (
            "bank",
            {"debt_to_equity", "interest_coverage", "net_cash_to_assets", "current_ratio", "altman_z"}
            | {"cash_conversion", "accruals_cash_flow"},
        ),
        ("equity_reit", {"current_ratio", "altman_z"}),
        ("asset_manager", set()),
        (None, set()),
    ],
)
def test_items_that_say_nothing_of_a_kind_are_not_applicable(kind: str | None, items: set[str]) -> None:
    rows = by_item(inputs_of(sound_company(), listed=members({"company_kind": kind})))
    found = {name: row for name, row in rows.items() if row["verdict"] == "not_applicable"}
    assert set(found) == items
    assert {row["value"] for row in found.values()} <= {None}
    words = {"bank": "a bank", "equity_reit": "an equity REIT"}
    assert {row["reason"] for row in found.values()} <= {f"cannot be asked of {words.get(str(kind))}"}
    assert {row["verdict"] for name, row in rows.items() if name not in items} == {"met"}


def test_preferences_say_their_numbers() -> None:
    rows = by_item(inputs_of(sound_company()))
    assert (
        rows["interest_coverage"]["preference"] == "above 8, or debt-free, or more interest earned than paid"
    )
    assert rows["debt_to_equity"]["preference"] == "below 0.3, hard"
    assert RULES.lenses.interest_coverage == rows["interest_coverage"]["threshold"]


def test_nobody_to_look_at_is_no_row() -> None:
    found = inputs_of(sound_company())
    assert seen(Inputs(*(frame.clear() for frame in vars(found).values()))).height == 0
