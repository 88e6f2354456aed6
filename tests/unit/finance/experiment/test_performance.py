"""What series of returns come to, after costs, and how sure their difference to the index is.

Each figure worked again by hand.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.finance.experiment.summary import profitability_experiment
from smallcap.rules.files import read_rules
from smallcap.rules.types.experiment import ExperimentRules
from smallcap.tables.experiment import ExperimentReturns, ProfitabilityExperiment
from tests.tolerances import EXACT, RECOMPUTED
from tests.unit.finance.experiment.experiment_builders import LOSS, RULES, Company, World, month_end

RATE = 0.002
INDEX = [0.04, -0.06, 0.03, 0.01, -0.02, 0.05, 0.00, 0.02, -0.03, 0.07, -0.01, 0.02] * 3
PICKED = [0.03, -0.04, 0.04, 0.02, -0.03, 0.04, 0.01, 0.00, -0.01, 0.06, 0.00, 0.03] * 3
# So that years differ, and a month's difference from that of another lag.
PICKED[13], PICKED[30] = -0.09, 0.11
NUMBERS = [name for name, column in ProfitabilityExperiment.columns().items() if column.dtype == pl.Float64]


def earned(
    returns: Sequence[float],
    universe: str = "all",
    weighting: str = "equal",
    turnover: Sequence[float | None] | None = None,
    names: int = 40,
) -> pl.DataFrame:
    """Rows of marts.experiment_returns of one series from July 2020 on.

    Without a turnover nothing is traded.
    """
    traded = turnover or [None, *[0.0] * (len(returns) - 1)]
    rows = [
        {
            "year": month_end(later).year,
            "universe": universe,
            "weighting": weighting,
            "month": month_end(later),
            "formed_as_of": month_end((later - 1) // 12 * 12),
            "total_return": value,
            "turnover": traded[later - 1],
            "members": 110,
            "names": names + (later - 1) // 12,
            "share_by_count": 0.4,
            "share_by_weight": 0.5,
            "unknown_names": 3,
            "holdings": names,
            "with_return": names,
            "missing": 0,
            "left": 0,
        }
        for later, value in enumerate(returns, 1)
    ]
    return ExperimentReturns.validate(
        pl.DataFrame(rows, schema={name: c.dtype for name, c in ExperimentReturns.columns().items()})
    )


def rates(months: int = 60) -> pl.DataFrame:
    """Rows of core.factors_monthly."""
    return pl.DataFrame(
        {"month": [month_end(later) for later in range(months)], "rf": RATE, "vintage": "202510"}
    )


def summary(
    *series: pl.DataFrame, factors: pl.DataFrame | None = None, rules: ExperimentRules = RULES
) -> pl.DataFrame:
    found = profitability_experiment(pl.concat(series), rates() if factors is None else factors, rules)
    return ProfitabilityExperiment.validate(found)


def row(
    rows: pl.DataFrame, universe: str = "all", weighting: str = "equal", cost: int = 0, period: str = "all"
) -> dict[str, Any]:
    key = {"universe": universe, "weighting": weighting, "cost_basis_points": cost, "period": period}
    return rows.filter(*(pl.col(name) == value for name, value in key.items())).row(0, named=True)


class TestOneSeries:
    def test_annual_return_is_compounded_and_brought_to_a_year(self) -> None:
        found = row(summary(earned(INDEX)))
        assert found["annual_return"] == pytest.approx(
            math.prod(1 + value for value in INDEX) ** (1 / 3) - 1, rel=EXACT
        )
        assert (found["months"], found["junes"]) == (36, 3)
        assert (found["first_month"], found["last_month"]) == (month_end(1), month_end(36))

    def test_a_year_s_return_is_its_own(self) -> None:
        rows = summary(earned(INDEX))
        assert row(rows, period="2021/2022")["annual_return"] == pytest.approx(
            math.prod(1 + value for value in INDEX[:12]) - 1, rel=EXACT
        )
        assert set(rows["period"]) == {"all", "2020/2021", "2021/2022", "2022/2023"}

    def test_volatility_and_sharpe(self) -> None:
        found = row(summary(earned(INDEX)))
        deviation = statistics.stdev(INDEX)
        assert found["volatility"] == pytest.approx(deviation * math.sqrt(12), rel=EXACT)
        assert found["sharpe"] == pytest.approx(
            (statistics.mean(INDEX) - RATE) / deviation * math.sqrt(12), rel=EXACT
        )

    def test_drawdown_is_the_largest_fall_from_a_height(self) -> None:
        # 1.10, 0.88, 0.924, 0.8316: the fall of 1.10 to 0.8316 counts, though the value rose in between.
        rows = summary(earned([0.10, -0.20, 0.05, -0.10, *[0.02] * 32]))
        assert row(rows)["max_drawdown"] == pytest.approx(0.8316 / 1.10 - 1, rel=EXACT)

    def test_a_first_month_can_be_a_drawdown(self) -> None:
        assert row(summary(earned([-0.1, *[0.02] * 35])))["max_drawdown"] == pytest.approx(-0.1, rel=EXACT)

    def test_without_a_fall_there_is_no_drawdown(self) -> None:
        assert row(summary(earned([0.01, 0.02] * 18)))["max_drawdown"] == 0.0

    def test_equal_returns_have_no_sharpe_ratio(self) -> None:
        assert row(summary(earned([0.01] * 36)))["sharpe"] is None

    def test_part_of_a_year_has_a_return_and_no_volatility(self) -> None:
        part = row(summary(earned(INDEX[:30])), period="2022/2023")
        assert part["annual_return"] == pytest.approx(
            math.prod(1 + value for value in INDEX[:6]) - 1, rel=EXACT
        )
        assert (part["months"], part["volatility"], part["sharpe"]) == (6, None, None)

    def test_sharpe_takes_the_months_that_have_a_rate(self) -> None:
        found = row(summary(earned(INDEX), factors=rates(31)))
        known = INDEX[:30]
        assert (found["months"], found["months_with_rate"]) == (36, 30)
        expected = (statistics.mean(known) - RATE) / statistics.stdev(known) * math.sqrt(12)
        assert found["sharpe"] == pytest.approx(expected, rel=EXACT)

    def test_without_factors_there_is_no_sharpe_ratio(self) -> None:
        found = row(summary(earned(INDEX), factors=rates().clear()))
        assert (found["sharpe"], found["months_with_rate"], found["vintage"]) == (None, 0, None)
        assert found["status"] == "estimated"

    def test_names_are_averaged_over_the_junes(self) -> None:
        # 40, 41 and 42 names, the last for six months only.
        assert row(summary(earned(INDEX[:30])))["names"] == pytest.approx(41, rel=EXACT)


class TestCosts:
    TRADED = (None, *[0.0] * 11, 0.30, *[0.0] * 4, 0.05, *[0.0] * 6, 0.40, *[0.0] * 5)

    def test_what_is_traded_is_paid_for_before_the_month_earns(self) -> None:
        rows = summary(earned(INDEX[:30], turnover=self.TRADED))
        net = [
            (1 - 0.005 * (traded or 0)) * (1 + value) - 1
            for value, traded in zip(INDEX, self.TRADED, strict=False)
        ]
        assert row(rows, cost=50)["annual_return"] == pytest.approx(
            math.prod(1 + value for value in net) ** (12 / 30) - 1, rel=EXACT
        )
        second = row(rows, cost=10, period="2021/2022")["annual_return"]
        gross = row(rows, cost=0, period="2021/2022")["annual_return"]
        assert 1 + second == pytest.approx((1 + gross) * (1 - 0.001 * 0.30) * (1 - 0.001 * 0.05), rel=EXACT)

    def test_turnover_a_year(self) -> None:
        rows = summary(earned(INDEX[:30], turnover=self.TRADED))
        by_period = {
            period: row(rows, period=period)["turnover"]
            for period in ("2020/2021", "2021/2022", "2022/2023", "all")
        }
        # The first formation is set against nothing, and half a year is no year.
        assert by_period == {
            "2020/2021": None,
            "2021/2022": pytest.approx(0.35),
            "2022/2023": 0.40,
            "all": pytest.approx(0.35),
        }

    def test_dearer_trading_earns_less(self) -> None:
        rows = summary(earned(INDEX[:30], turnover=self.TRADED))
        by_cost = [row(rows, cost=cost)["annual_return"] for cost in RULES.costs_basis_points]
        assert by_cost == sorted(by_cost, reverse=True)
        assert len(set(by_cost)) == 3


class TestDifference:
    @pytest.fixture
    def rows(self) -> pl.DataFrame:
        return summary(earned(INDEX), earned(PICKED, "profitable"))

    def test_the_mean_and_its_newey_west_error(self, rows: pl.DataFrame) -> None:
        found = row(rows, "profitable")
        gaps = [own - index for own, index in zip(PICKED, INDEX, strict=True)]
        months, mean = len(gaps), statistics.mean(gaps)
        rest = [gap - mean for gap in gaps]
        # floor(4 (36/100)^(2/9)) is 3 lags; Bartlett weights 3/4, 2/4, 1/4; n / (n - 1) for the small sample.
        covariances = [sum(rest[t] * rest[t - lag] for t in range(lag, months)) for lag in range(4)]
        long_run = covariances[0] + 2 * sum((1 - lag / 4) * covariances[lag] for lag in (1, 2, 3))
        error = math.sqrt(long_run / months**2 * months / (months - 1))
        assert found["difference_annual"] == pytest.approx(12 * mean, rel=RECOMPUTED)
        assert found["difference_std_error"] == pytest.approx(12 * error, rel=RECOMPUTED)
        assert found["difference_t_stat"] == pytest.approx(mean / error, rel=RECOMPUTED)
        # Student's t with 35 degrees of freedom: 2.0301079 at 97.5%.
        assert found["difference_ci_high"] == pytest.approx(
            12 * (mean + 2.0301079282503 * error), rel=RECOMPUTED
        )

    def test_the_sharpe_ratios_by_jobson_korkie_and_memmel(self, rows: pl.DataFrame) -> None:
        found = row(rows, "profitable")
        a, b = ((statistics.mean(series) - RATE) / statistics.stdev(series) for series in (PICKED, INDEX))
        rho = statistics.correlation(PICKED, INDEX)
        variance = (2 - 2 * rho + (a * a + b * b - 2 * a * b * rho * rho) / 2) / 36
        assert found["sharpe_difference"] == pytest.approx((a - b) * math.sqrt(12), rel=RECOMPUTED)
        assert found["sharpe_difference_std_error"] == pytest.approx(math.sqrt(12 * variance), rel=RECOMPUTED)
        low = (a - b) * math.sqrt(12) - 1.9599639845400545 * math.sqrt(12 * variance)
        assert found["sharpe_difference_ci_low"] == pytest.approx(low, rel=RECOMPUTED)

    def test_a_year_has_a_difference_and_no_test(self, rows: pl.DataFrame) -> None:
        year = row(rows, "profitable", period="2021/2022")
        gaps = [own - index for own, index in zip(PICKED[12:24], INDEX[12:24], strict=True)]
        assert year["difference_annual"] == pytest.approx(12 * statistics.mean(gaps), rel=RECOMPUTED)
        assert (year["difference_std_error"], year["sharpe_difference_std_error"]) == (None, None)

    def test_the_index_is_not_set_against_itself(self, rows: pl.DataFrame) -> None:
        assert {row(rows)[name] for name in NUMBERS if "difference" in name} == {None}

    def test_the_index_itself_under_another_name_differs_by_nothing(self) -> None:
        found = row(summary(earned(INDEX), earned(INDEX, "profitable")), "profitable")
        assert (found["difference_annual"], found["difference_std_error"], found["sharpe_difference"]) == (
            0.0,
            None,
            0.0,
        )

    def test_each_cost_level_is_set_against_the_index_at_the_same_cost(self) -> None:
        traded = [None, *[0.0] * 11, *[0.2, *[0.0] * 11] * 2]
        rows = summary(earned(INDEX, turnover=traded), earned(INDEX, "profitable", turnover=traded))
        assert row(rows, "profitable", cost=50)["difference_annual"] == 0.0


class TestInsufficient:
    def test_two_junes(self) -> None:
        rows = summary(earned(INDEX[:24]), earned(PICKED[:24], "profitable"))
        assert set(rows["status"]) == {"insufficient"}
        assert set(rows.select(NUMBERS).null_count().row(0)) == {rows.height}
        found = row(rows)
        assert (found["months"], found["junes"]) == (24, 2)
        assert (
            found["reason"]
            == "held from 2 Junes on; 3 are needed, with members of this kind and returns after"
        )

    def test_three_junes_of_one_month_each(self) -> None:
        julys = pl.concat([earned(INDEX)[month] for month in (0, 12, 24)])
        found = row(summary(julys))
        assert (found["status"], found["reason"]) == ("insufficient", "3 months have a return; 24 are needed")

    def test_nothing_at_all_still_says_so(self) -> None:
        rows = summary(earned([]))
        assert rows.height == 3 * 3 * len(RULES.costs_basis_points)
        assert set(rows.select("status", "months", "junes", "period").unique().rows()) == {
            ("insufficient", 0, 0, "all")
        }

    def test_where_all_make_losses_the_profitable_are_insufficient(self) -> None:
        companies = {line: Company(LOSS) for line in (1, 2)}
        rows = summary(_three_years(companies))
        by_universe = {
            universe: row(rows, universe)["status"] for universe in ("all", "profitable", "unprofitable")
        }
        assert by_universe == {"all": "estimated", "profitable": "insufficient", "unprofitable": "estimated"}
        assert row(rows, "profitable")["reason"].startswith("held from 0 Junes on")

    def test_without_sectors_nothing_sector_neutral_is_said(self) -> None:
        companies = {1: Company(sector=None), 2: Company(LOSS, sector=None)}
        rows = summary(_three_years(companies))
        by_weighting = {
            weighting: row(rows, "profitable", weighting)["status"]
            for weighting in ("equal", "cap", "sector_neutral")
        }
        assert by_weighting == {"equal": "estimated", "cap": "estimated", "sector_neutral": "insufficient"}


def _three_years(companies: dict[int, Company]) -> pl.DataFrame:
    lists = {later: list(companies) for later in range(36)}
    earnings = {line: [0.0, *(value * line for value in INDEX)] for line in companies}
    return World(companies, lists, earnings).run((2020, 2021, 2022, 2023))


class TestRules:
    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("costs_basis_points", (), "costs_basis_points must list distinct levels, got []"),
            ("costs_basis_points", (10, 10), "costs_basis_points must list distinct levels, got [10, 10]"),
            ("costs_basis_points", (-1,), "costs_basis_points must be 0 to 9999, got [-1]"),
            ("least_junes", 1, "least_junes must be at least 2, got 1"),
            (
                "least_months",
                11,
                "least_months must be at least 12: shorter periods are not annualised, got 11",
            ),
            ("confidence", 1.0, "confidence must be between 0 and 1, got 1.0"),
        ],
    )
    def test_nonsense_is_refused(self, field: str, value: object, problem: str) -> None:
        with pytest.raises(ValueError, match=f"^{problem}$".replace("[", r"\[").replace("]", r"\]")):
            dataclasses.replace(RULES, **{field: value})

    def test_a_wrong_file_is_named_with_its_line(self, tmp_path: Path) -> None:
        lines = [
            'name = "x"',
            'version = "1"',
            'source = "x"',
            "costs_basis_points = [0]",
            "least_junes = 1",
            "least_months = 24",
            "confidence = 0.9",
        ]
        (tmp_path / "experiment.toml").write_text("\n".join(lines))
        with pytest.raises(InputError, match="line 5: field 'least_junes' must be at least 2"):
            read_rules(tmp_path, "experiment.toml", ExperimentRules)
