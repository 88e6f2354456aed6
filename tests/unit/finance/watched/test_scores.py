"""A watched name is scored as if it stood among the scored members, and moves no edge."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.finance.quality.scores import quality_scores
from smallcap.finance.watched.scores import universe_of, watched_scores
from smallcap.tables.watched import WatchedScores
from tests.tolerances import BY_HAND, EXACT
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.quality_builders import (
    CLOCK,
    RULES,
    STALE_MONTHS,
    market_values,
    members,
    records,
    vendor_rows,
)
from tests.unit.finance.watched.test_filters import as_names

COUNT = 25
SCORED = ["status", "exclusion_reason", "score", "quintile", "roe_winsorized", "roe_z", "debt_to_assets_z"]


def numbered(number: float) -> dict[str, object]:
    """The inputs of company `number` of the worked example in docs/methods/quality-screen.md."""
    return {
        "roe": number / 100,
        "fcf_margin": number / 50,
        "debt_to_assets": (50 - 2 * number) / 100,
        "interest_coverage": 2.0 * number,
    }


def scored(*watched: dict[str, object], cap: float = 1e9) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score the 25 companies of the worked example, and watched names beside them."""
    ordinary = [numbered(number) for number in range(1, COUNT + 1)]
    known = records(*ordinary, *watched)
    listed, values = members(*[{}] * COUNT), market_values(*[{}] * COUNT)
    own = quality_scores(listed, values, known, vendor_rows(), RULES, CLOCK, STALE_MONTHS, APPLICABILITY)
    rows = [{"entity_id": COUNT + place + 1, "ticker": f"W{place}"} for place in range(len(watched))]
    names = as_names(members(*rows))
    worth = names.select("as_of", "ticker").with_columns(pl.lit(cap).alias("market_cap_usd"))
    found = watched_scores(names, worth, known, vendor_rows(), own, RULES, CLOCK, STALE_MONTHS, APPLICABILITY)
    return own, WatchedScores.validate(found)


def of_study(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("method") == "published", pl.col("basis") == "point_in_time")


def test_a_watched_name_with_a_members_figures_has_the_members_score() -> None:
    own, found = scored(numbered(20))
    twentieth = of_study(own).filter(pl.col("entity_id") == 20).select(SCORED).row(0, named=True)
    (row,) = of_study(found).select(SCORED).to_dicts()
    # Worked in docs/methods/quality-screen.md.
    assert row["score"] == pytest.approx(3.98126, rel=BY_HAND)
    assert row["quintile"] == 4
    for name, value in twentieth.items():
        assert row[name] == (pytest.approx(value, rel=EXACT) if isinstance(value, float) else value), name


def test_a_watched_name_is_cut_at_the_members_edges_and_moves_none() -> None:
    alone, _ = scored()
    own, found = scored({"roe": 0.99, "fcf_margin": 0.9, "debt_to_assets": 0.0, "interest_coverage": 400.0})
    assert own.equals(alone)
    (row,) = of_study(found).to_dicts()
    # The 95th percentile of the members is at number 23.8; the mean is 13, the deviation 7.03295.
    assert row["roe_winsorized"] == pytest.approx(0.238, rel=BY_HAND)
    assert row["score"] == pytest.approx(4 * (23.8 - 13) / 7.03295, rel=BY_HAND)
    assert (row["interest_coverage"], row["quintile"]) == (400.0, 5)


def test_a_watched_name_is_excluded_for_the_reasons_of_a_member() -> None:
    _, found = scored({"roe": 1.2}, {"roe": None})
    assert of_study(found)["exclusion_reason"].to_list() == ["out_of_range:roe", "missing:roe"]
    _, large = scored(numbered(20), cap=3e10)
    assert of_study(large)["exclusion_reason"].to_list() == ["out_of_range:market_cap_usd"]


def test_where_no_member_is_scored_no_watched_name_is() -> None:
    few = quality_scores(
        members({}),
        market_values({}),
        records(numbered(1)),
        vendor_rows(),
        RULES,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    )
    assert universe_of(few).is_empty()
    names = as_names(members({"entity_id": 2, "ticker": "W"}))
    worth = names.select("as_of", "ticker").with_columns(pl.lit(1e9).alias("market_cap_usd"))
    known = records(numbered(1), numbered(20))
    found = watched_scores(names, worth, known, vendor_rows(), few, RULES, CLOCK, STALE_MONTHS, APPLICABILITY)
    assert of_study(found).select("status", "exclusion_reason", "score", "quintile").rows() == [
        ("excluded", "insufficient_records", None, None)
    ]


def test_where_members_do_not_differ_nothing_counts() -> None:
    same = [numbered(10)] * COUNT
    known = records(*same, numbered(20))
    own = quality_scores(
        members(*[{}] * COUNT),
        market_values(*[{}] * COUNT),
        known,
        vendor_rows(),
        RULES,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    )
    names = as_names(members({"entity_id": COUNT + 1, "ticker": "W"}))
    worth = names.select("as_of", "ticker").with_columns(pl.lit(1e9).alias("market_cap_usd"))
    found = watched_scores(names, worth, known, vendor_rows(), own, RULES, CLOCK, STALE_MONTHS, APPLICABILITY)
    assert of_study(found).select("score", "quintile").rows() == [(0.0, 1)]
