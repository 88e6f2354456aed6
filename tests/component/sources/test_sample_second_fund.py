"""Lists of a second fund in the sample: when, what it holds, and that a change of fund is no true change."""

from __future__ import annotations

import functools

import numpy as np
import polars as pl
import pytest

from smallcap.sources.sample.calendar import FIRST_LIST_MONTH, MONTH_COUNT, month_ends
from smallcap.sources.sample.second_fund import HOLDING, first_fund_months, second_fund_months
from tests.component.sources.sample_builders import all_lists, full

SEED = 2000


@functools.cache
def beside_the_month_before() -> pl.DataFrame:
    """The lines of every list of the second fund, beside those of the list a month before."""
    seconds = month_ends()[second_fund_months(SEED)]
    befores = month_ends()[second_fund_months(SEED) - 1]
    pairs = pl.DataFrame({"snapshot_date": befores, "second_date": seconds})
    lists = all_lists(full()).select("source_id", "snapshot_date", "quantity", "market_value_usd")
    before = lists.join(pairs, on="snapshot_date")
    own = lists.rename({"snapshot_date": "second_date"})
    return before.join(own, on=["source_id", "second_date"], how="left", suffix="_second").filter(
        pl.col("market_value_usd") > 0
    )


@pytest.mark.parametrize("seed", [SEED, 7, 1])
def test_some_months_have_a_list_of_the_second_fund_and_never_two_in_a_row(seed: int) -> None:
    months = second_fund_months(seed)
    assert 8 <= len(months) <= 30
    assert np.diff(months).min() > 1
    # Neither a quarter's or a year's end nor a month around a reconstitution.
    assert set(months % 12 + 1) <= {2, 8, 10, 11}
    both = np.sort(np.concatenate([months, first_fund_months(seed)]))
    assert both.tolist() == list(range(FIRST_LIST_MONTH, MONTH_COUNT))


def test_the_second_fund_holds_another_share_of_each_company() -> None:
    held = beside_the_month_before().drop_nulls("quantity_second")
    ratio = held["quantity_second"] / held["quantity"]
    assert ratio.len() > 20_000
    assert ratio.median() == pytest.approx(HOLDING, rel=0.01)
    assert ratio.is_between(0.9 * HOLDING, 1.1 * HOLDING).mean() > 0.95


def test_the_second_fund_does_not_hold_some_members() -> None:
    missing = (
        beside_the_month_before().group_by("second_date").agg(pl.col("quantity_second").is_null().mean())
    )
    # 2% are not held; about another 0.5% died.
    assert missing["quantity_second"].is_between(0.012, 0.04).all(), missing


def test_true_changes_are_those_between_lists_of_the_first_fund() -> None:
    changed = full().true_changes()["as_of"].unique()
    assert not changed.is_in(month_ends()[second_fund_months(SEED)].tolist()).any()
    after = month_ends()[second_fund_months(SEED) + 1].tolist()
    # Deaths of the month before are found in the next list of the first fund.
    assert changed.is_in(after).sum() >= len(after) - 1
