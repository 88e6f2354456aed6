"""Event studies, experiment, benchmarks and treated quintiles agree with bare scripts, row by row."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from smallcap.settings import Settings, load_settings
from tests.oracle.study_tables import KEYS, Tables, bare_tables, read_inputs, refuse_other_studies
from tests.tiers import others_in_drill


@pytest.fixture(scope="module")
def settings(backfilled_home: Path) -> Settings:
    return load_settings(home=backfilled_home)


@pytest.fixture(scope="module")
def made(settings: Settings) -> Tables:
    """Every table by the bare scripts."""
    return bare_tables(read_inputs(Lake(settings.lake_dir)), settings)


NEEDS_SEVERAL_EVENTS = "marts.reconstitution_pooled"


@pytest.mark.parametrize(
    "name", others_in_drill(KEYS, kept=[name for name in KEYS if name != NEEDS_SEVERAL_EVENTS])
)
def test_every_row_agrees(settings: Settings, made: Tables, name: str) -> None:
    assert made[name].height
    refuse_other_studies(Lake(settings.lake_dir), {name: made[name]})


def test_one_difference_in_one_row_is_noticed(settings: Settings, made: Tables) -> None:
    changed = made["marts.experiment_returns"].with_columns(
        pl.when(pl.int_range(pl.len()) == 0).then(0.5).otherwise("total_return").alias("total_return")
    )
    with pytest.raises(ValueError, match="total_return differs in 1 of"):
        refuse_other_studies(Lake(settings.lake_dir), {"marts.experiment_returns": changed})
