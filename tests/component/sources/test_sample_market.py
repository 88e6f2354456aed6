"""The sample's prices and factors: known loadings can be found again, splits and adjusted closes agree, files
have the French layout.
"""

from __future__ import annotations

import functools
import zipfile
from io import BytesIO

import numpy as np
import polars as pl
import pytest

from smallcap.sources.sample.factors import LATEST_VINTAGE, VINTAGES
from tests.component.sources.sample_builders import full, prices
from tests.tolerances import ADJUSTED_CLOSE, CENT

TERMS = ("alpha", "mkt_rf", "smb", "hml", "rmw", "cma")


@functools.cache
def excess_returns() -> pl.DataFrame:
    """Monthly excess returns beside the published factors; the last month of the dead is left out."""
    factors = full().factors().rows.filter((pl.col("vintage") == LATEST_VINTAGE) & (pl.col("model") == "FF5"))
    rows = prices(full()).with_columns(month=pl.col("date").dt.month_end())
    is_last = pl.col("date") == pl.col("date").max().over("source_id")
    return (
        rows.filter(~is_last)
        .join(factors, on="month")
        .with_columns(excess=pl.col("total_return") - pl.col("rf"))
        .drop_nulls("excess")
    )


def _regression(rows: pl.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    design = np.column_stack([np.ones(rows.height), rows.select(TERMS[1:]).to_numpy()])
    inverse = np.linalg.inv(design.T @ design)
    estimate = inverse @ design.T @ rows["excess"].to_numpy()
    residual = rows["excess"].to_numpy() - design @ estimate
    variance = residual @ residual / (rows.height - len(TERMS))
    return estimate, np.sqrt(variance * np.diag(inverse))


def test_regressions_on_the_published_factors_find_the_true_loadings():
    true = {row["source_id"]: row for row in full().true_loadings().iter_rows(named=True)}
    groups = (
        excess_returns()
        .filter(pl.len().over("source_id") >= 120)
        .partition_by("source_id", maintain_order=True, as_dict=True)
    )
    gaps = []
    for (line,), rows in list(groups.items())[:300]:
        estimate, error = _regression(rows)
        gaps.append((estimate - np.array([true[line][term] for term in TERMS])) / error)
    gaps = np.array(gaps)
    assert len(gaps) == 300
    assert np.abs(gaps[0]).max() < 3
    assert (np.abs(gaps) < 2).mean() == pytest.approx(0.95, abs=0.02)


def test_residuals_are_as_volatile_as_said():
    true = full().true_loadings()
    fitted = excess_returns().join(true, on="source_id", suffix="_true")
    explained = pl.col("alpha") + sum(
        (pl.col(term) * pl.col(f"{term}_true") for term in TERMS[2:]),
        pl.col("mkt_rf") * pl.col("mkt_rf_true"),
    )
    observed = (
        fitted.group_by("source_id")
        .agg((pl.col("excess") - explained).std().alias("observed"), pl.len())
        .filter(pl.col("len") > 200)
    )
    ratio = (
        observed.join(true, on="source_id")
        .select(pl.col("observed") / pl.col("residual_volatility"))
        .to_series()
    )
    assert ratio.median() == pytest.approx(1.0, abs=0.02)


def test_splits_move_the_close_and_not_the_return():
    rows = prices(full()).sort("source_id", "date")
    before, months = (
        pl.col("close_usd").shift(1).over("source_id"),
        pl.col("date").dt.month_end().diff().dt.total_days().over("source_id"),
    )
    moved = rows.with_columns(
        price_return=pl.col("close_usd") * pl.col("split_ratio") / before - 1, days=months
    )
    seen = moved.filter((pl.col("days") <= 31) & (pl.col("close_usd") > 1) & (before > 1)).drop_nulls(
        ["price_return", "total_return"]
    )
    dividend = (1 + pl.col("total_return")) - (1 + pl.col("price_return"))
    split_months = seen.filter(pl.col("split_ratio") != 1).with_columns(dividend=dividend)
    assert split_months.filter(pl.col("split_ratio") > 1).height > 100
    assert split_months.filter(pl.col("split_ratio") < 1).height > 50
    rounding = CENT / split_months["close_usd"].min() * 3
    assert split_months.select(
        (pl.col("dividend") / (1 + pl.col("total_return"))).is_between(-rounding, 0.04 / 12 + rounding).all()
    ).item()


def test_adjusted_closes_give_the_total_returns():
    rows = prices(full()).sort("source_id", "date")
    change = pl.col("adjusted_close_usd") / pl.col("adjusted_close_usd").shift(1).over("source_id") - 1
    days = pl.col("date").dt.month_end().diff().dt.total_days().over("source_id")
    gaps = rows.with_columns(gap=(change - pl.col("total_return")).abs(), days=days)
    consecutive = gaps.filter((pl.col("days") <= 31) & (pl.col("adjusted_close_usd") > 1))
    assert consecutive.height > 300_000
    assert consecutive["gap"].max() < ADJUSTED_CLOSE


def test_some_months_are_missing():
    rows = prices(full()).sort("source_id", "date")
    months = (pl.col("date").dt.year() * 12 + pl.col("date").dt.month()).diff().over("source_id")
    skipped = rows.select((months > 1).mean()).item()
    assert 0.001 < skipped < 0.01


def test_one_row_per_line_and_month():
    rows = prices(full())
    assert (
        rows.select(pl.struct("source_id", pl.col("date").dt.month_end()).is_duplicated().any()).item()
        is False
    )
    assert rows.filter(pl.col("total_return") <= -1).height == 0
    assert rows["close_usd"].min() > 0


def test_files_have_the_french_layout():
    files = full().french_files()
    assert len(files) == 3 * len(VINTAGES)
    for name, payload in files.items():
        with zipfile.ZipFile(BytesIO(payload)) as archive:
            text = archive.read(archive.namelist()[0]).decode("ascii")
        lines = text.split("\r\n")
        vintage = next(vintage for vintage in VINTAGES if vintage in name)
        assert f"using the {vintage} CRSP database" in lines[0]
        assert "Synthetic" in text
        assert " Annual Factors: January-December " in lines
        assert any(line.startswith("Copyright") for line in lines)
        assert "\n" not in text.replace("\r\n", "")
        blocks = text.split("\r\n\r\n")
        tables = [block for block in blocks if block.lstrip().startswith((",", "Annual"))]
        assert [len(block) >= 400 for block in tables] == [True, True]


@pytest.mark.parametrize("vintage", VINTAGES[:-1])
def test_an_earlier_vintage_ends_earlier_and_differs_in_many_months(vintage: str):
    factors = full().factors().rows.filter(pl.col("model") == "FF5")
    early, late = (factors.filter(pl.col("vintage") == name) for name in (vintage, LATEST_VINTAGE))
    assert early["month"].max() < late["month"].max()
    assert early["month"].min() == late["month"].min()
    both = early.join(late, on="month", suffix="_late")
    changed = both.select((pl.col("hml") != pl.col("hml_late")).mean()).item()
    assert 0.15 < changed < 0.6
    assert both.select((pl.col("hml") - pl.col("hml_late")).abs().max()).item() < 0.01


def test_missing_momentum_is_null():
    momentum = full().factors().rows.filter(pl.col("model") == "MOM").sort("vintage", "month")
    assert momentum.filter(pl.col("mom").is_null())["month"].unique().len() == 1
