"""Plausibility of complete tables: a wrong unit or sign of all rows stops a run, rare exceptions do not."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.metrics.plausibility import Suspicion, level_suspicions, sign_suspicions
from tests.unit.finance.builders import SANITY, fundamentals, table, year_row

RULES = SANITY.plausibility
AS_OF = dt.date(2024, 6, 28)
OUTFLOWS = ("capital_expenditures", "cost_of_revenue", "interest_expense", "dividends_paid")


def of_signs(item: str, *values: float | None) -> list[Suspicion]:
    """What is said of a table in which one item has these values."""
    rows = [year_row(2023, entity_id=number, **{f"{item}_usd": value}) for number, value in enumerate(values)]
    return sign_suspicions(fundamentals(*rows), RULES)


def of_levels(
    money: float = 1.0, shares: float = 1.0, members: int = 40, date: dt.date = AS_OF
) -> list[Suspicion]:
    """What is said of a table with money and share counts that are so many times the right ones.

    The right ones: a price to book of 2, a debt of a fifth of the market value, a fund that holds 2.4%.
    """
    return level_suspicions(levels(money, shares, members, date), RULES)


def levels(money: float = 1.0, shares: float = 1.0, members: int = 40, date: dt.date = AS_OF) -> pl.DataFrame:
    """Rows of core.metrics_as_of, as for `of_levels`."""
    row = {"as_of": date, "pb": 2.0 * shares / money, "fund_share_of_company": 0.024 / shares}
    row |= {"market_cap_usd": 1e9 * shares, "total_debt_usd": 2e8 * money}
    return table("core.metrics_as_of", [{**row, "entity_id": number} for number in range(members)], year=2024)


class TestSigns:
    @pytest.mark.parametrize("item", OUTFLOWS)
    def test_a_table_of_negative_outflows_stops(self, item: str) -> None:
        (found,) = of_signs(item, *[-5.0] * 20)
        assert (found.severity, found.name) == ("stop", f"plausibility.signs.{item}")
        assert found.message.startswith(
            f"{item.replace('_', ' ')} is negative in 100.0% of 20 annual records"
        )
        assert "sign convention?" in found.message

    @pytest.mark.parametrize("item", OUTFLOWS)
    def test_positive_outflows_say_nothing(self, item: str) -> None:
        assert of_signs(item, *[5.0] * 20) == []

    def test_net_disposals_of_some_companies_are_plausible(self) -> None:
        assert of_signs("capital_expenditures", *[5.0] * 17, *[-5.0] * 3) == []

    def test_a_third_of_negative_values_warns(self) -> None:
        (found,) = of_signs("capital_expenditures", *[5.0] * 14, *[-5.0] * 6)
        assert found.severity == "warn"

    def test_zeros_and_blanks_are_not_counted(self) -> None:
        (found,) = of_signs("dividends_paid", *[0.0, None] * 50, *[-1.0] * 12)
        assert "100.0% of 12 annual records" in found.message

    @pytest.mark.parametrize(("count", "severities"), [(2, []), (3, ["warn"]), (9, ["warn"]), (10, ["stop"])])
    def test_few_values_warn_at_most(self, count: int, severities: list[str]) -> None:
        assert [found.severity for found in of_signs("cost_of_revenue", *[-5.0] * count)] == severities

    @pytest.mark.parametrize("item", ["net_interest_expense", "income_tax"])
    def test_items_that_may_be_negative_warn_at_most(self, item: str) -> None:
        assert of_signs(item, *[-5.0] * 10, *[5.0] * 10) == []
        (found,) = of_signs(item, *[-5.0] * 20)
        assert found.severity == "warn"


class TestLevels:
    def test_a_table_in_its_units_says_nothing(self) -> None:
        assert of_levels() == []

    def test_money_in_thousands_stops_twice(self) -> None:
        book, debt = of_levels(money=1e-3)
        assert (book.severity, debt.severity) == ("stop", "stop")
        assert "the median of market value over equity of 40 members on 2024-06-28 is 2,000" in book.message
        assert "is money in thousands or millions" in book.message
        assert "is money in thousands or millions" in debt.message

    def test_share_counts_in_thousands_stop(self) -> None:
        found = {suspicion.name.split(".")[-1]: suspicion for suspicion in of_levels(shares=1e-3)}
        assert set(found) == {"price_to_book", "debt_to_market_value", "fund_share"}
        assert {suspicion.severity for suspicion in found.values()} == {"stop"}
        assert all("share counts in thousands" in suspicion.message for suspicion in found.values())

    def test_money_and_share_counts_in_thousands_together_are_seen_by_the_fund(self) -> None:
        (found,) = of_levels(money=1e-3, shares=1e-3)
        assert (found.severity, found.name) == ("stop", "plausibility.levels.fund_share")

    def test_money_in_cents_stops(self) -> None:
        book, debt = of_levels(money=100.0)
        assert (book.severity, debt.severity) == ("stop", "warn")

    def test_a_dear_market_warns(self) -> None:
        (found,) = of_levels(money=1 / 6)
        assert (found.severity, found.name) == ("warn", "plausibility.levels.price_to_book")

    @pytest.mark.parametrize(("members", "severities"), [(2, []), (3, ["warn"] * 2), (10, ["stop"] * 2)])
    def test_few_members_warn_at_most(self, members: int, severities: list[str]) -> None:
        assert [found.severity for found in of_levels(money=1e-3, members=members)] == severities

    def test_companies_without_debt_do_not_count_as_a_low_median(self) -> None:
        free = levels(members=30).with_columns(total_debt_usd=pl.lit(0.0))
        assert level_suspicions(pl.concat([free, levels(members=10)]), RULES) == []

    def test_one_wrong_date_among_right_ones_is_named(self) -> None:
        dates = [levels(), levels(money=1e-3, date=dt.date(2024, 5, 31))]
        assert [found.message.count("2024-05-31") for found in level_suspicions(pl.concat(dates), RULES)] == [
            1,
            1,
        ]

    def test_unknown_values_say_nothing(self) -> None:
        unknown = levels().with_columns(
            pl.lit(None, dtype=pl.Float64).alias(name)
            for name in ("pb", "market_cap_usd", "fund_share_of_company")
        )
        assert level_suspicions(unknown, RULES) == []
