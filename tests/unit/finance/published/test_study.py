"""The published study and regression beside ours."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.finance.published.differences import MADE_UP
from smallcap.finance.published.study import NO_FUND, NO_MEMBER, study_comparison, study_regression
from smallcap.rules.files import read_rows
from smallcap.rules.types.published_figures import FIGURES_FILE, PublishedFigure
from smallcap.tables.published import StudyComparison, StudyRegression
from tests.unit.finance.builders import REFERENCE, table

DECEMBER = dt.date(2025, 12, 31)
GIVEN = read_rows(REFERENCE, FIGURES_FILE, PublishedFigure)
Key = tuple[str, str, str]


def compared(
    funds: list[dict[str, object]] | None = None,
    *,
    is_made_up: bool = False,
    unprofitable_share: float = 0.35,
    **score: object,
) -> dict[Key, dict[str, object]]:
    """A home of one date and basis, in which TBBK is a member, and the quintiles' medians are known."""
    counts = {"members": 1945, "complete_records": 900, "records_after_controls": 700, "scored": 140}
    summary = [
        {"quintile": 0},
        {"quintile": 1, "roe_median": -0.20, "debt_to_assets_median": 0.35},
        {"quintile": 5, "roe_median": 0.15, "debt_to_assets_median": 0.04},
    ]
    own = {
        "status": "scored",
        "score": 6.5,
        "roe": 0.331,
        "period_end": dt.date(2024, 12, 31),
        "available_date": dt.date(2025, 3, 3),
        **score,
    }
    named = {"as_of": DECEMBER, "method": "published", "basis": "point_in_time"}
    rows = study_comparison(
        GIVEN,
        table("marts.quality_summary", summary, **named, **counts, variant="base"),
        table("marts.quality_scores", [{"entity_id": 1, "ticker": "TBBK", **own}], **named),
        table("marts.index_profile", [{"pb": 2.0, "unprofitable_share": unprofitable_share}], as_of=DECEMBER),
        table("marts.index_holdings", [{"entity_id": 1, "rank": 1, "weight": 0.01}], as_of=DECEMBER),
        table("marts.benchmark_panel", funds or [], as_of=DECEMBER, years=10),
        is_made_up=is_made_up,
    )
    valid = StudyComparison.validate(rows)
    return {(row["topic"], row["item"], row["measure"]): row for row in valid.to_dicts()}


def test_every_published_figure_of_the_study_and_the_index_has_a_row_with_a_reason() -> None:
    found = compared()
    assert set(found) == {(one.topic, one.item, one.measure) for one in GIVEN if one.topic != "regression"}
    assert all(row["reason"] for row in found.values())


def test_counts_and_medians_stand_beside_the_published_ones() -> None:
    found = compared()
    complete = found["screen", "all", "complete_records"]
    assert (complete["published"], complete["ours"], complete["difference"]) == (176, 900, 724)
    assert "first 300 names" in str(complete["reason"])
    best = found["screen", "quintile 5", "roe_median"]
    assert (best["published"], best["ours"]) == (0.127, 0.15)
    assert "among 700 records" in str(best["reason"])


def test_a_name_stands_beside_its_published_score_with_our_record() -> None:
    row = compared()["names", "TBBK", "score"]
    assert (row["published"], row["ours"]) == (7.17, 6.5)
    assert row["difference"] == pytest.approx(-0.67)
    assert "of the fiscal year to 2024-12-31, known since 2025-03-03, among 700 records" in str(row["reason"])


def test_a_name_that_is_not_scored_or_no_member_says_so() -> None:
    found = compared(status="excluded", score=None, exclusion_reason="missing:interest_coverage")
    assert found["names", "TBBK", "score"]["reason"] == "not scored here: missing:interest_coverage"
    assert found["names", "BKSY", "score"]["reason"] == NO_MEMBER


def test_the_index_is_within_a_published_range_or_off_by_the_distance_to_it() -> None:
    found = compared()
    assert found["index", "index", "unprofitable_share"]["difference"] == 0.0
    above = compared(unprofitable_share=0.5)["index", "index", "unprofitable_share"]
    assert above["difference"] == pytest.approx(0.5 - 0.4)
    assert found["index", "index", "pb"]["difference"] == pytest.approx(-0.13)
    assert found["index", "index", "top_holding_weight"]["ours"] == 0.01
    returns = found["index", "index", "sp600_annual_return_10y"]
    assert (returns["ours"], returns["reason"]) == (None, NO_FUND)


def test_ten_year_returns_are_those_of_the_funds_or_say_what_is_needed() -> None:
    known = {"ticker": "IWM", "role": "index", "annual_return": 0.081, "last_month": DECEMBER}
    lacking = {"ticker": "IJR", "role": "rival", "reason": "100 of 120 months have a return"}
    found = compared([known, lacking])
    index = found["index", "index", "russell2000_annual_return_10y"]
    assert (index["ours"], index["difference"]) == (0.081, pytest.approx(0.003))
    assert index["reason"] == "of the fund IWM over the ten years to 2025-12-31, after its fees"
    rival = found["index", "index", "sp600_annual_return_10y"]
    assert rival["ours"] is None
    assert rival["reason"] == "not known: IJR over ten years; 100 of 120 months have a return"


def test_a_made_up_home_compares_no_names() -> None:
    found = compared(is_made_up=True)
    assert {row["reason"] for row in found.values()} == {MADE_UP}
    assert {row["ours"] for key, row in found.items() if key[0] == "names"} == {None}


def regressed(*lines: dict[str, object], **row: object) -> dict[tuple[str, str], dict[str, object]]:
    """Our regression has SMB 0.46 and an alpha of 12.0% a year."""
    named = {
        "book": "small_cap_value",
        "model": "FF5",
        "covariance": "OLS",
        "window": "full",
        "vintage": "202511",
        "n_obs": 83,
        "r_squared": 0.69,
        "f_stat": 34.2,
        "first_month": dt.date(2019, 1, 31),
        "last_month": dt.date(2025, 11, 30),
        **row,
    }
    terms = [
        {"term": "SMB", "estimate": 0.46, "t_stat": 2.6},
        {"term": "alpha", "estimate": 0.01, "t_stat": 2.3, "alpha_annual": 0.12},
        {"term": "SMB", "estimate": 9.9, "vintage": "202407"},
    ]
    rows = study_regression(
        GIVEN,
        table("marts.factor_regressions", [{**named, **term} for term in terms]),
        table("core.book_lines", list(lines), book="small_cap_value"),
    )
    valid = StudyRegression.validate(rows)
    return {(found["item"], found["measure"]): found for found in valid.to_dicts()}


def test_the_regression_stands_beside_the_published_one_under_the_newest_vintage() -> None:
    found = regressed({"ticker": "CGY", "is_resolved": False}, {"ticker": "POWL", "is_resolved": True})
    smb = found["SMB", "estimate"]
    assert (smb["published"], smb["ours"]) == (0.43, 0.46)
    assert smb["difference"] == pytest.approx(0.03)
    assert (found["alpha", "alpha_annual"]["ours"], found["all", "n_obs"]["ours"]) == (0.12, 83.0)
    assert found["all", "n_obs"]["difference"] == 0.0
    assert str(smb["reason"]).startswith(
        "without CGY, which no line carries; factors of vintage 202511, months 2019-01-31 to 2025-11-30"
    )


def test_a_home_without_the_book_says_so() -> None:
    found = regressed(book="another")
    assert {row["ours"] for row in found.values()} == {None}
    assert {row["reason"] for row in found.values()} == {
        "this home does not have the book small_cap_value: its source does not know the names"
    }


def test_a_home_without_a_screen_has_no_rows() -> None:
    tables = (
        *("marts.quality_summary", "marts.quality_scores", "marts.index_profile", "marts.index_holdings"),
        "marts.benchmark_panel",
    )
    frames = [table(name, []).clear() for name in tables]
    assert study_comparison(GIVEN, *frames, is_made_up=False).is_empty()
    assert isinstance(frames[0], pl.DataFrame)
