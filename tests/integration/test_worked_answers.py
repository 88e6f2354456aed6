"""What worked questions answer on a made home, computed again from members_wide's rows by Polars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import polars as pl
import pytest

from smallcap.questions import worked_query
from smallcap.questions.parameters import bound_values
from smallcap.warehouse.reading import connect, served_path
from tests.tolerances import EXACT

SURVIVED = pl.col("outcome").is_in(["survivor", "survivor_unverified"])


@pytest.fixture(scope="module")
def opened(small_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(served_path(small_home / "warehouse")) as connection:
        yield connection


@pytest.fixture(scope="module")
def every_date(opened: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return opened.sql("FROM members_wide").pl()


@pytest.fixture(scope="module")
def newest(every_date: pl.DataFrame) -> dt.date:
    return every_date["as_of"].max()


@pytest.fixture(scope="module")
def members(every_date: pl.DataFrame, newest: dt.date) -> pl.DataFrame:
    return every_date.filter(pl.col("as_of") == newest)


@pytest.fixture(scope="module")
def ask(opened: duckdb.DuckDBPyConnection, newest: dt.date):
    def answer(name: str, **given: str) -> pl.DataFrame:
        query = worked_query(name)
        values = bound_values(name, query.declared, given, newest)
        return opened.sql(query.sql, params=values or None).pl()

    return answer


def constant_name(every_date: pl.DataFrame) -> str:
    """Choose a ticker that one company alone carried, on as many dates as any."""
    carried = every_date.group_by("ticker").agg(pl.col("entity_id").n_unique(), pl.len())
    alone = carried.filter(pl.col("entity_id") == 1).sort("len", "ticker", descending=[True, False])
    return alone["ticker"][0]


def tickers(rows: pl.DataFrame) -> list[str]:
    return rows["ticker"].to_list()


def test_the_cheapest_survivors_are_small_good_and_sorted_by_their_multiple(ask, members: pl.DataFrame):
    chosen = members.filter(SURVIVED & (pl.col("market_cap_usd") < 2e9) & (pl.col("quintile") >= 3))
    assert chosen.height > 0
    answer = ask("cheapest_survivors", most_market_cap_usd="2e9", quintile="3")
    assert tickers(answer) == tickers(chosen.sort("pe", "ticker", nulls_last=True))


def test_survivors_are_those_of_the_funnel(ask, opened: duckdb.DuckDBPyConnection, newest: dt.date):
    outcomes = opened.sql("FROM marts.funnel_outcomes").pl().filter(pl.col("as_of") == newest)
    survivors = outcomes.filter(SURVIVED)["ticker"].unique()
    assert sorted(tickers(ask("survivors_with_multiples"))) == survivors.sort().to_list()


def test_a_sector_costs_less_without_its_losses_counted_as_earnings(ask, members: pl.DataFrame):
    used = members.filter(
        ~pl.col("is_stale") & pl.col("market_cap_usd").is_not_null() & pl.col("net_income_usd").is_not_null()
    )
    answer = {row["sector"]: row for row in ask("sector_pe").iter_rows(named=True)}
    for (sector,), rows in (
        used.with_columns(pl.col("sector").fill_null("unknown")).partition_by("sector", as_dict=True).items()
    ):
        earning = rows.filter(pl.col("net_income_usd") > 0)
        own = answer.pop(sector)
        assert (own["members"], own["with_losses"]) == (rows.height, rows.height - earning.height)
        if earning.height:
            expected = earning["market_cap_usd"].sum() / earning["net_income_usd"].sum()
            assert own["pe_without_losses"] == round(expected, 1)
        if rows["net_income_usd"].sum() > 0:
            expected = rows["market_cap_usd"].sum() / rows["net_income_usd"].sum()
            assert own["pe_with_losses"] == round(expected, 1)
        else:
            assert own["pe_with_losses"] is None
    assert answer == {}


def test_the_return_of_a_quintile_is_the_product_of_its_months(ask, opened: duckdb.DuckDBPyConnection):
    months = opened.sql("FROM marts.quintile_returns").pl()
    own = months.filter(
        (pl.col("method") == "published")
        & (pl.col("holding_months") == 12)
        & (pl.col("weighting") == "equal")
        & (pl.col("scope") == "all")
        & (pl.col("portfolio") != "long_short")
    )
    answer = ask("return_by_quintile")
    assert answer.height == own.select("formed_as_of", "portfolio").n_unique()
    for row in answer.iter_rows(named=True):
        value = 1.0
        held = own.filter(
            (pl.col("formed_as_of") == row["formed_as_of"]) & (pl.col("portfolio") == row["quintile"])
        )
        for one in held["total_return"].drop_nulls():
            value *= 1 + one
        assert row["return_since"] == pytest.approx(round(value - 1, 4), rel=EXACT)


def test_the_history_of_a_name_has_each_date_on_which_it_was_a_member(ask, every_date: pl.DataFrame):
    name = constant_name(every_date)
    own = every_date.filter(pl.col("ticker") == name).sort("as_of")
    assert own.height > 1
    answer = ask("history_of_a_name", ticker=name.lower())
    assert answer["as_of"].to_list() == own["as_of"].to_list()
    assert answer["outcome"].to_list() == own["outcome"].to_list()


def test_what_changed_for_a_name_has_the_date_before_beside_each(ask, every_date: pl.DataFrame):
    name = constant_name(every_date)
    own = every_date.filter(pl.col("ticker") == name).sort("as_of").rows(named=True)
    answer = ask("what_changed_for_a_name", ticker=name).rows(named=True)
    assert [(row["previous_as_of"], row["as_of"]) for row in answer] == [
        (earlier["as_of"], later["as_of"]) for earlier, later in pairwise(own)
    ][::-1]
    for row, (earlier, later) in zip(reversed(answer), pairwise(own), strict=True):
        assert (row["outcome_from"], row["outcome_to"]) == (earlier["outcome"], later["outcome"])
        assert row["is_new_record"] == (earlier["available_date"] != later["available_date"])


def test_who_fell_out_survived_before_and_does_not_now(ask, opened: duckdb.DuckDBPyConnection):
    left = opened.sql("FROM marts.screen_changes WHERE change = 'left'").pl()
    for as_of in left["as_of"].unique():
        answer = ask("fell_out", as_of=str(as_of))
        assert sorted(tickers(answer)) == sorted(tickers(left.filter(pl.col("as_of") == as_of)))
        assert not set(answer["outcome_to"]) & {"survivor", "survivor_unverified"}


def test_a_record_about_to_be_stale_has_its_last_day_within_the_days(
    ask, members: pl.DataFrame, newest: dt.date
):
    limit = newest + dt.timedelta(days=500)
    soon = members.filter(~pl.col("is_stale") & (pl.col("fresh_until_date") < limit))
    answer = ask("about_to_be_stale", days="500")
    assert soon.height > 0
    assert sorted(tickers(answer)) == sorted(tickers(soon))
    assert answer["fresh_until_date"].is_sorted()
    assert answer["days_left"].min() >= 0


def test_the_highest_yields_are_of_good_companies_outside_finance(ask, members: pl.DataFrame):
    chosen = members.filter(
        (pl.col("quintile") >= 4)
        & ~pl.col("is_financial")
        & ~pl.col("is_stale")
        & pl.col("fcf_yield").is_not_null()
    ).sort("fcf_yield", "ticker", descending=[True, False])
    assert chosen.height > 10
    assert tickers(ask("fcf_yield_of_quality", most="10")) == tickers(chosen.head(10))


def test_the_largest_without_a_score_are_sorted_by_weight_and_explained(ask, members: pl.DataFrame):
    unscored = members.filter(pl.col("score").is_null()).sort(
        "weight", "ticker", descending=[True, False], nulls_last=True
    )
    answer = ask("largest_not_scored", most="12")
    assert tickers(answer) == tickers(unscored.head(12))
    assert answer["exclusion_reason"].null_count() == 0


def test_a_good_company_that_fails_one_filter_fails_no_other(ask, opened: duckdb.DuckDBPyConnection, members):
    outcomes = opened.sql("FROM marts.funnel_outcomes").pl().filter(pl.col("as_of") == members["as_of"][0])
    failed = outcomes.filter(pl.col("stand_alone_status") == "fail").group_by("ticker").len()
    once = set(failed.filter(pl.col("len") == 1)["ticker"])
    good = members.filter(pl.col("quintile") == 5)
    assert set(tickers(ask("good_but_for_one_filter"))) == set(tickers(good)) & once


def test_the_filters_at_which_sectors_fail_add_up_to_their_members(ask, members: pl.DataFrame):
    answer = ask("where_sectors_fail")
    counted = answer.select(pl.sum_horizontal(pl.exclude("sector", "members")))
    assert counted.to_series().to_list() == answer["members"].to_list()
    assert answer["members"].sum() == members.height
    assert answer["survivors"].sum() == members.filter(SURVIVED).height


def test_the_tilt_of_a_quintile_is_the_median_of_its_companies(ask, members: pl.DataFrame):
    for row in ask("tilts_of_quintiles").iter_rows(named=True):
        own = members.filter(pl.col("quintile") == row["quintile"])
        assert row["companies"] == own.height
        assert row["hml"] == pytest.approx(own["hml_loading"].median(), abs=0.005 + EXACT)


def test_debt_by_the_quarter_differs_from_the_annual_report_by_as_much_as_asked(ask, members: pl.DataFrame):
    difference = (pl.col("debt_to_equity") - pl.col("annual_debt_to_equity")).abs()
    own = members.filter(
        (pl.col("statement_footing") == "quarter") & ~pl.col("is_stale") & (difference >= 0.5)
    )
    answer = ask("latest_against_annual", least_difference="0.5")
    assert own.height > 0
    assert sorted(tickers(answer)) == sorted(tickers(own))


def test_how_far_each_date_can_be_trusted_is_counted_as_in_the_coverage(
    ask, opened: duckdb.DuckDBPyConnection
):
    coverage = opened.sql("FROM marts.coverage WHERE has_membership").pl().sort("as_of", descending=True)
    answer = ask("how_far_to_trust")
    assert answer["members"].to_list() == coverage["members"].to_list()
    assert answer["scored"].to_list() == coverage["screened"].to_list()
