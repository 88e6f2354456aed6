"""The published funnel, lenses and index tables agree with second implementations in Polars."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.lake import Lake
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.settings import load_settings
from tests.oracle.funnel_polars import funnel_by_year
from tests.oracle.index_polars import anatomy, read_inputs
from tests.oracle.rows_agreement import refuse_other_anatomy, refuse_other_funnel
from tests.sample_home import LAST_YEAR

pytestmark = pytest.mark.drill

FUNNEL_INPUTS = (
    *("core.annual_fundamentals", "core.annual_metrics", "raw.vendor_metrics"),
    *("core.members", "core.metrics_as_of", "core.trailing_as_of", "raw.factors"),
)


def test_the_funnel_and_its_lenses_agree_in_every_row(backfilled_home: Path, first_year: int) -> None:
    lake, settings = Lake(backfilled_home / "lake"), load_settings(home=backfilled_home)
    tables = {name: lake.read(name) for name in FUNNEL_INPUTS}
    made = funnel_by_year(
        settings.reference_dir, settings.shariah_standard, tables, range(first_year, LAST_YEAR + 1)
    )
    refuse_other_funnel(lake, made)


def test_the_anatomy_of_the_index_agrees_in_every_row(backfilled_home: Path, first_year: int) -> None:
    lake, reference = Lake(backfilled_home / "lake"), load_settings(home=backfilled_home).reference_dir
    rules = read_rules(reference, "index.toml", IndexRules)
    events = read_rows(reference, "reconstitutions.csv", Reconstitution)
    years = range(first_year, LAST_YEAR + 1)
    refuse_other_anatomy(lake, anatomy(read_inputs(lake, years), rules, events, years))
