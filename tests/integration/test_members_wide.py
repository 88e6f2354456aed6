"""marts.members_wide says of each member what its tables say: joined here again, by Polars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.warehouse.reading import connect, served_path
from tests.tolerances import EXACT

KEY = ["as_of", "entity_id"]
STALE_MONTHS = 18
"""The default of the setting, which the home was made with."""
FIGURES = (
    *("market_cap_usd", "pe", "pb", "ps", "p_fcf", "earnings_yield", "roe", "net_margin", "fcf_margin"),
    *("debt_to_assets", "debt_to_equity", "interest_coverage", "revenue_usd", "net_income_usd", "is_stale"),
    *("free_cash_flow_usd", "total_debt_usd", "period_end", "available_date", "is_value_restated", "note"),
)
ANNUAL = ("period_end", "available_date", "roe", "debt_to_equity", "interest_coverage", "pe", "pb", "p_fcf")
FILTERS = ("business", "shariah", "balance_sheet", "income", "cash_flow", "value")
TERMS = {"Mkt-RF": "market", "SMB": "smb", "HML": "hml", "RMW": "rmw", "CMA": "cma"}


@pytest.fixture(scope="module")
def opened(small_home) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(served_path(small_home / "warehouse")) as connection:
        yield connection


@pytest.fixture(scope="module")
def wide(opened: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return opened.sql("FROM members_wide ORDER BY as_of, entity_id").pl()


def rows(opened: duckdb.DuckDBPyConnection, table: str) -> pl.DataFrame:
    return opened.sql(f"FROM {table}").pl().sort(KEY)


def test_there_is_one_row_per_date_and_member(opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame):
    assert wide.height > 0
    assert wide.select(KEY).equals(rows(opened, "core.members").select(KEY))
    assert wide.select("as_of", "security_id").is_unique().all()


def test_identity_is_that_of_the_members(opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame):
    names = ["ticker", "name", "sector", "company_kind", "exchange", "weight", "security_id", "is_financial"]
    assert_frame_equal(wide.select(names), rows(opened, "core.members").select(names))


def test_figures_are_those_of_the_record_that_the_filters_judge(
    opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame
):
    footing = rows(opened, "core.filter_evaluations WHERE filter_number = 6").select(
        *KEY, "statement_footing"
    )
    latest = rows(opened, "core.trailing_as_of").select(*KEY, *FIGURES)
    annual = rows(opened, "core.metrics_as_of").select(*KEY, *FIGURES)
    is_quarter = footing["statement_footing"].eq_missing(pl.Series(["quarter"]))
    assert is_quarter.any()
    assert not is_quarter.all()
    expected = pl.concat([latest.filter(is_quarter), annual.filter(~is_quarter)]).sort(KEY)
    assert_frame_equal(wide.select(*KEY, *FIGURES), expected)


def test_annual_figures_are_those_of_the_annual_record(opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame):
    own = wide.select(pl.col(f"annual_{name}").alias(name) for name in ANNUAL)
    assert_frame_equal(own, rows(opened, "core.metrics_as_of").select(ANNUAL))


def test_free_cash_flow_yield_is_free_cash_flow_over_market_value(wide: pl.DataFrame):
    known = wide.filter(pl.col("fcf_yield").is_not_null())
    assert (known["fcf_yield"] < 0).any(), "a company that uses cash has a negative yield"
    product = known["fcf_yield"] * known["market_cap_usd"]
    assert product.to_list() == pytest.approx(known["free_cash_flow_usd"].to_list(), rel=EXACT)


@pytest.mark.parametrize(("prefix", "method"), [("", "published"), ("trailing_", "trailing")])
def test_scores_are_those_of_one_method_by_what_was_known(
    opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame, prefix: str, method: str
):
    scores = rows(opened, "marts.quality_scores")
    one = scores.filter((pl.col("method") == method) & (pl.col("basis") == "point_in_time"))
    names = ["score", "quintile", "exclusion_reason"]
    own = wide.select(pl.col(f"{prefix}{name}").alias(name) for name in names)
    assert own["score"].count() > 0
    assert_frame_equal(own, one.select(names))


def test_the_funnel_is_told_by_the_first_filter_that_fails(
    opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame
):
    outcomes = rows(opened, "marts.funnel_outcomes").sort(*KEY, "filter_number")
    of_each = outcomes.partition_by(KEY, as_dict=True)
    for row in wide.iter_rows(named=True):
        filters = of_each[(row["as_of"], row["entity_id"])].rows(named=True)
        failed = [one for one in filters if one["stand_alone_status"] == "fail"]
        first = failed[0] if failed else {}
        assert row["outcome"] == filters[0]["outcome"]
        assert row["is_survivor"] == filters[0]["outcome"].startswith("survivor")
        assert row["first_failed_filter"] == first.get("filter_name")
        assert row["first_failed_value"] == first.get("value")
        assert row["first_failed_reason"] == first.get("reason")
        assert row["filters_failed"] == len(failed)
        assert [row[f"{name}_status"] for name in FILTERS] == [one["stand_alone_status"] for one in filters]


def test_loadings_are_those_of_the_largest_line(opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame):
    loadings = rows(opened, "marts.stock_factor_loadings").filter(pl.col("term") != "alpha")
    wanted = loadings.with_columns(pl.col("term").replace_strict(TERMS)).pivot(
        "term", index=[*KEY, "security_id"], values="estimate"
    )
    own = wide.select(
        *KEY, "security_id", *(pl.col(f"{name}_loading").alias(name) for name in TERMS.values())
    )
    assert own["market"].count() > 0
    assert_frame_equal(own, wanted.sort(KEY), check_column_order=False)


def test_nothing_in_a_row_became_known_after_its_date(wide: pl.DataFrame):
    for name in ("available_date", "annual_available_date", "price_date", "balance_sheet_date", "flows_end"):
        assert (wide[name] <= wide["as_of"]).all(), name
    assert (wide["record_age_days"] == (wide["as_of"] - wide["balance_sheet_date"]).dt.total_days()).all()


def test_a_record_is_fresh_up_to_its_last_day_and_stale_on_the_next(wide: pl.DataFrame):
    """Counted back from a date, as the limit is defined: a period that ended then is not too old."""
    known = wide.filter(pl.col("fresh_until_date").is_not_null())
    assert known.height > 0
    back = pl.col("fresh_until_date").dt.offset_by(f"-{STALE_MONTHS}mo")
    next_day = (pl.col("fresh_until_date") + dt.timedelta(days=1)).dt.offset_by(f"-{STALE_MONTHS}mo")
    limits = known.select(
        last=back <= pl.col("balance_sheet_date"), after=next_day > pl.col("balance_sheet_date")
    )
    assert limits["last"].all()
    assert limits["after"].all()
    assert (known["is_stale"] == (known["as_of"] > known["fresh_until_date"])).all()


def test_survivors_of_the_newest_date_carry_name_and_multiples(
    opened: duckdb.DuckDBPyConnection, wide: pl.DataFrame
):
    names = ["as_of", "entity_id", "ticker", "name", "sector", "market_cap_usd", "pe", "pb", "p_fcf", "score"]
    newest = wide.filter((pl.col("as_of") == wide["as_of"].max()) & pl.col("is_survivor"))
    assert newest.height > 0
    assert_frame_equal(rows(opened, "survivors").select(names), newest.select(names))


@pytest.mark.parametrize(
    ("view", "method", "basis"),
    [
        ("quality_point_in_time", "published", "point_in_time"),
        ("quality_as_published", "published", "as_published"),
        ("quality_trailing", "trailing", "point_in_time"),
        ("quality_debt_free_aware", "debt_free_aware", "point_in_time"),
    ],
)
def test_a_view_of_one_method_has_one_row_per_date_and_member(
    opened: duckdb.DuckDBPyConnection, view: str, method: str, basis: str
):
    own = rows(opened, view)
    scores = rows(opened, "marts.quality_scores")
    one = scores.filter((pl.col("method") == method) & (pl.col("basis") == basis)).drop("method", "basis")
    assert own.select(KEY).is_unique().all()
    assert_frame_equal(own, one)
