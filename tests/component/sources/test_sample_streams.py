"""Every behaviour of the sample draws from a stream of its own: other draws of one change nothing else."""

from __future__ import annotations

import ast
import importlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.sources import sample
from smallcap.sources.sample import generate as generator
from smallcap.sources.sample.randomness import stream

COMPANIES, SEED = 80, 3
FUND = pl.col("source_id").str.starts_with("Z")
OF_PRICES = ("close_usd", "adjusted_close_usd", "total_return")
SEVERAL = {"factors", "last returns", "splits", "issuance", "listings"}
"""Stages that several modules or calls draw again, to have the same values."""

ALONE = {
    ("volume", "volume"): ("prices", ("median_dollar_volume_usd",), ~FUND),
    ("funds", "volume of funds"): ("prices", ("median_dollar_volume_usd",), FUND),
    ("funds", "large market"): ("prices", OF_PRICES, FUND),
    ("delistings", "known causes"): ("securities", ("delisting_cause",), ~FUND),
    ("prices", "missing months"): ("prices", None, ~FUND),
    ("constituents", "float"): ("constituents", ("quantity", "market_value_usd"), ~FUND),
    ("second_fund", "months of the second fund"): ("constituents", None, pl.lit(value=True)),
    ("second_fund", "holdings of the second fund"): ("constituents", None, pl.lit(value=True)),
    ("vendor_metrics", "vendor"): ("vendor_metrics", None, pl.lit(value=True)),
    ("quarter_ends", "quarter dates"): ("quarterly_fundamentals", None, pl.lit(value=True)),
    ("quarter_flows", "quarter flows"): ("quarterly_fundamentals", None, pl.lit(value=True)),
    ("quarter_flows", "debt-funded acquisitions"): ("quarterly_fundamentals", None, pl.lit(value=True)),
    ("quarter_filings", "quarter restatements"): ("quarterly_fundamentals", None, pl.lit(value=True)),
    ("quarter_blemishes", "quarter errors"): ("quarterly_fundamentals", None, pl.lit(value=True)),
}
"""By module and stage: the one dataset that changes with its draws, the columns (None: all), and the rows."""


@pytest.mark.some_cases(3)
@pytest.mark.parametrize(("module", "stage"), ALONE)
def test_other_draws_of_a_stage_change_its_own_columns_alone(
    module: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = generator.generate(COMPANIES, SEED)

    def moved(seed: int, name: str) -> np.random.Generator:
        return stream(seed + (name == stage), name)

    monkeypatch.setattr(importlib.import_module(f"smallcap.sources.sample.{module}"), "stream", moved)
    after = generator.generate(COMPANIES, SEED)
    changed, columns, rows = ALONE[module, stage]
    for name in generator.DATASETS:
        if name != changed:
            assert_frame_equal(before[name], after[name])
    assert not before[changed].equals(after[changed])
    if columns is not None:
        assert_frame_equal(before[changed].drop(columns), after[changed].drop(columns))
        assert_frame_equal(before[changed].filter(~rows), after[changed].filter(~rows))


def _stages() -> Iterator[tuple[str, str]]:
    """Every stage in the source, with its module."""
    for path in sorted(Path(sample.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "stream":
                name = node.args[1]
                yield path.stem, name.value if isinstance(name, ast.Constant) else ast.unparse(name)


def test_no_two_behaviours_share_a_stage() -> None:
    times = Counter(stage for _, stage in _stages())
    assert {stage for stage, count in times.items() if count > 1} <= SEVERAL
    assert len(times) > 20
