"""Quintile portfolios under each treatment: intervals that arch gives too, and holdings by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from arch.bootstrap import StationaryBootstrap, optimal_block_length

from smallcap.finance.inference.quintiles import treated_quintiles
from smallcap.finance.quality.portfolios.performance import quintile_performance
from smallcap.finance.returns.quintile_treatments import treated_quintile_returns
from smallcap.tables.treated_quintiles import TreatedQuintileReturns, TreatedQuintiles
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.factors.factor_builders import RETURN_RULES
from tests.unit.finance.inference.test_multiple_tests import FEW_DRAWS
from tests.unit.finance.quintile_builders import FEW_SUFFICE, PUBLISHED_RULES, World, month_end, series
from tests.unit.finance.test_quintile_performance import EARNED, FACTOR_RULES, MONTHS, factors, monthly

RAW = factors()
ALL = monthly().with_columns(treatment=pl.lit("all"))


def outcome(rows: pl.DataFrame = ALL) -> pl.DataFrame:
    return TreatedQuintiles.validate(treated_quintiles(rows, RAW, PUBLISHED_RULES, FACTOR_RULES, FEW_DRAWS))


def by_block(found: pl.DataFrame, treatment: str = "all", cost: int = 0) -> dict[str, dict[str, object]]:
    rows = found.filter(treatment=treatment, cost_basis_points=cost)
    return {row["block"]: row for row in rows.iter_rows(named=True)}


def aligned(prefix: str = "ff5") -> tuple[np.ndarray, np.ndarray]:
    """Excess returns of the months that have factors, and a constant with the factors, in percent files."""
    names = ["mkt_rf", "smb", "hml", "rmw", "cma"]
    five = RAW.filter(pl.col("model") == "FF5").sort("month").filter(pl.col("month") > month_end(0))
    explaining = five.select(names).to_numpy()
    if prefix == "ff5_mom":
        mom = RAW.filter(pl.col("model") == "MOM").sort("month").filter(pl.col("month") > month_end(0))
        explaining = np.column_stack([explaining, mom["mom"].to_numpy()])
    count = len(explaining)
    assert count == MONTHS - 2
    return EARNED[:count] - 0.001, np.column_stack([np.ones(count), explaining])


@pytest.mark.parametrize("prefix", ["ff5", "ff5_mom"])
def test_the_interval_of_an_alpha_is_that_of_arch_with_the_same_seed_and_block_length(prefix: str):
    excess, design = aligned(prefix)

    def alpha(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        return 12 * np.linalg.lstsq(theirs, mine, rcond=None)[0][:1]

    theirs = StationaryBootstrap(6, excess, design, seed=FEW_DRAWS.seed).conf_int(
        alpha, FEW_DRAWS.draws, method="percentile"
    )
    row = by_block(outcome())["6_months"]
    assert (row[f"{prefix}_alpha_ci_low"], row[f"{prefix}_alpha_ci_high"]) == pytest.approx(
        tuple(theirs[:, 0]), rel=RECOMPUTED
    )


def test_the_optimal_block_is_that_of_arch_in_whole_months():
    excess, design = aligned()
    residuals = excess - design @ np.linalg.lstsq(design, excess, rcond=None)[0]
    lengths = optimal_block_length(residuals[:, None] * design)["stationary"]
    row = by_block(outcome())["optimal"]
    assert row["ff5_block_months"] == np.ceil(max(1.0, lengths.max()))


def test_the_rest_is_that_of_the_performance_and_every_cost_level_draws_the_same_rows():
    found = outcome()
    (own,) = (
        quintile_performance(monthly(), RAW, PUBLISHED_RULES, FACTOR_RULES)
        .filter(cost_basis_points=50)
        .to_dicts()
    )
    free, costly = by_block(found)["optimal"], by_block(found, cost=50)["optimal"]
    for name in ("annual_return", "ff5_alpha_annual", "ff5_alpha_hac_ci_low", "ff5_mom_alpha_annual"):
        assert costly[name] == own[name]
    # All months but the first cost the same, so every draw falls by nearly the same: 12 x 50 bp x two tenths.
    assert free["ff5_alpha_ci_high"] - costly["ff5_alpha_ci_high"] == pytest.approx(0.012, rel=0.1)
    assert free["ff5_block_months"] == costly["ff5_block_months"]


def test_each_treatment_has_its_own_figures_and_coverage():
    other = monthly(EARNED / 2, weight_without_return=0.03).with_columns(treatment=pl.lit("winsorized"))
    found = outcome(pl.concat([ALL, other]))
    own, treated = by_block(found)["optimal"], by_block(found, "winsorized")["optimal"]
    assert (own["coverage"], treated["coverage"]) == ("complete", "survivors_only")
    assert treated["ff5_alpha_annual"] < own["ff5_alpha_annual"]
    assert treated["ff5_block_months"] == own["ff5_block_months"]


def test_too_few_months_give_no_numbers():
    row = by_block(outcome(ALL.head(12)))["optimal"]
    assert (row["status"], row["ff5_alpha_ci_low"], row["coverage"]) == ("insufficient", None, None)


def test_a_suspect_return_is_sold_at_its_last_value_and_a_cut_off_one_counts_in_part():
    # Two lines in the best quintile: +10% and +300% in July, of which the second is suspect; then nothing.
    world = World(
        quintiles={0: {1: 5, 2: 5, **dict.fromkeys(range(3, 12), 1)}},
        earned={1: [0.0, 0.1, 0.2], 2: [0.0, 3.0, 0.0], **{line: [0.0, 0.0, 0.0] for line in range(3, 12)}},
    )
    doubts = pl.DataFrame({"month": [month_end(1)], "security_id": [2], "is_return_suspect": [True]})
    half = replace(RETURN_RULES, winsorizing=replace(RETURN_RULES.winsorizing, low=0.1, high=0.9))
    rows = TreatedQuintileReturns.validate(
        treated_quintile_returns(*world.frames(), doubts, FEW_SUFFICE, half, 2020)
    )
    without = series(rows.filter(treatment="without_suspects"), "5")
    assert [row["total_return"] for row in without] == pytest.approx([0.1, 0.2], rel=EXACT)
    assert [row["weight_without_return"] for row in without] == [0.5, 0.0]
    # Eleven returns in July: the 90% quantile is the tenth of them, +10%.
    cut = series(rows.filter(treatment="winsorized"), "5")
    assert cut[0]["total_return"] == pytest.approx(0.1, rel=EXACT)


def test_no_treatment_changes_who_is_bought():
    # The June of line 2 is suspect: it is bought all the same.
    world = World(quintiles={0: {1: 5, 2: 5}}, earned={1: [0.0, 0.1], 2: [3.0, 0.3]})
    doubts = pl.DataFrame({"month": [month_end(0)], "security_id": [2], "is_return_suspect": [True]})
    rows = treated_quintile_returns(*world.frames(), doubts, FEW_SUFFICE, RETURN_RULES, 2020)
    (july,) = series(rows.filter(treatment="without_suspects"), "5")
    assert (july["holdings"], july["total_return"]) == (2, pytest.approx(0.2, rel=EXACT))
