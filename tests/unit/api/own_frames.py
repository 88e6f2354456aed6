"""Frames as a user has them, of each kind that the Python interface is tested with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

KINDS: Mapping[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "pandas": lambda frame: frame.to_pandas(),
    "arrow": lambda frame: frame.to_arrow(),
}
AS_OF = dt.date(2025, 12, 31)


def as_polars(frame: Any) -> pl.DataFrame:
    """Bring a result back to Polars, to look at its values."""
    found = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
    return found.with_columns(pl.col(pl.Float64, pl.Float32).fill_nan(None))


def companies(count: int = 60, seed: int = 7) -> pl.DataFrame:
    """Companies with all inputs of the quality screen, in no order."""
    draw = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "ticker": [f"T{n}" for n in range(count)],
            "as_of": [AS_OF] * count,
            "period_end": [dt.date(2024, 12, 31)] * count,
            "roe": draw.uniform(-0.5, 0.5, count),
            "fcf_margin": draw.uniform(-0.5, 0.5, count),
            "debt_to_assets": draw.uniform(0, 0.9, count),
            "interest_coverage": draw.uniform(-20, 80, count),
            "market_cap_usd": draw.uniform(2e8, 5e9, count),
        }
    )


def months(count: int = 60, first: dt.date = dt.date(2020, 1, 31)) -> pl.Series:
    """Month ends, one after the other."""
    start = pl.DataFrame({"month": [first]})
    return start.select(
        pl.date_ranges("month", pl.col("month").dt.offset_by(f"{count - 1}mo"), "1mo")
        .explode()
        .dt.month_end()
    ).to_series()


def factors(count: int = 60, seed: int = 3) -> pl.DataFrame:
    """Monthly factors, as fractions."""
    draw = np.random.default_rng(seed)
    names = ("mkt_rf", "smb", "hml", "rmw", "cma")
    return pl.DataFrame(
        {
            "month": months(count),
            **{name: draw.normal(0, 0.03, count) for name in names},
            "rf": [0.002] * count,
        }
    )


def is_of_kind(frame: Any, kind: str) -> bool:
    """Whether a result is of a kind."""
    types = {"polars": pl.DataFrame, "pandas": pd.DataFrame, "arrow": pa.Table}
    return isinstance(frame, types[kind])
