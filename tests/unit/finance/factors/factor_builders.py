"""Made-up factors and returns: rows of raw.factors by file and vintage, and series of months that regress on
them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from smallcap.rules.files import read_rules
from smallcap.rules.types.factors import COLUMN_OF, TERMS_OF_FILE, FactorRules
from smallcap.rules.types.returns import ReturnRules
from smallcap.tables.registry import TABLES
from tests.unit.finance.builders import REFERENCE

RULES = read_rules(REFERENCE, "factor_validation.toml", FactorRules)
RETURN_RULES = read_rules(REFERENCE, "returns.toml", ReturnRules)
FIVE = RULES.models["FF5"].terms


def months(first: str, count: int) -> list[dt.date]:
    """Return month ends from a month (YYYY-MM) on."""
    year, month = map(int, first.split("-"))
    start = dt.date(year, month, 1)
    return (
        pl.date_range(start, start.replace(year=year + count // 12 + 1), "1mo", eager=True)
        .dt.month_end()
        .head(count)
        .to_list()
    )


def factor_file(model: str, vintage: str, when: Sequence[dt.date], seed: int = 0) -> pl.DataFrame:
    """Make rows of raw.factors as one file of a vintage has them; other factors are null."""
    random = np.random.default_rng(seed)
    columns = TABLES["raw.factors"].columns
    values = {COLUMN_OF[term]: random.normal(0.005, 0.04, len(when)) for term in TERMS_OF_FILE[model]}
    if model != "MOM":
        values["rf"] = random.uniform(0.0, 0.004, len(when))
    fixed = {"vintage": vintage, "model": model, "sha256": "0" * 64, "source": "test"}
    frame = pl.DataFrame({"month": when, **values}).with_columns(
        pl.lit(value).alias(name) for name, value in fixed.items()
    )
    absent = [pl.lit(None).alias(name) for name in columns if name not in frame.columns]
    return frame.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in columns.items())


def returns_on(file: pl.DataFrame, seed: int = 1, **loadings: float) -> pl.DataFrame:
    """Make returns (month, total_return) from loadings on the factors of a file, with a residual of 3% a
    month.
    """
    residual = np.random.default_rng(seed).normal(0, 0.03, file.height)
    explained = sum((loading * pl.col(name) for name, loading in loadings.items()), pl.col("rf"))
    return file.sort("month").select("month", total_return=explained + pl.Series(residual))
