"""What quintile portfolios earned over all months: by hand, by numpy, and against single regressions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from smallcap.finance.factors.batched_alphas import alphas_of
from smallcap.finance.factors.regression import regress
from smallcap.finance.factors.series import factors_of, month_number
from smallcap.finance.quality.portfolios.performance import quintile_performance
from smallcap.rules.files import read_rules
from smallcap.rules.types.factors import FactorRules
from smallcap.tables.quintile_performance import QuintilePerformance
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.builders import REFERENCE, table
from tests.unit.finance.quintile_builders import PUBLISHED_RULES, month_end

FACTOR_RULES = read_rules(Path(REFERENCE), "factor_validation.toml", FactorRules)
MONTHS = 60
CHANCE = np.random.default_rng(3)
EARNED = CHANCE.normal(0.01, 0.05, MONTHS)


def monthly(earned: object = EARNED, **values: object) -> pl.DataFrame:
    """Rows of marts.quintile_returns: the best quintile, a tenth traded each month but the first."""
    returns = np.asarray(earned, dtype=float)
    rows = [
        {
            "month": month_end(later + 1),
            "formed_as_of": month_end(later),
            "year": month_end(later + 1).year,
            "total_return": value,
            "turnover": 0.1 if later else None,
        }
        for later, value in enumerate(returns.tolist())
    ]
    ordinary = {
        "method": "published", "holding_months": 1, "weighting": "equal", "scope": "all", "portfolio": "5",
        "names": 40, "holdings": 40, "with_return": 40, "weight_without_return": 0.0, "is_thin": False,
        "is_survivors_only": False, "rule_set": "test",
    }  # fmt: skip
    return table("marts.quintile_returns", rows, **{**ordinary, **values})


def factors(vintages: tuple[str, ...] = ("202601",), files: tuple[str, ...] = ("FF5", "MOM")) -> pl.DataFrame:
    """Rows of raw.factors from a year before to the last month but two."""
    rows = []
    for vintage in vintages:
        chance = np.random.default_rng(int(vintage))
        for later in range(-12, MONTHS - 1):
            values = dict(
                zip(("mkt_rf", "smb", "hml", "rmw", "cma", "mom"), chance.normal(0, 0.03, 6), strict=True)
            )
            for file in files:
                own = {"mom": values["mom"]} if file == "MOM" else {**values, "mom": None, "rf": 0.001}
                rows.append({"vintage": vintage, "model": file, "month": month_end(later), **own})
    return table("raw.factors", rows, sha256="0", source="test")


def measured(rows: pl.DataFrame, raw: pl.DataFrame | None = None, cost: int = 0) -> dict[str, object]:
    """Make the single row of a cost level."""
    made = quintile_performance(rows, factors() if raw is None else raw, PUBLISHED_RULES, FACTOR_RULES)
    return QuintilePerformance.validate(made).filter(cost_basis_points=cost).row(0, named=True)


def test_two_years_of_one_per_cent_by_hand() -> None:
    rules = replace(PUBLISHED_RULES, least_months=24)
    earned = [0.02, 0.0] * 11 + [-0.5, 1.0]
    (row,) = (
        quintile_performance(monthly(earned), factors(), rules, FACTOR_RULES)
        .filter(cost_basis_points=0)
        .to_dicts()
    )
    assert row["annual_return"] == pytest.approx(1.02 ** (11 / 2) - 1, rel=EXACT)
    assert (row["max_drawdown"], row["months"]) == (pytest.approx(-0.5, rel=EXACT), 24)
    assert row["turnover"] == pytest.approx(1.2, rel=EXACT)
    assert row["mean_annual"] == pytest.approx(12 * 0.72 / 24, rel=EXACT)


def test_costs_are_of_each_dollar_bought_or_sold_and_the_first_formation_is_free() -> None:
    # A turnover of a tenth buys a tenth and sells a tenth: 50 basis points of two tenths.
    free, costly = measured(monthly()), measured(monthly(), cost=50)
    net = EARNED - np.where(np.arange(MONTHS) > 0, 0.0050 * 0.2, 0.0)
    assert free["annual_return"] == pytest.approx(np.prod(1 + EARNED) ** (12 / MONTHS) - 1, rel=EXACT)
    assert costly["annual_return"] == pytest.approx(np.prod(1 + net) ** (12 / MONTHS) - 1, rel=EXACT)
    assert costly["volatility"] == pytest.approx(np.std(net, ddof=1) * 12**0.5, rel=EXACT)


@pytest.mark.parametrize("portfolio", ["5", "long_short"])
@pytest.mark.parametrize(("prefix", "model"), [("ff5", "FF5"), ("ff5_mom", "FF5+MOM")])
def test_alphas_are_those_of_the_single_regression(portfolio: str, prefix: str, model: str) -> None:
    """A long-short return is an excess return: nothing is deducted from it."""
    raw = factors()
    row = measured(monthly(portfolio=portfolio), raw)
    of_model = factors_of(raw, model, FACTOR_RULES)
    assert of_model is not None
    one_by_one = regress(monthly(), of_model, FACTOR_RULES, is_excess=portfolio == "long_short")
    for covariance in ("OLS", "HAC"):
        theirs = one_by_one.filter(term="alpha", covariance=covariance).row(0, named=True)
        name = f"{prefix}_alpha_{covariance.lower()}"
        assert row[f"{prefix}_alpha_annual"] == pytest.approx(theirs["alpha_annual"], rel=RECOMPUTED)
        assert row[f"{name}_t_stat"] == pytest.approx(theirs["t_stat"], rel=RECOMPUTED)
        assert row[f"{name}_p_value"] == pytest.approx(theirs["p_value"], rel=RECOMPUTED)
        assert row[f"{name}_ci_high"] == pytest.approx(12 * theirs["ci_high"], rel=RECOMPUTED)
        assert row[f"{prefix}_months"] == theirs["n_obs"] == MONTHS - 2


def test_the_newest_vintage_that_a_models_files_share_is_used() -> None:
    older = factors(("202501",))
    raw = pl.concat([older, factors(("202601",), ("FF5",))])
    row = measured(monthly(), raw)
    assert (row["ff5_vintage"], row["ff5_mom_vintage"]) == ("202601", "202501")


def test_without_factors_there_are_returns_and_no_alphas() -> None:
    row = measured(monthly(), factors().clear())
    assert row["status"] == "estimated"
    assert row["mean_t_stat"] is not None
    assert (row["ff5_alpha_annual"], row["ff5_months"], row["ff5_vintage"]) == (None, None, None)


def test_thirty_five_months_are_insufficient_and_thirty_six_suffice() -> None:
    row = measured(monthly(EARNED[:35]))
    assert (row["status"], row["annual_return"], row["mean_annual"], row["months"]) == (
        "insufficient",
        None,
        None,
        35,
    )
    assert row["reason"] == "35 months have a return and a formation of at least 20 companies; 36 are needed"
    assert measured(monthly(EARNED[:36]))["status"] == "estimated"


def test_thin_months_are_left_out_and_counted() -> None:
    rows = monthly().with_columns(is_thin=pl.col("month") == month_end(7))
    row = measured(rows)
    kept = np.delete(EARNED, 6)
    assert (row["months"], row["months_thin"]) == (MONTHS - 1, 1)
    assert row["annual_return"] == pytest.approx(np.prod(1 + kept) ** (12 / len(kept)) - 1, rel=EXACT)


def test_months_of_survivors_are_measured_and_counted() -> None:
    rows = monthly().with_columns(
        is_survivors_only=pl.col("month") == month_end(7),
        weight_without_return=pl.when(pl.col("month") == month_end(7)).then(0.3).otherwise(0.0),
    )
    row = measured(rows)
    assert (row["months"], row["months_survivors_only"], row["most_weight_without_return"]) == (
        MONTHS,
        1,
        0.3,
    )
    assert row["weight_without_return"] == pytest.approx(0.3 / MONTHS, rel=EXACT)


def test_a_series_that_never_varies_has_a_return_and_no_tests() -> None:
    row = measured(monthly([0.01] * MONTHS))
    assert row["annual_return"] == pytest.approx(1.01**12 - 1, rel=EXACT)
    assert (row["mean_t_stat"], row["ff5_alpha_annual"]) == (None, None)


def test_nothing_held_has_no_rows() -> None:
    empty = monthly().clear()
    assert quintile_performance(empty, factors(), PUBLISHED_RULES, FACTOR_RULES).is_empty()


def test_every_cost_level_of_the_rules_has_a_row() -> None:
    made = quintile_performance(monthly(), factors(), PUBLISHED_RULES, FACTOR_RULES)
    assert made["cost_basis_points"].to_list() == [0, 10, 50]
    assert made["annual_return"].is_sorted(descending=True)
    assert made["first_month"].unique().to_list() == [dt.date(2020, 7, 31)]


def test_lags_of_an_alpha_count_calendar_months_across_thin_ones() -> None:
    """Months that are left out separate their neighbours."""
    raw = factors()
    gap = monthly().with_columns(is_thin=pl.col("month").is_between(month_end(20), month_end(30)))
    row = measured(gap, raw)
    of_model = factors_of(raw, "FF5", FACTOR_RULES)
    assert of_model is not None
    both = gap.filter(~pl.col("is_thin")).join(of_model.frame, on="month").sort("month")
    number = both.select(month_number("month").cast(pl.Int64)).to_series().to_numpy()
    excess = (both["total_return"] - both["rf"]).to_numpy()[:, None]
    explaining = both.select(of_model.terms).to_numpy()
    parted = alphas_of(excess, explaining, number, PUBLISHED_RULES.confidence)
    joined = alphas_of(excess, explaining, np.arange(len(number)), PUBLISHED_RULES.confidence)
    assert row["ff5_alpha_hac_t_stat"] == pytest.approx(parted.hac["t_stat"][0], rel=RECOMPUTED)
    assert abs(parted.hac["t_stat"][0] / joined.hac["t_stat"][0] - 1) > RECOMPUTED
