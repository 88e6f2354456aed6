"""Which figures of quarters are suspect: judging the few doubtful rows gives what judging all rows gives."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest

from smallcap.finance.metrics.fields import FIELDS, SUSPECT
from smallcap.finance.metrics.sanity import is_loss_extreme
from smallcap.finance.metrics.scale import suspect_fields
from smallcap.finance.pointintime import visible_history
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.quarters.scale import with_suspects
from tests.unit.finance.builders import SANITY

COMPANIES, YEARS = 6, 9
UNITS = (1.0, 1.0, 1.0, 1.0, 1e-3, 1e3, None)


def invented(seed: int) -> pl.DataFrame:
    """First quarters of some years, of which figures, runs of years and whole rows are in other units."""
    draw = random.Random(seed)
    names = [*FIELDS, *YEAR_TO_DATE.values()]
    rows = []
    for company in range(COMPANIES):
        size = {name: draw.uniform(50, 150) for name in names}
        for year in range(2010, 2010 + YEARS):
            whole = draw.choice((1.0,) * 8 + (1e3,))
            figures = {name: _in_unit(size[name] * whole, draw) for name in names}
            rows.append(
                {
                    "entity_id": company,
                    "period_end": dt.date(year, 3, 31),
                    "available_date": dt.date(year, 5, 10),
                    "version": "original",
                    "source": "test",
                    **figures,
                }
            )
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(names, pl.Float64))


def _in_unit(size: float, draw: random.Random) -> float | None:
    unit = draw.choice(UNITS) if draw.random() < 0.3 else 1.0
    return None if unit is None else size * unit * draw.uniform(0.9, 1.1)


def named_by_judging_all(rows: pl.DataFrame) -> list[str | None]:
    """Name the suspect figures of every row, each judged with all others."""
    history = visible_history(rows, SANITY.scale.years_back, SANITY.prior_year)
    evidence = history.filter(~rows.select(is_loss_extreme(SANITY)).to_series().gather(history["prior"]))
    longer_names = {flow: YEAR_TO_DATE[flow] for flow in FLOWS}
    of_the_year = rows.with_columns(pl.col(longer).alias(flow) for flow, longer in longer_names.items())
    quarter, longer = (suspect_fields(frame, evidence, SANITY.scale) for frame in (rows, of_the_year))
    named = []
    for own, other in zip(quarter, longer, strict=True):
        flows = [longer_names[name] for name in (other or "").split(", ") if name in longer_names]
        named.append(", ".join([*filter(None, (own or "").split(", ")), *flows]) or None)
    return named


@pytest.mark.parametrize("first_year", [2014, 2018])
@pytest.mark.parametrize("seed", range(8))
def test_judging_the_doubtful_rows_alone_names_the_same_figures(seed: int, first_year: int) -> None:
    rows = invented(seed)
    asked = rows["period_end"] >= dt.date(first_year, 1, 1)
    expected = [
        names if is_asked else None for names, is_asked in zip(named_by_judging_all(rows), asked, strict=True)
    ]
    assert any(expected)
    assert with_suspects(rows, asked, SANITY)[SUSPECT].to_list() == expected
