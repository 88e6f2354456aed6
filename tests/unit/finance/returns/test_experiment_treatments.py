"""The profitability experiment with the losses of delistings, by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl
import pytest

from smallcap.finance.returns.experiment_treatments import treated_experiment_returns
from smallcap.tables.registry import TABLES
from smallcap.tables.returns import TreatedExperimentReturns
from tests.tolerances import BY_HAND
from tests.unit.finance.experiment.experiment_builders import Company, World, month_end, series
from tests.unit.finance.factors.factor_builders import RETURN_RULES

Row = dict[str, object]
STEADY = [0.0] * 19
NOTHING = pl.DataFrame(schema={"month": pl.Date, "security_id": pl.Int64, "is_return_suspect": pl.Boolean})


def rows_of(name: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    columns = TABLES[name].columns
    return pl.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], schema=columns, orient="row")


def treated(
    earned: Mapping[int, Sequence[float | None]],
    listed: Mapping[int, Sequence[int]],
    exchange: str | None = None,
    cause: str | None = "performance",
    price: float = 20.0,
) -> pl.DataFrame:
    """Months of 2020 of companies 1 and 2, of which 1 stops in September."""
    world = World(companies={1: Company(), 2: Company()}, listed=listed, earned=earned)
    on = dt.date(2020, 8, 31)
    return TreatedExperimentReturns.validate(
        treated_experiment_returns(
            world.members(),
            world.metrics(),
            world.returns(),
            NOTHING,
            rows_of("raw.prices", [{"security_id": 1, "date": on, "close_usd": price}]),
            rows_of("raw.constituents", [{"security_id": 1, "snapshot_date": on, "exchange": exchange}]),
            rows_of("raw.securities", [{"security_id": 1, "valid_from": on, "delisting_cause": cause}]),
            RETURN_RULES,
            2020,
        )
    )


def by_month(rows: pl.DataFrame, treatment: str) -> dict[dt.date, Row]:
    return {row["month"]: row for row in series(rows.filter(treatment=treatment))}


STOPS = {1: [0.0, 0.0, 0.0], 2: STEADY}
# Company 1 is missing from the list of August's end, at which it has stopped trading.
GONE = {0: [1, 2], 1: [1, 2], **{later: [2] for later in range(2, 7)}}
SEPTEMBER, OCTOBER = month_end(3), month_end(4)


@pytest.mark.parametrize(
    ("exchange", "cause", "price", "expected"),
    [
        ("NYSE", "performance", 20.0, -0.15),  # half of the universe loses 30%
        ("NASDAQ", "performance", 20.0, -0.275),
        (None, "performance", 20.0, -0.15),
        ("NASDAQ", "acquired", 0.5, 0.0),  # bought at its last price
        ("NASDAQ", None, 0.5, -0.275),  # cheap, and the source says nothing
        ("NASDAQ", None, 20.0, 0.0),
    ],
)
def test_a_delisting_costs_its_loss_in_the_month_after_the_last_price(exchange, cause, price, expected):
    rows = treated(STOPS, GONE, exchange, cause, price)
    assert by_month(rows, "delisting_losses")[SEPTEMBER]["total_return"] == pytest.approx(
        expected, abs=BY_HAND
    )
    assert by_month(rows, "winsorized")[SEPTEMBER]["total_return"] == pytest.approx(0.0, abs=BY_HAND)


def test_the_line_is_sold_after_the_loss_at_what_is_left():
    found = by_month(treated(STOPS, GONE, "NYSE"), "delisting_losses")
    assert found[SEPTEMBER]["holdings"] == 2
    assert found[OCTOBER]["holdings"] == 1
    # 0.7 of 1.7 is sold at the beginning of October.
    assert found[OCTOBER]["turnover"] == pytest.approx(0.7 / 1.7, rel=BY_HAND)


def test_a_company_that_had_left_before_it_was_delisted_costs_nothing():
    left = {0: [1, 2], **{later: [2] for later in range(1, 7)}}
    found = by_month(treated(STOPS, left, "NYSE"), "delisting_losses")
    assert found[SEPTEMBER]["total_return"] == pytest.approx(0.0, abs=BY_HAND)


def test_a_month_that_is_only_missing_costs_nothing():
    resumes = {1: [0.0, 0.0, 0.0, None, 0.0, *[0.0] * 14], 2: STEADY}
    everyone = {later: [1, 2] for later in range(7)}
    found = by_month(treated(resumes, everyone, "NYSE"), "delisting_losses")
    assert found[SEPTEMBER]["total_return"] == pytest.approx(0.0, abs=BY_HAND)
