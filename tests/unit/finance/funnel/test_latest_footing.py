"""The filters and the lens of the balance sheet on the latest footing; other filters stay on fiscal years."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.funnel import evaluate_filters, funnel_outcomes, screen_changes, statement_lenses
from smallcap.finance.funnel.change_words import with_words
from smallcap.finance.metrics.trailing_as_of import trailing_as_of
from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.builders import APPLICABILITY, METRICS
from tests.unit.finance.funnel.funnel_builders import (
    BUSINESS,
    MILLION,
    SMALL,
    STALE_MONTHS,
    STANDARDS,
    Inputs,
    inputs_of,
    members,
    prices,
    row_of,
    sound_company,
)
from tests.unit.finance.trailing_builders import quarters, trailing

QUARTER_END, FILED = dt.date(2024, 3, 31), dt.date(2024, 5, 9)
ON_YEARS = ("business", "income", "cash_flow")
Row = dict[str, object]


def latest_of(inputs: Inputs, **changed: object) -> pl.DataFrame:
    """Rows of core.trailing_as_of: company 1 has a quarter that differs from its last year as named."""
    years = [row for row in inputs.metrics.iter_rows(named=True) if row["fiscal_year"] == 2023]
    of_years = [
        {**row, "flows_end": row["period_end"], "trailing_basis": "annual", "is_annual_only": True}
        for row in years
    ]
    record = next(row for row in of_years if row["entity_id"] == 1)
    own = {
        **record,
        "period_end": QUARTER_END,
        "available_date": FILED + dt.timedelta(days=1),
        "flows_end": QUARTER_END,
        "is_annual_only": False,
        "trailing_basis": "annual plus year to date",
        "cash_and_short_term_investments_usd": 50 * MILLION,
        **changed,
    }
    filed = {name: own[name] for name in ("entity_id", "period_end", "available_date", "version", "source")}
    return trailing_as_of(
        inputs.members,
        trailing(*of_years, *([own] if changed else [])),
        quarters({**filed, "filing_date": FILED}),
        inputs.metrics_as_of,
        inputs.prices,
        METRICS,
        STALE_MONTHS,
        APPLICABILITY,
    )


def evaluated(inputs: Inputs, latest: pl.DataFrame | None, standard: str = "published") -> pl.DataFrame:
    frames = (inputs.members, inputs.metrics_as_of, inputs.fundamentals, inputs.metrics)
    given = (inputs.prices, inputs.factors, SMALL, BUSINESS, STANDARDS[standard], APPLICABILITY)
    return evaluate_filters(*frames, *given, trailing_as_of=latest)


def lenses(inputs: Inputs, latest: pl.DataFrame | None) -> pl.DataFrame:
    frames = (inputs.members, inputs.metrics_as_of, inputs.fundamentals, inputs.metrics)
    evaluations = evaluated(inputs, latest)
    return statement_lenses(*frames, evaluations, SMALL, APPLICABILITY, trailing_as_of=latest)


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return inputs_of(sound_company())


def on(footing: str, record_end: dt.date) -> tuple[str, dt.date, dt.date]:
    return footing, record_end, record_end


def footing_of(row: Row) -> tuple[object, ...]:
    return row["statement_footing"], row["balance_sheet_date"], row["flows_end"]


def test_debt_that_grew_after_the_annual_report_fails_filter_three(inputs: Inputs) -> None:
    # By the annual report 8 / 80 of equity; by the quarter the debt of an acquisition.
    annual = row_of(evaluated(inputs, None), "balance_sheet")
    latest = row_of(evaluated(inputs, latest_of(inputs, debt_to_equity=0.41)), "balance_sheet")
    assert (annual["stand_alone_status"], annual["value"]) == ("pass", pytest.approx(0.1, rel=EXACT))
    assert (latest["stand_alone_status"], latest["value"]) == ("fail", 0.41)
    assert footing_of(annual) == on("annual", dt.date(2023, 12, 31))
    assert footing_of(latest) == on("quarter", QUARTER_END)
    assert (annual["record_age_days"], latest["record_age_days"]) == (182, 91)


def test_the_filters_of_several_years_do_not_move(inputs: Inputs) -> None:
    changes = {
        "debt_to_equity": 9.0,
        "accruals_cash_flow": 0.9,
        "net_income_usd": -1.0,
        "operating_margin": -1.0,
    }
    both = [evaluated(inputs, latest) for latest in (None, latest_of(inputs, **changes))]
    for name in ON_YEARS:
        assert row_of(both[0], name) == row_of(both[1], name)


def test_filter_two_takes_debt_and_market_value_of_the_quarter_and_income_of_the_year(inputs: Inputs) -> None:
    # 12 M shares x 16 = 192 M; 48 M of debt is a quarter of it.
    latest = latest_of(inputs, total_debt_usd=48 * MILLION, shares=12 * MILLION, revenue_usd=1.0)
    annual, now = (row_of(evaluated(inputs, frame), "shariah") for frame in (None, latest))
    assert now["debt_to_market_cap"] == pytest.approx(0.25, rel=EXACT)
    assert now["interest_income_to_revenue"] == annual["interest_income_to_revenue"]
    assert footing_of(now) == on("quarter", QUARTER_END)


def test_a_standard_that_limits_cash_takes_the_cash_of_the_quarter(inputs: Inputs) -> None:
    # 50 M of 160 M is more than 30%.
    now = row_of(evaluated(inputs, latest_of(inputs, net_cash_usd=1.0), "aaoifi"), "shariah")
    assert (now["stand_alone_status"], now["measure"]) == ("fail", "cash_to_market_cap")
    assert now["value"] == pytest.approx(50 / 160, rel=EXACT)


def test_a_mean_market_value_keeps_the_counts_of_fiscal_years(inputs: Inputs) -> None:
    latest = latest_of(inputs, shares=99 * MILLION)
    annual, now = (row_of(evaluated(inputs, frame, "djim"), "shariah") for frame in (None, latest))
    assert now["debt_to_market_cap"] == annual["debt_to_market_cap"]


def test_the_income_of_a_stale_year_is_unknown_though_the_quarter_is_fresh() -> None:
    silent = inputs_of([row for row in sound_company() if row["fiscal_year"] != 2023])
    stale = silent.metrics_as_of.with_columns(is_stale=pl.lit(value=True))
    inputs = Inputs(silent.members, stale, silent.fundamentals, silent.metrics, silent.prices, silent.factors)
    fresh = inputs_of(sound_company())
    latest = latest_of(fresh, debt_to_equity=0.2)
    row = row_of(evaluated(inputs, latest), "shariah")
    assert row["stand_alone_status"] == "verify"
    assert "interest income is unknown" in str(row["reason"])


def test_filter_six_compares_multiples_of_the_latest_footing_with_their_median() -> None:
    # Two sound companies and one whose trailing earnings have doubled; the median is that of the others.
    inputs = inputs_of([*sound_company(1), *sound_company(2), *sound_company(3)], members({}, {}, {}))
    earnings = 2 * 14 * 1.05**4 * MILLION
    latest = latest_of(inputs, net_income_usd=earnings)
    rows = evaluated(inputs, latest)
    row = row_of(rows, "value", 1)
    assert (row["measure"], row["value"]) == ("pe", pytest.approx(160 * MILLION / earnings, rel=EXACT))
    assert row["threshold"] == pytest.approx(160 / (14 * 1.05**4), rel=BY_HAND)
    assert footing_of(row) == on("quarter", QUARTER_END)
    assert footing_of(row_of(rows, "value", 2)) == on("annual", dt.date(2023, 12, 31))


def test_only_the_lens_of_the_balance_sheet_is_on_the_latest_footing(inputs: Inputs) -> None:
    quarter = {
        "debt_to_equity": 0.5,
        "current_ratio": 1.1,
        "interest_coverage": 2.0,
        "net_cash_usd": -MILLION,
        "goodwill_to_assets": 0.6,
        "operating_margin": -1.0,
        "cash_conversion": -1.0,
    }
    annual, latest = (lenses(inputs, frame) for frame in (None, latest_of(inputs, **quarter)))
    key = ["statement", "item"]
    both = annual.select(*key, "verdict").join(latest.select(*key, "verdict"), on=key, suffix="_latest")
    moved = both.filter(pl.col("verdict") != pl.col("verdict_latest"))
    assert set(moved["statement"]) == {"balance_sheet"}
    assert set(moved["item"]) == {
        *("debt_to_equity", "current_ratio", "interest_coverage", "net_cash_to_assets", "goodwill_to_assets")
    }
    of_quarter = latest.filter(pl.col("statement_footing") == "quarter")
    assert set(of_quarter["statement"]) == {"balance_sheet"}


def test_without_quarters_both_footings_are_the_same_to_the_last_digit(inputs: Inputs) -> None:
    latest = latest_of(inputs)
    assert evaluated(inputs, latest).equals(evaluated(inputs, None))
    assert lenses(inputs, latest).equals(lenses(inputs, None))


def test_a_change_names_the_quarter_that_brought_it() -> None:
    """11.67 / 97.24 of equity by the annual report, 0.41 by the quarter: out on the day after its filing."""
    before, after = dt.date(2024, 5, 9), dt.date(2024, 5, 10)
    debt = {"short_term_debt_usd": 0.0, "long_term_debt_usd": 11.67}
    records = [*sound_company(1, all=debt), *sound_company(2), *sound_company(3)]
    listed = pl.concat(members({}, {}, {}, as_of=day) for day in (before, after))
    inputs = inputs_of(records, listed, prices(100, 200, 300, months=3))
    latest = latest_of(inputs, debt_to_equity=0.41)
    evaluations = evaluated(inputs, latest)
    outcomes = funnel_outcomes(evaluations, listed)
    [row] = screen_changes(outcomes, evaluations, inputs.metrics_as_of, latest).to_dicts()
    assert (row["as_of"], row["previous_as_of"], row["ticker"], row["change"]) == (
        after,
        before,
        "T1",
        "left",
    )
    assert (row["filter_name"], row["cause"]) == ("balance_sheet", "new_filing")
    assert row["explanation"] == "debt/equity 0.12 -> 0.41 with the 10-Q of 2024-05-09"


def test_a_change_by_an_annual_report_names_the_day_on_which_it_was_known() -> None:
    change = {
        "cause": "new_filing",
        "measure": "debt_to_equity",
        "value_from": 0.5,
        "value_to": 0.25,
        "available_date_to": dt.date(2024, 3, 1),
        "balance_sheet_filing_date_to": None,
    }
    rows = pl.DataFrame([change, change | {"cause": "price_move"}, change | {"value_from": None}])
    words = "debt/equity 0.50 -> 0.25 with the annual report known since 2024-03-01"
    assert with_words(rows)["explanation"].to_list() == [words, None, None]
