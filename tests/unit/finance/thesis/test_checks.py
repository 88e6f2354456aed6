"""Claims and their numbers: what supports, what contradicts, and what is not known."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.regression.linear_model import OLS
from statsmodels.tools import add_constant

from smallcap.errors import InputError
from smallcap.finance.thesis.checks import judge, thesis_checks
from smallcap.finance.thesis.measures import MEASURES, Figure
from smallcap.rules.files import read_rows
from smallcap.rules.types.thesis import CLAIMS_FILE, ThesisClaim
from smallcap.tables import TABLES
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.builders import REFERENCE, table

CLAIMS = read_rows(REFERENCE, CLAIMS_FILE, ThesisClaim)
READ = (
    "core.metrics_as_of",
    "core.factors_monthly",
    "marts.index_profile",
    "marts.index_holdings",
    "marts.experiment_returns",
    "marts.profitability_experiment",
    "marts.reconstitution_pooled",
    "core.members",
    "raw.prices",
    "core.monthly_returns",
    "marts.benchmark_panel",
    "marts.quintile_performance",
)
DATE, EARLIER = dt.date(2025, 12, 31), dt.date(2025, 11, 30)
MONTHS = pl.date_range(dt.date(2014, 1, 31), DATE, "1mo", eager=True).dt.month_end().to_list()
RANDOM = np.random.default_rng(3)
MARKET = RANDOM.normal(0.006, 0.045, len(MONTHS))
INDEX = 0.001 + 1.3 * MARKET + RANDOM.normal(0, 0.02, len(MONTHS))
RISK_FREE = 0.002
LIMITED = ThesisClaim(
    claim="c", statement="s", measure="m", low=1.0, high=2.0, threshold_source="t", needed="n", source="o"
)


def checks(**tables: pl.DataFrame) -> dict[str, dict[str, object]]:
    """Judge all claims, with the tables that a test names and all others empty."""
    given_tables = {name: tables.get(name.split(".")[1], table(name, [])) for name in READ}
    rows = thesis_checks(given_tables, CLAIMS)
    assert TABLES["marts.thesis_checks"].schema.is_valid(rows)
    return {str(row["claim"]): row for row in rows.to_dicts()}


def returns() -> dict[str, pl.DataFrame]:
    index = [
        {"month": month, "total_return": RISK_FREE + value}
        for month, value in zip(MONTHS, INDEX.tolist(), strict=True)
    ]
    market = [{"month": month, "mkt_rf": value} for month, value in zip(MONTHS, MARKET.tolist(), strict=True)]
    return {
        "experiment_returns": table("marts.experiment_returns", index, universe="all", weighting="cap"),
        "factors_monthly": table("core.factors_monthly", market, rf=RISK_FREE, vintage="202512"),
    }


def test_every_claim_of_the_deep_dive_has_a_row() -> None:
    asked = {
        *("growth", "diversification", "domestic_focus", "bellwether", "volatility"),
        *("economic_sensitivity", "refinancing", "mega_trends", "unprofitable_share"),
        *("reconstitution_cost", "quality_screen_pays", "liquidity"),
    }
    assert asked <= set(checks())


def test_without_data_nothing_is_known_and_each_row_says_what_is_needed() -> None:
    for row in checks().values():
        assert (row["verdict"], row["value"]) == ("not known", None)
        assert row["reason"]
        assert row["needed"]


def test_every_measure_that_a_claim_asks_for_exists_and_each_is_asked_for() -> None:
    assert {claim.measure for claim in CLAIMS if claim.measure} == set(MEASURES)


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.3, "supports"), (0.35, "supports"), (0.4, "supports"), (0.29, "contradicts"), (0.41, "contradicts")],
)
def test_the_share_of_losses_is_that_of_the_latest_date(share: float, verdict: str) -> None:
    profile = table(
        "marts.index_profile",
        [{"as_of": DATE, "unprofitable_share": share}, {"as_of": EARLIER, "unprofitable_share": 0.9}],
    )
    row = checks(index_profile=profile)["unprofitable_share"]
    assert (row["verdict"], row["value"], row["value_date"]) == (verdict, share, DATE)
    assert row["value_source"] == "marts.index_profile"


def test_numbers_of_the_records_leave_out_stale_ones() -> None:
    rows = [
        {"entity_id": 1, "revenue_growth": 0.10, "debt_to_assets": 0.2, "interest_coverage": 1.0},
        {"entity_id": 2, "revenue_growth": 0.30, "debt_to_assets": 0.2, "interest_coverage": 1.5},
        {"entity_id": 3, "revenue_growth": 0.20, "debt_to_assets": 0.0, "interest_coverage": 0.1},
        {"entity_id": 4, "revenue_growth": 0.20, "debt_to_assets": 0.2, "interest_coverage": None},
        {
            "entity_id": 5,
            "revenue_growth": 9.99,
            "debt_to_assets": 0.2,
            "interest_coverage": 0.1,
            "is_stale": True,
        },
    ]
    metrics = table("core.metrics_as_of", [{"is_stale": False, **row} for row in rows], as_of=DATE)
    found = checks(metrics_as_of=metrics)
    assert found["growth"]["value"] == pytest.approx(0.2, rel=EXACT)
    assert (found["growth"]["verdict"], found["growth"]["reason"]) == (
        "not known", "the number alone does not decide",
    )  # fmt: skip
    # One of the two indebted companies with a known cover earns less than 1.5 times its interest.
    assert found["refinancing"]["value"] == pytest.approx(0.5, rel=EXACT)
    assert found["refinancing"]["verdict"] == "supports"


def test_the_largest_weight() -> None:
    holdings = table("marts.index_holdings", [{"as_of": DATE, "weight": w} for w in (0.011, 0.002)])
    assert checks(index_holdings=holdings)["concentration"]["verdict"] == "contradicts"


class TestReturns:
    """The last 120 months of the index against the market factor."""

    def test_volatility_and_correlation(self) -> None:
        found = checks(**returns())
        index, market = INDEX[-120:], MARKET[-120:]
        assert found["volatility"]["value"] == pytest.approx(
            index.std(ddof=1) / market.std(ddof=1), rel=RECOMPUTED
        )
        assert found["diversification"]["value"] == pytest.approx(
            np.corrcoef(index, market)[0, 1], rel=RECOMPUTED
        )
        assert found["volatility"]["value_date"] == DATE

    def test_the_beta_of_falling_months_is_that_of_statsmodels(self) -> None:
        row = checks(**returns())["economic_sensitivity"]
        falling = [n for n in range(len(MONTHS) - 120, len(MONTHS)) if MARKET[n] + RISK_FREE < 0]
        fitted = OLS(INDEX[falling], add_constant(MARKET[falling])).fit()
        assert row["value"] == pytest.approx(fitted.params[1], rel=RECOMPUTED)
        assert row["std_error"] == pytest.approx(fitted.bse[1], rel=RECOMPUTED)

    def test_under_three_years_nothing_is_computed(self) -> None:
        short = {name: rows.tail(35) for name, rows in returns().items()}
        row = checks(**short)["volatility"]
        assert (row["verdict"], row["reason"]) == ("not known", "35 months of returns, 36 are needed")

    def test_other_universes_do_not_count(self) -> None:
        other = returns()
        other["experiment_returns"] = other["experiment_returns"].with_columns(universe=pl.lit("profitable"))
        assert checks(**other)["volatility"]["value"] is None


def cost(estimate: float | None, error: float | None, **columns: object) -> pl.DataFrame:
    row = {
        "through_effective_date": dt.date(2025, 6, 27),
        "group": "additions_less_deletions",
        "window": "rank_to_effective",
        "adjustment": "five_factor",
        "measure": "fund_cost",
        "estimate": estimate,
        "std_error": error,
        "known_date": dt.date(2025, 8, 31),
        "status": "insufficient" if estimate is None else "estimated",
        "reason": "4 events, 5 are needed" if estimate is None else None,
    }
    return table("marts.reconstitution_pooled", [row | columns])


@pytest.mark.parametrize(
    ("estimate", "error", "verdict"),
    [(0.002, 0.001, "supports"), (0.0019, 0.001, "not known"), (-0.0021, 0.001, "contradicts")],
)
def test_a_cost_must_be_two_errors_from_zero(estimate: float, error: float, verdict: str) -> None:
    row = checks(reconstitution_pooled=cost(estimate, error))["reconstitution_cost"]
    assert (row["verdict"], row["value"], row["std_error"]) == (verdict, estimate, error)
    assert row["value_date"] == dt.date(2025, 8, 31)


def test_too_few_events_are_said_in_their_own_words() -> None:
    row = checks(reconstitution_pooled=cost(None, None))["reconstitution_cost"]
    assert (row["verdict"], row["reason"]) == ("not known", "4 events, 5 are needed")


def test_the_newest_event_counts() -> None:
    both = pl.concat([cost(0.5, 0.1), cost(0.002, 0.001, through_effective_date=dt.date(2026, 6, 26))])
    assert checks(reconstitution_pooled=both)["reconstitution_cost"]["value"] == 0.002


def test_the_rule_of_profits_is_judged_before_costs_and_by_market_value() -> None:
    row = {
        "universe": "profitable", "weighting": "cap", "period": "all", "cost_basis_points": 0,
        "difference_annual": 0.02, "difference_std_error": 0.005, "last_month": DATE, "status": "estimated",
    }  # fmt: skip
    others = [row | {"weighting": "equal"}, row | {"cost_basis_points": 50}, row | {"period": "2024/2025"}]
    wrong = [other | {"difference_annual": -1.0} for other in others]
    rows = table("marts.profitability_experiment", [*wrong, row])
    found = checks(profitability_experiment=rows)["profit_rule_pays"]
    assert (found["verdict"], found["value"]) == ("supports", 0.02)


def test_the_funds_of_the_index_and_of_large_companies_are_compared_where_they_are_priced() -> None:
    months = MONTHS[-40:]
    rows = [
        {"month": month, "security_id": line, "total_return": value}
        for line, values in ((1, INDEX[-40:]), (2, MARKET[-40:]))
        for month, value in zip(months, values.tolist(), strict=True)
    ]
    panel = table(
        "marts.benchmark_panel",
        [{"role": "index", "security_id": 1}, {"role": "large", "security_id": 2}],
        as_of=DATE,
    )
    row = checks(monthly_returns=table("core.monthly_returns", rows), benchmark_panel=panel)[
        "diversification"
    ]
    assert row["value"] == pytest.approx(np.corrcoef(INDEX[-40:], MARKET[-40:])[0, 1], rel=RECOMPUTED)
    assert (row["value_source"], row["value_date"]) == ("marts.benchmark_panel", DATE)


def test_the_median_member_trades_a_million_at_a_tenth_of_its_volume() -> None:
    volumes = {10: 4e6, 20: 20e6, 30: 6e6, 40: 900e6}
    prices = [
        {"security_id": line, "date": day, "median_dollar_volume_usd": value / (1 if day == DATE else 100)}
        for line, value in volumes.items()
        for day in (EARLIER, DATE)
    ]
    listed = table("core.members", [{"security_id": line} for line in (10, 20, 30)], as_of=DATE)
    row = checks(members=listed, prices=table("raw.prices", prices))["liquidity"]
    assert row["value"] == pytest.approx(1e6 / (0.1 * 6e6), rel=EXACT)
    assert (row["verdict"], row["value_date"]) == ("contradicts", DATE)


def test_the_screen_is_judged_by_the_alpha_of_the_best_less_the_worst_quintile() -> None:
    row = {
        "method": "published", "holding_months": 12, "weighting": "cap", "scope": "all",
        "portfolio": "long_short", "cost_basis_points": 0, "last_month": DATE, "status": "estimated",
        "ff5_alpha_annual": 0.05, "ff5_alpha_hac_std_error": 0.02,
    }  # fmt: skip
    others = [row | {"holding_months": 1}, row | {"weighting": "equal"}, row | {"portfolio": "5"}]
    wrong = [other | {"ff5_alpha_annual": -1.0} for other in others]
    found = checks(quintile_performance=table("marts.quintile_performance", [*wrong, row]))
    assert (found["quality_screen_pays"]["verdict"], found["quality_screen_pays"]["value"]) == (
        "supports",
        0.05,
    )


@given(number=st.floats(-5, 5), error=st.floats(0.01, 2), least_t=st.none() | st.floats(0.5, 4))
def test_a_verdict_needs_a_number_on_one_side_and_far_enough(
    number: float, error: float, least_t: float | None
) -> None:
    claim = dataclasses.replace(LIMITED, least_t=least_t)
    verdict, reason = judge(claim, Figure("t", number, DATE, error))
    distance = min(abs(number - 1.0), abs(number - 2.0)) / error
    assert (verdict == "not known") == (least_t is not None and distance < least_t) == (reason is not None)
    if verdict != "not known":
        assert (verdict == "supports") == (1.0 <= number <= 2.0)


def test_a_number_without_a_standard_error_does_not_meet_a_limit_that_needs_one() -> None:
    claim = dataclasses.replace(LIMITED, least_t=2.0)
    assert judge(claim, Figure("t", 1.5, DATE)) == ("not known", "the number has no standard error")


def test_a_measure_that_does_not_exist_is_named() -> None:
    with pytest.raises(InputError, match="claim 'c' asks for the measure 'm', which does not exist"):
        thesis_checks({}, (LIMITED,))


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"measure": None}, "measure is empty, but there are limits"),
        ({"threshold_source": None}, "threshold_source must say where"),
        ({"high": 0.5}, r"high \(0.5\) is below 'low' \(1.0\)"),
        ({"least_t": 0.0}, "least_t must be positive"),
        ({"window_months": 0}, "window_months must be at least 1"),
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(changed: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        dataclasses.replace(LIMITED, **changed)  # type: ignore[arg-type]
