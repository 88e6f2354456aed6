"""The sample's companies, lines, tickers and lists: what is in there for the rules to catch."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
import polars as pl
import pytest

from smallcap.sources.sample.membership import reconstitute
from tests.component.sources.sample_builders import (
    EVER,
    INDEX,
    STUDY_DATE,
    all_lists,
    full,
    fundamentals,
    prices,
    small,
)

USABLE = r"^[A-Z]{1,5}$"


@functools.cache
def lives() -> pl.DataFrame:
    """One row per line of a company: first and last day, null while it lives."""
    return (
        full()
        .securities()
        .rows.filter(pl.col("sic").is_not_null())
        .group_by("source_id", "source_entity_id")
        .agg(
            pl.col("valid_from").min(),
            pl.col("valid_to").sort_by("valid_from").last(),
            pl.col("sector").first(),
        )
        .sort("source_id")
    )


def test_companies_are_born_and_die():
    """2,600 exist at the start, and about as many at any later time."""
    companies = lives().unique("source_entity_id")
    ends = [dt.date(year, 12, 31) for year in range(2005, 2026)]
    alive = [
        companies.filter(
            (pl.col("valid_from") <= end) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > end))
        ).height
        for end in ends
    ]
    assert all(2500 < count < 2900 for count in alive), alive
    born = companies.filter(pl.col("valid_from") > dt.date(2004, 12, 31)).height
    died = companies.filter(pl.col("valid_to").is_not_null()).height
    assert born == pytest.approx(died, rel=0.2)
    assert born > 2500


def test_prices_end_with_the_line():
    last = prices(full()).group_by("source_id").agg(pl.col("date").max())
    dead = (
        lives()
        .filter(pl.col("valid_to").is_between(dt.date(2005, 1, 1), dt.date(2026, 5, 31)))
        .join(last, on="source_id")
    )
    assert dead.height > 300
    assert (dead["date"] == dead["valid_to"]).all()


def test_the_dead_have_a_last_return_of_a_premium_or_a_fall():
    last = (
        prices(full())
        .sort("date")
        .group_by("source_id")
        .last()
        .join(lives().filter(pl.col("valid_to").is_not_null()), on="source_id")
    )
    assert last.filter(pl.col("total_return") > 0.10).height > 100
    assert last.filter(pl.col("total_return") < -0.35).height > 40
    assert last["total_return"].null_count() == 0


def test_sectors_and_codes():
    sectors = lives().unique("source_entity_id")["sector"].value_counts(normalize=True)
    assert sectors.height == 11
    assert 0.14 < sectors.filter(pl.col("sector") == "Financials")["proportion"].item() < 0.18
    codes = full().securities().rows.filter(pl.col("sic").is_not_null())
    assert codes["sic"].str.contains(r"^\d{4}$").all()
    assert codes["gics"].str.contains(r"^\d{8}$").all()


def test_lists_hold_about_two_thousand_members_at_the_end_and_fewer_at_the_beginning():
    counts = all_lists(full()).group_by("as_of").len().sort("as_of")
    assert counts.height == 258
    assert 1350 < counts["len"][0] < 2000
    assert 1900 < counts.filter(pl.col("as_of") == STUDY_DATE)["len"].item() < 2100


def test_deletions_are_not_replaced_between_reconstitutions():
    lists = all_lists(full()).select("as_of", "source_id")
    months = sorted(lists["as_of"].unique())
    joined_in = {
        after.month: lists.filter(pl.col("as_of") == after)
        .join(lists.filter(pl.col("as_of") == before), on="source_id", how="anti")
        .height
        for before, after in zip(months[-26:-1], months[-25:], strict=True)
        if after.month not in (3, 6, 9, 12)
    }
    leftovers_a_month = 3
    assert max(joined_in.values()) <= leftovers_a_month


def test_new_listings_join_each_quarter():
    born = lives().filter(pl.col("valid_from") > dt.date(2005, 1, 1))
    first = all_lists(full()).group_by("source_id").agg(pl.col("as_of").min())
    waited = (
        born.join(first, on="source_id")
        .select((pl.col("as_of") - pl.col("valid_from")).dt.total_days())
        .to_series()
    )
    assert waited.median() < 130
    assert waited.len() > 500


def test_some_are_too_large_and_some_too_small():
    alive = lives().filter(
        (pl.col("valid_from") <= STUDY_DATE)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > STUDY_DATE))
    )
    listed = full().constituents(INDEX, [STUDY_DATE]).rows
    outside = alive.join(listed, on="source_id", how="anti")
    cap = full().vendor_metrics(*EVER).rows.sort("period_end").group_by("source_entity_id").last()
    caps = outside.join(cap, on="source_entity_id")["market_cap_period_end_usd"]
    assert caps.gt(10e9).sum() > 20
    assert caps.lt(60e6).sum() > 20


def test_banding_keeps_companies_on_their_side_of_the_break():
    """Of 400 equal companies 48 are too large: the break is at 12% of all market value, the band reaches
    from 9.5% to 14.5%.
    """
    ranks = np.arange(1, 401)
    cap = 1e9 - ranks.astype(float)
    everyone, were_large = np.ones(400, dtype=bool), np.isin(ranks, [30, 56, 70])
    member, large = reconstitute(cap, everyone, everyone, ~were_large, were_large, 400)
    assert large[np.isin(ranks, [1, 30, 56])].all()
    assert member[np.isin(ranks, [44, 48, 49, 70])].all()
    assert not (member & large).any()


def test_without_a_past_the_break_alone_decides():
    ranks = np.arange(1, 401)
    nobody, everyone = np.zeros(400, dtype=bool), np.ones(400, dtype=bool)
    member, large = reconstitute(1e9 - ranks.astype(float), everyone, everyone, nobody, nobody, 300)
    assert ranks[large].tolist() == list(range(1, 49))
    assert ranks[member].tolist() == list(range(49, 349))


def test_tickers_change():
    spells = full().securities().rows.group_by("source_id").agg(pl.col("ticker").n_unique(), pl.len())
    assert spells.filter(pl.col("ticker") > 1).height > 100


def test_tickers_are_recycled_and_never_shared():
    spells = full().securities().rows.filter(pl.col("ticker").str.contains(USABLE))
    pairs = spells.join(spells, on="ticker").filter(pl.col("source_id") != pl.col("source_id_right"))
    assert pairs["ticker"].n_unique() > 20
    overlap = pairs.filter(
        (pl.col("valid_from") <= pl.col("valid_to_right").fill_null(dt.date.max))
        & (pl.col("valid_from_right") <= pl.col("valid_to").fill_null(dt.date.max))
    )
    assert overlap.height == 0


def test_lists_show_the_ticker_of_the_day():
    lists = all_lists(full()).with_columns(bare=pl.col("ticker").str.replace_all(r"[.\- ]", ""))
    spells = full().securities().rows.rename({"ticker": "own"}).filter(pl.col("own").str.contains(USABLE))
    seen = lists.join(spells, on="source_id").filter(
        (pl.col("as_of").dt.month_start() >= pl.col("valid_from"))
        & (pl.col("valid_to").is_null() | (pl.col("as_of").dt.month_start() <= pl.col("valid_to")))
    )
    assert seen.height > 400_000
    assert (seen["bare"] == seen["own"]).all()


def test_share_classes_are_spelled_in_several_ways():
    two = lives().filter(pl.len().over("source_entity_id") == 2)
    assert two["source_entity_id"].n_unique() > 40
    listed = all_lists(full()).join(two, on="source_id")["ticker"]
    for spelling in (r"^[A-Z]+\.[AB]$", r"^[A-Z]+-[AB]$", r"^[A-Z]+ [AB]$", r"^[A-Z]+[AB]$"):
        assert listed.str.contains(spelling).any(), spelling


def test_some_lines_are_unresolved_with_a_reason():
    securities = full().securities().rows
    unresolved = securities.filter(~pl.col("is_resolved"))
    assert unresolved["unresolved_reason"].null_count() == 0
    assert (
        securities.filter("is_resolved")["unresolved_reason"].null_count()
        == securities.filter("is_resolved").height
    )
    assert fundamentals(full()).join(unresolved, on="source_entity_id", how="semi").height == 0
    listed = full().constituents(INDEX, [STUDY_DATE]).rows.join(unresolved, on="source_id", how="semi")
    assert 5 < listed.height < 60


def test_some_tickers_are_unusable():
    tickers = full().constituents(INDEX, [STUDY_DATE]).rows["ticker"].str.replace_all(r"[.\-/ ]", "")
    unusable = tickers.filter(~tickers.str.contains(USABLE))
    assert 2 <= unusable.len() < 30


def test_some_names_hold_markup():
    names = full().securities().rows["name"].unique()
    assert names.str.contains("<b>", literal=True).sum() > 5
    assert names.str.contains("&", literal=True).sum() > 5


def test_every_list_of_a_small_universe_has_names_with_markup():
    is_marked = pl.col("name").str.contains("<b>", literal=True)
    marked = all_lists(small()).group_by("snapshot_date").agg(is_marked.sum())
    assert marked["name"].min() >= 3


@pytest.mark.parametrize(
    "column", ["source_id", "ticker", "name", "sector", "location", "exchange", "snapshot_date"]
)
def test_list_columns_are_filled(column):
    assert all_lists(full())[column].null_count() == 0


def test_the_fund_holds_a_plausible_share_of_each_company():
    """Shares are brought to the list's split basis: a split counted on the wrong side shows as a factor of
    two or ten.
    """
    lists = full().constituents(INDEX, [STUDY_DATE]).rows
    splits = prices(full()).select("source_id", "date", "split_ratio")
    shares = (
        fundamentals(full())
        .filter(
            pl.col("filing_date").is_between(dt.date(2023, 12, 1), STUDY_DATE)
            & (pl.col("total_assets_usd") > 10e6)
        )
        .sort("period_end", "filing_date")
        .group_by("source_entity_id")
        .last()
        .select("source_entity_id", "shares_outstanding", "shares_outstanding_date")
    )
    one_line = lives().filter(pl.len().over("source_entity_id") == 1)
    held = (
        lists.join(one_line, on="source_id")
        .join(shares, on="source_entity_id")
        .drop_nulls("shares_outstanding")
    )
    factor = (
        held.select("source_id", "shares_outstanding_date")
        .join(splits, on="source_id")
        .filter((pl.col("date") > pl.col("shares_outstanding_date")) & (pl.col("date") <= STUDY_DATE))
        .group_by("source_id")
        .agg(pl.col("split_ratio").product())
    )
    share = (
        held.join(factor, on="source_id")
        .select(pl.col("quantity") / (pl.col("shares_outstanding") * pl.col("split_ratio")))
        .to_series()
    )
    assert share.len() > 1500
    assert share.is_between(0.011, 0.045).mean() > 0.995
    assert share.median() == pytest.approx(0.024, rel=0.1)
