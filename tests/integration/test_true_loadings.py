"""The sample's returns are made from known loadings: intervals of rolling regressions must cover them as
often as they say.
"""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
import polars as pl
import pytest
from scipy import stats

from smallcap.finance.factors.rolling import rolling_loadings
from smallcap.finance.factors.series import RISK_FREE, Factors, factors_of, monthly_returns
from smallcap.rules.files import read_rules
from smallcap.rules.types.factors import COLUMN_OF, FactorRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.sources.sample import SampleSource
from smallcap.sources.sample.market import LOWEST_RETURN
from tests.paths import PROJECT_ROOT
from tests.tiers import others_in_drill

pytestmark = pytest.mark.drill

REFERENCE = PROJECT_ROOT / "data" / "reference"
RULES = read_rules(REFERENCE, "factor_validation.toml", FactorRules)
RETURN_RULES = read_rules(REFERENCE, "returns.toml", ReturnRules)
COMPANIES, LEAST_WINDOWS, WINDOW = 1_200, 2_000, 60
SEEDS = (1, 2, 3)
"""Of the universe."""


@functools.cache
def coverage(seed: int) -> tuple[int, dict[str, float]]:
    """Count the company windows, and the share of them whose 95% interval covers the truth, by term."""
    source = SampleSource(COMPANIES, seed)
    factors = factors_of(source.factors().rows, "FF5", RULES)
    assert factors is not None
    returns, lines = _panel(_returns_of_the_model(source), factors)
    explaining, risk_free = (
        factors.frame.select(factors.terms).to_numpy(),
        factors.frame[RISK_FREE].to_numpy(),
    )
    # Windows that share no month, so that each is a trial of its own.
    ends = np.arange(len(returns) - 1, WINDOW - 2, -WINDOW)
    fit = rolling_loadings(returns, explaining, ends, WINDOW, RULES.least_months, risk_free)
    truth = (
        lines.join(source.true_loadings(), on="source_id", maintain_order="left")
        .select(COLUMN_OF[term] for term in factors.terms)
        .to_numpy()
    )
    is_whole = fit.n_obs >= WINDOW - 1
    half = stats.t.ppf(0.975, fit.n_obs - len(factors.terms) - 1)[:, :, None] * fit.std_error[:, :, 1:]
    is_covered = np.abs(fit.estimate[:, :, 1:] - truth) <= half
    return int(is_whole.sum()), dict(
        zip(factors.terms, is_covered[is_whole].mean(axis=0).tolist(), strict=True)
    )


def _returns_of_the_model(source: SampleSource) -> pl.DataFrame:
    """Take the months that came from the loadings: all but the last of a line that died, a takeover premium
    or a collapse.

    Returns are cut at -90%, which would not be the model's either; no month of these universes comes that
    low.
    """
    # Index funds but one have no constant loadings.
    prices = source.prices(dt.date(1990, 1, 1), source.clock).rows.join(
        source.true_loadings(), on="source_id", how="semi", maintain_order="left"
    )
    lines = (
        prices.select("source_id")
        .unique()
        .sort("source_id")
        .with_columns(security_id=pl.int_range(pl.len(), dtype=pl.Int64))
    )
    rows = prices.join(lines, on="source_id").with_columns(year=pl.col("date").dt.year())
    returns = monthly_returns(rows, RULES.extreme_return, RETURN_RULES)
    is_last = pl.col("month") == pl.col("month").max().over("security_id")
    died = is_last & (pl.col("month") < returns["month"].max())
    kept = returns.filter(~died)
    assert kept.select((pl.col("total_return") > LOWEST_RETURN).all()).item()
    return kept.join(lines, on="security_id")


def _panel(returns: pl.DataFrame, factors: Factors) -> tuple[np.ndarray, pl.DataFrame]:
    """Lay the returns out as months of the factors by lines."""
    wide = (
        factors.frame.select("month")
        .join(returns.pivot("source_id", index="month", values="total_return"), on="month", how="left")
        .sort("month")
    )
    names = wide.columns[1:]
    return wide.select(names).to_numpy(), pl.DataFrame({"source_id": names})


@pytest.mark.parametrize("seed", others_in_drill(SEEDS, kept=SEEDS[:1]))
def test_intervals_cover_the_true_loadings(seed):
    windows, covered = coverage(seed)
    assert windows >= LEAST_WINDOWS
    for term, share in covered.items():
        assert 0.93 <= share <= 0.97, f"{term}: {share:.3f} of {windows} windows"
