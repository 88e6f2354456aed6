"""Two dates of the real index, none of them in June: the profitability experiment says that it cannot be
made, and why.
"""

from __future__ import annotations

import pytest

from tests.real.conftest import REAL, RealHome

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"real files are not here ({REAL})")

REASON = "held from 0 Junes on; 3 are needed, with members of this kind and returns after"


def test_nothing_is_estimated_without_a_june(long_limit: RealHome) -> None:
    rows = long_limit.rows("SELECT * FROM marts.profitability_experiment")
    # Three universes by three weightings and three cost levels; the admitted compared with two of them.
    assert len(rows) == 27 + 18
    assert set(zip(rows["period"], rows["status"], rows["reason"], strict=True)) == {
        ("all", "insufficient", REASON)
    }
    assert (
        rows.filter(regex="return|sharpe|difference|volatility|drawdown|turnover|names|share")
        .isna()
        .all(axis=None)
    )


def test_nothing_is_held(long_limit: RealHome) -> None:
    assert long_limit.rows("SELECT count(*) AS n FROM marts.experiment_returns")["n"].item() == 0
