"""Filter 2: three standards, and interest income that is known, bounded or neither."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tests.tolerances import BY_HAND
from tests.unit.finance.funnel.funnel_builders import (
    PRICE,
    SMALL,
    STANDARDS,
    factors,
    inputs_of,
    prices,
    row_of,
    sound_company,
)

SCALE = 1.05**4
"""The sound company's size in 2023 against its first year's."""


def judged(
    standard: str = "published", months: int = 1, close: float = PRICE, **last_year: object
) -> dict[str, object]:
    """Judge a sound company whose last year is changed; amounts in millions, at the size of the last year."""
    sized = {name: value * SCALE if isinstance(value, float) else value for name, value in last_year.items()}
    found = inputs_of(sound_company(y2023=sized), quotes=prices(100, months=months, close=close))
    return row_of(found.evaluate(SMALL, STANDARDS[standard]), "shariah")


def test_debt_against_the_market_value_of_the_day() -> None:
    row = judged()
    # (2 + 6) x 1.05^4 / (10 x 16) = 9.72405 / 160
    assert (row["stand_alone_status"], row["measure"]) == ("pass", "debt_to_market_cap")
    assert row["value"] == pytest.approx(0.0607753, rel=BY_HAND)
    assert row["headroom"] == pytest.approx(0.33 - 0.0607753, rel=BY_HAND)
    assert str(row["rule_set"]) == STANDARDS["published"].label


def test_a_third_of_the_market_value_is_too_much_debt() -> None:
    # 9.72405 / (10 x 2.9) = 0.3353
    row = judged(close=2.9)
    assert (row["stand_alone_status"], row["reason"]) == (
        "fail",
        "interest-bearing debt is not below 33% of the market value",
    )
    # 9.72405 / (10 x 3.1) = 0.3137: inside, and close.
    assert (judged(close=3.1)["stand_alone_status"], judged(close=3.1)["is_borderline"]) == ("pass", True)


def test_interest_income_is_exact_where_gross_and_net_interest_are_known() -> None:
    # 0.6 - 0.4 of 100
    assert judged()["interest_income_to_revenue"] == pytest.approx(0.002, rel=BY_HAND)
    row = judged(net_interest_expense_usd=-4.5)
    assert (row["stand_alone_status"], row["value"]) == ("fail", pytest.approx(0.051, rel=BY_HAND))


def test_unknown_interest_income_is_bounded_by_cash_at_the_risk_free_rate() -> None:
    # 20 x (12 x 0.002 + 0.01) = 0.68 of 100
    row = judged(interest_expense_usd=None, net_interest_expense_usd=None)
    assert (row["stand_alone_status"], row["is_interest_income_bounded"]) == ("pass", True)
    assert row["interest_income_to_revenue"] == pytest.approx(0.0068, rel=BY_HAND)


def test_a_bound_of_too_much_proves_nothing() -> None:
    # 200 x 0.034 = 6.8 of 100
    row = judged(
        interest_expense_usd=None, net_interest_expense_usd=None, cash_and_short_term_investments_usd=200.0
    )
    assert (row["stand_alone_status"], row["is_interest_income_bounded"]) == ("verify", False)
    assert row["reason"] == "interest income is unknown, and cannot be shown to be below 5% of revenue"


def test_net_interest_income_is_the_floor() -> None:
    rich = {"interest_expense_usd": None, "cash_and_short_term_investments_usd": 200.0}
    row = judged(**rich, net_interest_expense_usd=-5.5)
    assert (row["stand_alone_status"], row["measure"]) == ("fail", "interest_income_to_revenue")
    assert row["value"] == pytest.approx(0.055, rel=BY_HAND)
    assert judged(**rich, net_interest_expense_usd=-4.5)["stand_alone_status"] == "verify"


def test_a_floor_above_the_bound_disproves_the_bound() -> None:
    # Cash of 20 bounds the income by 0.68, yet net interest income is 3.
    row = judged(interest_expense_usd=None, net_interest_expense_usd=-3.0)
    assert (row["stand_alone_status"], row["is_interest_income_bounded"]) == ("verify", False)


def test_with_neither_cash_nor_interest_it_has_to_be_verified() -> None:
    row = judged(
        interest_expense_usd=None, net_interest_expense_usd=None, cash_and_short_term_investments_usd=None
    )
    assert row["stand_alone_status"] == "verify"


def test_zero_revenue_has_to_be_verified() -> None:
    assert judged(revenue_usd=0.0)["stand_alone_status"] == "verify"


def test_without_a_risk_free_rate_there_is_no_bound() -> None:
    changed = {"interest_expense_usd": None, "net_interest_expense_usd": None}
    silent = inputs_of(sound_company(y2023=changed), risk_free=factors().clear())
    assert row_of(silent.evaluate(), "shariah")["stand_alone_status"] == "verify"


def test_the_newest_vintage_published_at_the_date_counts() -> None:
    late = factors(0.5).with_columns(vintage=factors()["vintage"].replace({"202401": "202412"}))
    changed = {"interest_expense_usd": None, "net_interest_expense_usd": None}
    both = inputs_of(sound_company(y2023=changed), risk_free=factors().vstack(late))
    row = row_of(both.evaluate(), "shariah")
    # The same as with the first vintage alone: 20 x 0.034 of 100.
    assert row["interest_income_to_revenue"] == pytest.approx(0.0068, rel=BY_HAND)
    assert (row["vintage"], row["is_vintage_later"]) == ("202401", False)


def test_a_vintage_published_after_the_date_stands_in_and_is_flagged() -> None:
    changed = {"interest_expense_usd": None, "net_interest_expense_usd": None}
    only_later = factors().with_columns(vintage=pl.lit("202412"))
    rows = inputs_of(sound_company(y2023=changed), risk_free=only_later).evaluate()
    assert row_of(rows, "shariah")["is_vintage_later"] is True
    assert row_of(rows, "income")["is_vintage_later"] is None


def test_aaoifi_allows_its_limit_and_asks_for_cash_too() -> None:
    aaoifi = STANDARDS["aaoifi"]
    assert aaoifi.debt.is_limit_allowed
    row = judged("aaoifi")
    # Cash 20 x 1.05^4 / 160 = 0.15193828
    assert (row["stand_alone_status"], row["is_lease_unchecked"]) == ("pass", True)
    assert row["cash_to_market_cap"] == pytest.approx(0.15193828, rel=BY_HAND)
    rich = judged("aaoifi", cash_and_short_term_investments_usd=40.0)
    assert (rich["stand_alone_status"], rich["measure"]) == ("fail", "cash_to_market_cap")
    assert judged("published", cash_and_short_term_investments_usd=40.0)["stand_alone_status"] == "pass"


def test_djim_takes_the_mean_of_at_least_twelve_months() -> None:
    assert judged("djim", months=11)["stand_alone_status"] == "verify"
    assert judged("djim", months=12)["stand_alone_status"] == "pass"


def test_djim_averages_each_month_at_the_shares_visible_then() -> None:
    # A year at 3 and a year at 16, ten million shares all along: mean 95; debt 9.72405 / 95.
    old = prices(100, months=12, close=3.0, last=dt.date(2023, 6, 28))
    found = inputs_of(sound_company(), quotes=old.vstack(prices(100, months=12)))
    row = row_of(found.evaluate(SMALL, STANDARDS["djim"]), "shariah")
    assert row["value"] == pytest.approx(9.72405 / 95, rel=BY_HAND)
    assert row["measure"] == "debt_to_market_cap"


@pytest.mark.parametrize("later_split", [1.0, 3.0])
def test_djim_takes_splits_out_of_a_split_adjusted_count(later_split: float) -> None:
    # Five million shares at 32, then ten million at 16: 160 all along. The table's count includes the split
    # between the two years, and a later one.
    before = prices(100, months=12, close=32.0, last=dt.date(2023, 6, 28))
    after = prices(100, months=12).with_columns(
        pl.when(pl.col("date") == pl.col("date").min()).then(2.0).otherwise(1.0).alias("split_ratio")
    )
    found = inputs_of(sound_company(), quotes=before.vstack(after))
    adjusted = replace(
        found,
        metrics_as_of=found.metrics_as_of.with_columns(
            pl.lit("split_adjusted").alias("shares_footing"), pl.lit(10e6).alias("shares")
        ),
        metrics=found.metrics.with_columns(pl.lit(10e6 * later_split).alias("shares")),
    )
    row = row_of(adjusted.evaluate(SMALL, STANDARDS["djim"]), "shariah")
    assert row["value"] == pytest.approx(9.72405 / 160, rel=BY_HAND)
