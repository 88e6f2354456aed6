"""`smallcap.score`: the quality screen on a frame of any kind, as an independent implementation has it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

import smallcap
from tests.oracle.quality_pandas import screen
from tests.tolerances import SCORE
from tests.unit.api.own_frames import AS_OF, KINDS, as_polars, companies, is_of_kind


def scored_by_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    records = frame.to_pandas().assign(entity_id=range(frame.height), market_cap_period_end_usd=np.nan)
    caps = records.set_index("entity_id")["market_cap_usd"]
    members = pd.DataFrame({"entity_id": range(frame.height), "is_ticker_usable": True})
    oldest = pd.Timestamp(AS_OF) - pd.DateOffset(months=18)
    return screen(members, records.drop(columns="market_cap_usd"), caps, oldest, "published")


def with_gaps() -> pl.DataFrame:
    """Companies of which one lacks an input, one is stale, one is outside a control, one has no record."""
    n = pl.int_range(pl.len())
    return companies().with_columns(
        roe=pl.when(n != 3).then("roe"),
        debt_to_assets=pl.when(n == 5).then(2.0).otherwise("debt_to_assets"),
        period_end=pl.when(n == 8).then(dt.date(2023, 12, 31)).when(n != 9).then("period_end"),
    )


@pytest.mark.parametrize("kind", KINDS)
def test_scores_quintiles_and_reasons_are_those_of_an_independent_implementation(kind: str):
    expected = scored_by_pandas(with_gaps())
    given = smallcap.score(KINDS[kind](with_gaps()))
    assert is_of_kind(given, kind)
    found = as_polars(given)
    reasons = [None if pd.isna(reason) else reason for reason in expected["reason"]]
    assert found["exclusion_reason"].to_list() == reasons
    assert found["ticker"].to_list() == companies()["ticker"].to_list()
    score, quintile = expected["score"].to_numpy(), expected["quintile"].to_numpy()
    np.testing.assert_allclose(found["score"].to_numpy(), score, rtol=0, atol=SCORE)
    np.testing.assert_array_equal(found["quintile"].cast(pl.Float64).to_numpy(), quintile)


def test_the_reasons_name_what_is_wrong():
    found = smallcap.score(with_gaps())
    assert found["exclusion_reason"].gather([3, 5, 8, 9]).to_list() == [
        "missing:roe",
        "out_of_range:debt_to_assets",
        "stale",
        "no_fundamentals",
    ]
    assert found["score"].gather([3, 5, 8, 9]).null_count() == 4


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf")])
def test_what_is_no_number_is_missing(unknown: float | None):
    n = pl.int_range(pl.len())
    found = smallcap.score(
        companies().with_columns(roe=pl.when(n == 3).then(pl.lit(unknown, pl.Float64)).otherwise("roe"))
    )
    assert found["exclusion_reason"][3] == "missing:roe"


def test_each_date_is_scored_by_itself():
    later = companies(seed=8).with_columns(as_of=pl.lit(dt.date(2025, 6, 30)))
    both = smallcap.score(pl.concat([companies(), later]))
    assert both.head(60).equals(smallcap.score(companies()))


def test_a_pandas_frame_keeps_its_index_and_columns():
    frame = companies().to_pandas().set_index(pd.Index(range(100, 160), name="own"))
    found = smallcap.score(frame)
    assert found.index.equals(frame.index)
    assert list(found.columns[: len(frame.columns)]) == list(frame.columns)
    assert "score" not in frame.columns


def test_a_frame_that_was_scored_can_be_scored_again():
    once = smallcap.score(companies())
    assert smallcap.score(once).equals(once)


def test_missing_columns_are_named_with_unit_meaning_and_definition():
    with pytest.raises(smallcap.InputError) as refused:
        smallcap.score(companies().drop("fcf_margin", "market_cap_usd"))
    told = str(refused.value)
    assert "score: 2 columns are missing" in told
    assert "fcf_margin (fraction): " in told
    assert "market_cap_usd (USD): " in told
    assert "docs/data-dictionary.md under marts.quality_scores" in told


def test_a_column_of_text_is_refused_where_numbers_are_needed():
    with pytest.raises(smallcap.InputError, match="roe must be numbers, it is String"):
        smallcap.score(companies().with_columns(pl.col("roe").cast(pl.String)))


def test_a_date_as_text_is_refused():
    with pytest.raises(smallcap.InputError, match="as_of must be dates"):
        smallcap.score(companies().with_columns(pl.col("as_of").cast(pl.String)))


def test_a_row_without_a_date_is_refused():
    with pytest.raises(smallcap.InputError, match="60 rows have no as_of"):
        smallcap.score(companies().with_columns(as_of=pl.lit(None, pl.Date)))


def test_a_company_that_occurs_twice_on_a_date_is_refused():
    twice = companies().with_columns(entity_id=pl.lit("GLL"))
    with pytest.raises(smallcap.InputError, match="60 rows share their as_of and entity_id"):
        smallcap.score(twice)


@pytest.mark.parametrize("given", [companies().lazy(), {"roe": [1.0]}, None])
def test_what_is_no_frame_in_memory_is_refused(given: object):
    with pytest.raises(smallcap.InputError, match="score: needs a data frame in memory"):
        smallcap.score(given)  # type: ignore[type-var]


@pytest.mark.parametrize("months", ["18", -1, 0, 1.5])
def test_a_limit_of_age_that_is_no_number_of_months_is_refused(months: Any):
    with pytest.raises(smallcap.InputError, match=r"stale_months is .*: it must be a whole number of months"):
        smallcap.score(companies(), stale_months=months)


@pytest.mark.parametrize("rules", [{"least_records": 100}, "quality.toml", 0])
def test_rules_of_another_kind_are_refused_with_the_kind_that_is_needed(rules: Any):
    with pytest.raises(smallcap.InputError, match="rules must be a QualityRules of smallcap"):
        smallcap.score(companies(), rules=rules)
