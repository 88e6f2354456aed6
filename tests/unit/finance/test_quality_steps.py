"""The steps of the quality screen: who is excluded and why, and what the others score."""

from __future__ import annotations

import math
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from smallcap.finance.quality.steps import score
from smallcap.finance.quality.winsorize import bucket
from smallcap.rules.types.quality import ABLATIONS
from tests.tolerances import EXACT
from tests.unit.finance.quality_builders import RULES, inputs, ordinary

NO_WINSORIZING, NO_COVERAGE_CLIP, NO_CONTROLS, _ = ABLATIONS
FIVE_SUFFICE = replace(RULES, least_records=5)


def reason_of(**changed: object) -> str | None:
    """Why a company is excluded that stands among enough ordinary ones."""
    return (
        score(inputs(*ordinary(30), changed), RULES)
        .filter(pl.col("entity_id") == 31)["exclusion_reason"]
        .item()
    )


def test_worked_example() -> None:
    rows = [
        {"roe": 0.1 * n, "debt_to_assets": 0.4 - 0.1 * n, "interest_coverage": 100.0 + n} for n in range(5)
    ]
    scored = score(inputs(*rows), FIVE_SUFFICE)
    # The 5th percentile of 0, 0.1, 0.2, 0.3, 0.4 lies a fifth of the way from 0 to 0.1, the 95th a fifth of
    # the way from 0.4 to 0.3.
    assert scored["roe_winsorized"].to_list() == pytest.approx([0.02, 0.1, 0.2, 0.3, 0.38], rel=EXACT)
    deviation = math.sqrt((0.18**2 + 0.1**2 + 0 + 0.1**2 + 0.18**2) / 5)
    z = [-0.18 / deviation, -0.1 / deviation, 0, 0.1 / deviation, 0.18 / deviation]
    assert scored["roe_z"].to_list() == pytest.approx(z, rel=EXACT, abs=EXACT)
    # Debt falls as return on equity rises, and counts against a company; coverage is clipped to 50 for all,
    # so it tells nobody apart.
    assert scored["interest_coverage_winsorized"].to_list() == [50.0] * 5
    assert scored["score"].to_list() == pytest.approx([2 * value for value in z], rel=EXACT, abs=EXACT)
    assert scored["quintile"].to_list() == [1, 2, 3, 4, 5]
    assert scored["status"].to_list() == ["scored"] * 5


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"is_ticker_usable": False, "period_end": None, "roe": None}, "unusable_ticker"),
        ({"period_end": None, "is_stale": None, "roe": None}, "no_fundamentals"),
        ({"is_stale": True, "roe": None, "market_cap_usd": 1.0}, "stale"),
        ({"roe": None, "market_cap_usd": None, "fcf_margin": 7.0}, "missing:roe,market_cap_usd"),
        ({"interest_coverage": None}, "missing:interest_coverage"),
        (
            dict.fromkeys(("roe", "fcf_margin", "debt_to_assets", "interest_coverage", "market_cap_usd")),
            "missing:roe,fcf_margin,debt_to_assets,interest_coverage,market_cap_usd",
        ),
        ({"roe": math.nan}, "missing:roe"),
        ({"market_cap_usd": 1e6, "roe": 2.0}, "out_of_range:market_cap_usd"),
        ({"roe": 2.0, "fcf_margin": 2.0, "debt_to_assets": 2.0}, "out_of_range:roe"),
        ({"fcf_margin": -1.1, "debt_to_assets": 2.0}, "out_of_range:fcf_margin"),
        ({"debt_to_assets": 1.6}, "out_of_range:debt_to_assets"),
        ({"interest_coverage": -1e9}, None),
        ({}, None),
    ],
)
def test_the_first_step_not_passed_is_the_reason(changed: dict[str, object], reason: str | None) -> None:
    assert reason_of(**changed) == reason


@pytest.mark.parametrize(
    ("field", "value", "is_kept"),
    [
        ("market_cap_usd", 100e6, False),
        ("market_cap_usd", 100e6 + 1, True),
        ("market_cap_usd", 20e9, False),
        ("market_cap_usd", 20e9 - 1, True),
        ("roe", -1.0, True),
        ("roe", 1.0, True),
        ("roe", 1.0 + 1e-9, False),
        ("fcf_margin", -1.0, True),
        ("fcf_margin", 1.0, True),
        ("fcf_margin", -1.0 - 1e-9, False),
        ("debt_to_assets", 0.0, True),
        ("debt_to_assets", 1.5, True),
        ("debt_to_assets", -1e-9, False),
        ("debt_to_assets", 1.5 + 1e-9, False),
    ],
)
def test_bounds_of_the_controls(field: str, value: float, is_kept: bool) -> None:
    assert reason_of(**{field: value}) == (None if is_kept else f"out_of_range:{field}")


@pytest.mark.parametrize(("count", "reason"), [(24, "insufficient_records"), (25, None)])
def test_under_25_records_nobody_is_scored(count: int, reason: str | None) -> None:
    scored = score(inputs(*ordinary(count), {"roe": None}), RULES)
    assert scored["exclusion_reason"].to_list() == [reason] * count + ["missing:roe"]
    assert scored["score"].is_null().sum() == (count + 1 if reason else 1)


def test_an_input_without_spread_tells_nobody_apart() -> None:
    scored = score(inputs(*[{"roe": 0.1, "fcf_margin": 0.1 * n} for n in range(7)]), FIVE_SUFFICE)
    assert scored["roe_z"].to_list() == [0.0] * 7
    assert scored["debt_to_assets_z"].to_list() == [0.0] * 7
    assert scored["score"].to_list() == scored["fcf_margin_z"].to_list()


def test_all_alike_are_all_in_the_first_quintile() -> None:
    scored = score(inputs(*[{}] * 30), RULES)
    assert scored["score"].to_list() == [0.0] * 30
    assert scored["quintile"].to_list() == [1] * 30


def test_a_value_on_an_edge_falls_into_the_lower_bucket() -> None:
    # Edges stand at places 1.8, 3.6, 5.4 and 7.2 of the ten: 1, 1, 2 and 2.
    values = pl.DataFrame({"group": [1] * 10, "value": [1.0] * 5 + [2.0] * 4 + [3.0]})
    buckets = values.select(bucket("value", "group", (0.2, 0.4, 0.6, 0.8))).to_series().to_list()
    assert buckets == [1] * 5 + [3] * 4 + [5]


def test_rows_in_any_order_give_the_same_bits() -> None:
    rows = inputs(*ordinary(60))
    assert_frame_equal(
        score(rows.sample(fraction=1, shuffle=True, seed=3), RULES), score(rows, RULES), check_exact=True
    )


def test_a_group_is_scored_alike_whatever_stands_beside_it() -> None:
    one = inputs(*ordinary(60))
    later = one.with_columns(pl.col("as_of").dt.offset_by("1mo"), pl.col("roe") / 2)
    other = one.with_columns(pl.lit("debt_free_aware").alias("method"), pl.col("fcf_margin") / 3)
    together = score(pl.concat([other, later, one]), RULES)
    for part in (one, later, other):
        assert_frame_equal(
            together.join(part.select("as_of", "method"), on=["as_of", "method"], how="semi"),
            score(part, RULES),
            check_exact=True,
        )


def test_no_rows_give_no_rows() -> None:
    assert score(inputs(), RULES).is_empty()
    assert score(inputs({"period_end": None}), RULES)["exclusion_reason"].to_list() == ["no_fundamentals"]


def test_variants_leave_out_one_step_each() -> None:
    rows = inputs(*ordinary(30), {"interest_coverage": 5000.0}, {"roe": 3.0})
    base = score(rows, RULES)
    unwinsorized = score(rows, RULES, NO_WINSORIZING)
    assert unwinsorized["roe_winsorized"].drop_nulls().to_list() == rows["roe"].head(31).to_list()
    assert unwinsorized["interest_coverage_winsorized"].max() == 50.0
    # 31 records are left: the 95th percentile stands at place 28.5, between the coverages 28 and 29
    # (unclipped, 5000 is the 31st).
    unclipped = score(
        inputs(*ordinary(30), {"interest_coverage": 5000.0}),
        replace(RULES, least_records=5),
        NO_COVERAGE_CLIP,
    )
    assert unclipped["interest_coverage_winsorized"].max() == pytest.approx(28.5, rel=EXACT)
    assert base["exclusion_reason"].to_list()[-1] == "out_of_range:roe"
    assert score(rows, RULES, NO_CONTROLS)["status"].to_list() == ["scored"] * 32
