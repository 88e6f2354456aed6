"""The experiment under each treatment: its own tests kept, and intervals that arch gives too."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from arch.bootstrap import StationaryBootstrap

from smallcap.finance.experiment.summary import profitability_experiment
from smallcap.finance.inference.experiment import treated_experiment
from smallcap.rules.files import read_rules
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.tables.registry import TABLES
from smallcap.tables.returns import TreatedExperiment
from tests.tolerances import RECOMPUTED
from tests.unit.finance.builders import REFERENCE
from tests.unit.finance.factors.factor_builders import RETURN_RULES, months
from tests.unit.finance.inference.test_multiple_tests import FEW_DRAWS

EXPERIMENT = read_rules(REFERENCE, "experiment.toml", ExperimentRules)
WHEN = months("2015-07", 48)
UNIVERSES = ("all", "profitable", "unprofitable")


def earned(treatment: str, seed: int, count: int = 48, without: float = 0.0) -> pl.DataFrame:
    """Monthly returns of every universe, equally weighted, formed each June."""
    random = np.random.default_rng(seed)
    columns = TABLES["marts.treated_experiment_returns"].columns
    rows = [
        {
            **dict.fromkeys(columns),
            "year": month.year,
            "month": month,
            "universe": universe,
            "weighting": "equal",
            "treatment": treatment,
            "formed_as_of": dt.date(month.year - (month.month < 7), 6, 30),
            "total_return": value,
            "turnover": 0.1,
            "weight_without_return": without,
        }
        for universe, values in zip(UNIVERSES, random.normal(0.01, 0.05, (3, count)), strict=True)
        for month, value in zip(WHEN[:count], values, strict=True)
    ]
    return pl.DataFrame(rows, schema=columns, orient="row")


RATES = pl.DataFrame({"month": WHEN, "rf": [0.002] * 48, "vintage": ["202511"] * 48})


def outcome(*parts: pl.DataFrame) -> pl.DataFrame:
    return TreatedExperiment.validate(
        treated_experiment(pl.concat(parts), RATES, EXPERIMENT, FEW_DRAWS, RETURN_RULES)
    )


def profitable(found: pl.DataFrame, treatment: str = "all", cost: int = 0) -> dict[str, dict[str, object]]:
    rows = found.filter(
        pl.col("universe") == "profitable",
        pl.col("weighting") == "equal",
        pl.col("cost_basis_points") == cost,
        pl.col("treatment") == treatment,
    )
    return {row["block"]: row for row in rows.iter_rows(named=True)}


def test_the_intervals_are_those_of_arch_and_the_rest_those_of_the_experiment():
    own = earned("all", 1)
    rows = profitable(outcome(own))
    assert set(rows) == {"optimal", "3_months", "6_months", "12_months"}
    series = {name: own.filter(pl.col("universe") == name)["total_return"].to_numpy() for name in UNIVERSES}

    def figures(mine: np.ndarray, index: np.ndarray) -> np.ndarray:
        ratios = [(s - 0.002).mean() / (s - 0.002).std(ddof=1) * np.sqrt(12) for s in (mine, index)]
        return np.array([12 * (mine - index).mean(), ratios[0] - ratios[1]])

    theirs = StationaryBootstrap(6, series["profitable"], series["all"], seed=FEW_DRAWS.seed).conf_int(
        figures, FEW_DRAWS.draws, method="percentile"
    )
    row = rows["6_months"]
    assert (row["difference_ci_low"], row["difference_ci_high"]) == pytest.approx(
        tuple(theirs[:, 0]), rel=RECOMPUTED
    )
    assert (row["sharpe_ci_low"], row["sharpe_ci_high"]) == pytest.approx(tuple(theirs[:, 1]), rel=RECOMPUTED)
    whole = profitability_experiment(own, RATES, EXPERIMENT).filter(
        pl.col("universe") == "profitable",
        pl.col("weighting") == "equal",
        pl.col("cost_basis_points") == 0,
        pl.col("period") == "all",
    )
    assert row["difference_annual"] == whole["difference_annual"].item()
    assert row["difference_hac_ci_low"] == whole["difference_ci_low"].item()
    assert row["sharpe_jk_ci_high"] == whole["sharpe_difference_ci_high"].item()


def test_each_treatment_has_its_own_figures_and_coverage():
    found = outcome(earned("all", 1), earned("winsorized", 2, without=0.03))
    assert profitable(found)["optimal"]["coverage"] == "complete"
    other = profitable(found, "winsorized")["optimal"]
    assert (other["coverage"], other["weight_without_return"]) == ("survivors_only", 0.03)
    assert other["difference_annual"] != profitable(found)["optimal"]["difference_annual"]


def test_too_few_months_give_no_interval():
    row = profitable(outcome(earned("all", 1, count=12)))["optimal"]
    assert (row["status"], row["difference_ci_low"], row["sharpe_ci_low"]) == ("insufficient", None, None)


def test_no_returns_have_no_rows():
    assert outcome(earned("all", 1).clear()).is_empty()
