"""The benchmark panel: which months a window holds, what a fund without them gets, which factors are used;
and the two indices compared row by row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from smallcap.finance.benchmarks.comparison import index_comparison
from smallcap.finance.benchmarks.panel import benchmark_panel, fund_lines
from smallcap.rules.files import read_rules
from smallcap.rules.types.benchmarks import BenchmarkRules
from tests.tolerances import EXACT
from tests.unit.finance.builders import REFERENCE, table
from tests.unit.finance.factors.factor_builders import RULES as FACTOR_RULES
from tests.unit.finance.factors.factor_builders import factor_file, months, returns_on

RULES = read_rules(REFERENCE, "benchmarks.toml", BenchmarkRules)
REAL, SAMPLE = ["IJR", "IWM", "SPY"], ["FLRGE", "FPRFT", "FSMLC"]
AS_OF = dt.date(2025, 12, 31)
WHEN = months("2014-01", 145)
FACTORS = pl.concat([factor_file("FF5", "202510", WHEN[:142]), factor_file("FF5", "202601", WHEN)])
LOADED = returns_on(FACTORS.filter(pl.col("vintage") == "202601"), mkt_rf=1.1, smb=0.8).head(142)
"""The fund's returns end in October 2025, as those of the earlier vintage do."""


def _members(*dates: dt.date, source: str = "xfinlink") -> pl.DataFrame:
    return pl.DataFrame({"as_of": dates, "source": [source] * len(dates)})


def _securities(*tickers: str) -> pl.DataFrame:
    rows = [
        {"security_id": number, "entity_id": number, "ticker": ticker, "name": f"{ticker} fund"}
        for number, ticker in enumerate(tickers, start=1)
    ]
    return table(
        "raw.securities",
        rows,
        source="test",
        valid_from=dt.date(2003, 1, 1),
        is_resolved=False,
        is_resolution_later=False,
        is_resolution_corrected=False,
    )


def _returns(series: pl.DataFrame, line: int = 1) -> pl.DataFrame:
    return series.with_columns(pl.lit(line, pl.Int64).alias("security_id"))


def _panel(
    *dates: dt.date,
    returns: pl.DataFrame = LOADED,
    tickers: Sequence[str] = ("IWM",),
    source: str = "xfinlink",
) -> pl.DataFrame:
    return benchmark_panel(
        _members(*dates, source=source),
        _securities(*tickers),
        _returns(returns),
        FACTORS,
        RULES,
        FACTOR_RULES,
    )


def test_every_date_has_every_fund_of_its_universe_with_every_window() -> None:
    rows = _panel(AS_OF, dt.date(2024, 12, 31))
    assert rows.height == 2 * len(REAL) * len(RULES.years)
    assert sorted(set(rows["ticker"])) == REAL
    assert sorted(set(_panel(AS_OF, source="sample", tickers=())["ticker"])) == SAMPLE


def test_a_window_holds_the_months_of_whole_years_up_to_the_date() -> None:
    rows = _panel(dt.date(2025, 3, 17)).filter(pl.col("ticker") == "IWM")
    spans = dict(zip(rows["years"], rows.select("first_month", "last_month").rows(), strict=True))
    assert spans[1] == (dt.date(2024, 3, 31), dt.date(2025, 2, 28))
    assert spans[10] == (dt.date(2015, 3, 31), dt.date(2025, 2, 28))
    assert rows["months"].to_list() == [12, 36, 60, 120]


def test_the_returns_of_a_window_are_compounded() -> None:
    row = _panel(AS_OF).filter((pl.col("ticker") == "IWM") & (pl.col("years") == 3)).row(0, named=True)
    inside = LOADED.filter(pl.col("month").is_between(dt.date(2023, 1, 31), AS_OF))["total_return"].to_numpy()
    # The series ends in October 2025.
    assert len(inside) == 34
    assert (row["status"], row["months"]) == ("insufficient", 34)
    assert row["reason"] == "36 months are needed, and 34 have a return here"
    before = _panel(dt.date(2025, 10, 31)).filter((pl.col("ticker") == "IWM") & (pl.col("years") == 3))
    inside = LOADED.tail(36)["total_return"].to_numpy()
    assert before["annual_return"].item() == pytest.approx(np.prod(1 + inside) ** (1 / 3) - 1, rel=EXACT)


def test_a_fund_that_the_source_does_not_price_says_so() -> None:
    rows = _panel(AS_OF).filter(pl.col("ticker") == "IJR")
    assert set(rows["status"]) == {"insufficient"}
    assert set(rows["reason"]) == {"the source has no prices of this fund"}
    assert rows["annual_return"].null_count() == rows.height


def test_a_gap_leaves_the_window_without_numbers() -> None:
    gap = LOADED.filter(pl.col("month") != dt.date(2022, 6, 30))
    rows = _panel(dt.date(2025, 10, 31), returns=gap).filter(pl.col("ticker") == "IWM")
    assert rows["status"].to_list() == ["estimated", "estimated", "insufficient", "insufficient"]


def test_the_factors_are_those_that_were_published_at_the_date() -> None:
    """The vintage of October 2025 is published at the end of December, that of January 2026 in March."""
    rows = _panel(dt.date(2025, 10, 31), AS_OF, dt.date(2026, 3, 31)).filter(
        (pl.col("ticker") == "IWM") & (pl.col("years") == 1)
    )
    chosen = rows.select("vintage", "is_vintage_later").rows()
    assert chosen[0] == ("202601", True)
    later = LOADED.with_columns(pl.col("month").dt.offset_by("5mo").dt.month_end())
    shifted = _panel(AS_OF, dt.date(2026, 3, 31), returns=later)
    shifted = shifted.filter((pl.col("ticker") == "IWM") & (pl.col("years") == 1))
    assert shifted.select("vintage", "is_vintage_later").rows() == [("202510", False), ("202601", False)]


def test_a_year_has_no_loadings_and_ten_years_find_those_of_the_series() -> None:
    rows = _panel(dt.date(2025, 10, 31)).filter(pl.col("ticker") == "IWM").sort("years")
    assert rows["smb"].to_list()[0] is None
    assert rows["beta"].to_list()[0] is not None
    ten = rows.row(3, named=True)
    assert ten["mkt_rf"] == pytest.approx(1.1, abs=0.25)
    assert ten["smb"] == pytest.approx(0.8, abs=0.25)
    assert ten["t_smb"] > 5


def test_the_newest_line_of_a_reused_ticker_is_the_fund() -> None:
    twice = _securities("IWM", "IWM").with_columns(
        valid_to=pl.Series([dt.date(2010, 1, 31), None]), name=pl.Series(["an old company", "the fund"])
    )
    assert fund_lines(twice, ["IWM", "SPY"]).rows() == [("IWM", "the fund", 2), ("SPY", None, None)]


def _profile(as_of: dt.date) -> pl.DataFrame:
    measures = {"members": 1950, "unprofitable_share": 0.36, "pb": 2.0, "ps": 1.1, "dividend_yield": 0.012}
    return pl.DataFrame(
        {"as_of": [as_of], **{name: [value] for name, value in measures.items()}}
    ).with_columns(pl.lit(None, pl.Float64).alias("pe_excluding_losses"))


def test_the_two_indices_are_compared_row_by_row_and_what_is_missing_is_named() -> None:
    day = dt.date(2025, 10, 31)
    holdings = pl.DataFrame({"as_of": [day, day], "rank": [1, 2], "weight": [0.006, 0.005]})
    found = index_comparison(_profile(day), holdings, _panel(day), RULES)
    assert found["measure"].to_list() == [row.measure for row in RULES.comparison]
    rows = {row["measure"]: row for row in found.iter_rows(named=True)}
    assert (rows["annual_return"]["published_index"], rows["annual_return"]["published_rival"]) == (
        0.078,
        0.095,
    )
    assert rows["annual_return"]["own_index"] == pytest.approx(
        np.prod(1 + LOADED.tail(120)["total_return"].to_numpy()) ** (1 / 10) - 1, rel=EXACT
    )
    assert rows["annual_return"]["unknown"] == "not known: own rival"
    assert rows["top_holding_weight"]["own_index"] == 0.006
    assert rows["members"]["own_index"] == 1950
    assert rows["pe_excluding_losses"]["unknown"] == "not known: published rival, own index, own rival"
    assert rows["volatility"]["unknown"] == "not known: published index, published rival, own rival"
