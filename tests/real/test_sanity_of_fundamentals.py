"""The sanity rules on the real fundamentals: known errors are caught by name, and the counts are those of the
file.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.sanity import flag, refuse
from smallcap.finance.pointintime import available_dates
from smallcap.tables.registry import TABLES
from tests.tolerances import EXACT
from tests.unit.finance.builders import METRICS, SANITY

FILE = Path(__file__).resolve().parents[3] / "shared" / "real" / "fundamentals" / "annual.parquet"

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason=f"the real fundamentals are not here ({FILE})")


@pytest.fixture(scope="module")
def raw() -> pl.DataFrame:
    """The file in the columns of raw.fundamentals; weekdays stand in for the exchange's sessions."""
    columns = TABLES["raw.fundamentals"].columns
    file = pl.read_parquet(FILE)
    named = file.rename({name: f"{name}_usd" for name in file.columns if f"{name}_usd" in columns})
    days = pl.date_range(dt.date(2015, 1, 1), dt.date(2026, 12, 31), eager=True)
    dated = available_dates(
        named, days.filter(days.dt.weekday() < 6), METRICS.visibility.assumed_lag_days
    ).with_columns(
        pl.col("available_date").dt.year().alias("year"),
        pl.lit("restated").alias("version"),
        pl.lit("files").alias("source"),
        pl.lit(True).alias("is_value_restated"),
        pl.lit(True).alias("is_blank_debt_zero"),
    )
    return dated.select(
        (pl.col(name) if name in dated.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in columns.items()
    )


@pytest.fixture(scope="module")
def flagged(raw: pl.DataFrame) -> pl.DataFrame:
    return flag(refuse(raw, SANITY)[0], SANITY)


def test_refused_rows_by_rule(raw: pl.DataFrame) -> None:
    counts = dict(refuse(raw, SANITY)[1].group_by("rule").len().iter_rows())
    # The file's own README counts the 30; the others are counted here and stand for the file as it is.
    assert counts == {
        "filing_before_period_end": 30,
        "net_income_implausible": 3,
        "currency_not_usd": 6,
        "period_too_short": 1,
    }


def test_only_income_beside_assets_in_another_unit_is_refused(raw: pl.DataFrame) -> None:
    refused = refuse(raw, SANITY)[1].filter(pl.col("rule") == "net_income_implausible")
    assert sorted(refused.select("ticker", "fiscal_year").rows()) == [
        ("CCRN", 2023),
        ("CRSP", 2020),
        ("SPT", 2021),
    ]


def test_loss_of_thirty_seven_billion_is_suspect(flagged: pl.DataFrame) -> None:
    row = flagged.row(by_predicate=(pl.col("ticker") == "SKYE") & (pl.col("fiscal_year") == 2023), named=True)
    assert row["is_loss_extreme"] is True
    assert "net_income_usd" in row["scale_suspect_fields"].split(", ")


@pytest.mark.parametrize(("ticker", "year"), [("TDOC", 2022), ("SMMT", 2023)])
def test_genuine_losses_above_three_times_assets_are_kept(
    flagged: pl.DataFrame, ticker: str, year: int
) -> None:
    row = flagged.row(by_predicate=(pl.col("ticker") == ticker) & (pl.col("fiscal_year") == year), named=True)
    assert (row["is_loss_extreme"], row["is_scale_suspect"]) == (True, False)


@pytest.mark.parametrize("ticker", ["PTEN", "HUBG", "CYTK", "BLBD", "LQDT", "RPAY", "RICK"])
def test_wrong_share_counts_are_suspect(flagged: pl.DataFrame, ticker: str) -> None:
    assert flagged.filter("is_scale_suspect", pl.col("ticker") == ticker)["fiscal_year"].to_list() == [2023]


def test_few_rows_are_suspect(flagged: pl.DataFrame) -> None:
    assert flagged["is_scale_suspect"].mean() == pytest.approx(147 / 6640, rel=EXACT)


def test_negative_capital_expenditures_are_flagged(flagged: pl.DataFrame) -> None:
    # "4.9% of rows negative", says the file's README.
    assert round(100 * flagged["is_capex_negative"].mean(), 1) == 4.9


def test_metrics_keep_the_contract_and_powell_is_as_reported(flagged: pl.DataFrame) -> None:
    metrics = annual_metrics(flagged, METRICS)
    assert TABLES["core.annual_metrics"].schema.is_valid(metrics)
    entity = flagged.filter(pl.col("ticker") == "POWL")["entity_id"].first()
    powell = metrics.row(
        by_predicate=(pl.col("entity_id") == entity) & (pl.col("fiscal_year") == 2023), named=True
    )
    assert powell["roe"] == pytest.approx(54_525 / 354_171, rel=EXACT)
    assert powell["revenue_growth"] == pytest.approx(699_308 / 532_582 - 1, rel=EXACT)
    assert (powell["interest_coverage"], powell["interest_coverage_reason"]) == (None, "net_interest_income")
