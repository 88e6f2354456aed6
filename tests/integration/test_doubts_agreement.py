"""Doubtful returns, watched names, candidates and claims agree with bare scripts, row by row."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.settings import Settings, load_settings
from tests.oracle.doubt_tables import KEYS, Tables, bare_tables, read_inputs, refuse_other_doubts

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def settings(backfilled_home: Path) -> Settings:
    return load_settings(home=backfilled_home)


@pytest.fixture(scope="module")
def made(settings: Settings) -> Tables:
    """Every table by the bare scripts."""
    return bare_tables(read_inputs(Lake(settings.lake_dir)), settings)


@pytest.mark.parametrize("name", KEYS)
def test_every_row_agrees(settings: Settings, made: Tables, name: str) -> None:
    assert made[name].height
    refuse_other_doubts(Lake(settings.lake_dir), {name: made[name]})


@pytest.mark.parametrize(
    ("name", "column", "changed"),
    [
        ("core.return_doubts", "evidence", pl.lit("holding_quantity, traded_close, share_count")),
        ("marts.treated_book_returns", "total_return", pl.col("total_return") + 1e-6),
        ("marts.watched_scores", "quintile", pl.col("quintile") % 5 + 1),
        ("marts.published_candidates", "is_member", ~pl.col("is_member")),
        ("marts.thesis_checks", "verdict", pl.lit("supports")),
    ],
)
def test_another_value_is_refused(
    settings: Settings, made: Tables, name: str, column: str, changed: pl.Expr
) -> None:
    other = made[name].with_columns(changed.alias(column))
    with pytest.raises(ValueError, match=f"{name}: {column} differs"):
        refuse_other_doubts(Lake(settings.lake_dir), {name: other})
