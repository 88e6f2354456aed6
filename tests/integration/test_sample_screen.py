"""The study repeated on the sample: its first 300 members at the end of 2025 are like the study's, and the
summary says what SQL says.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.command_line import published
from tests.sample_home import STUDY_DATE
from tests.tolerances import LIKE_THE_STUDY

pytestmark = pytest.mark.drill
BASES = ["as_published", "point_in_time"]
LISTED = 300
AT_THE_DATE = f"as_of = DATE '{STUDY_DATE}'"


@pytest.fixture(scope="module")
def home(study_home: tuple[Path, str]) -> Path:
    return study_home[0]


@pytest.fixture(scope="module")
def printed(study_home: tuple[Path, str]) -> list[str]:
    return study_home[1].splitlines()


@pytest.fixture(scope="module")
def counts(home: Path) -> pd.DataFrame:
    """The steps of the screen by basis, counted row by row and not taken from the summary."""
    return published(
        home,
        f"""
        SELECT basis, count(*) AS members,
            count(*) FILTER (exclusion_reason IS DISTINCT FROM 'unusable_ticker') AS usable,
            count(*) FILTER (
                coalesce(exclusion_reason NOT IN ('unusable_ticker', 'no_fundamentals', 'stale'), TRUE)
            ) AS fresh,
            count(*) FILTER (status = 'scored' OR exclusion_reason LIKE 'out_of_range:%') AS complete,
            count(*) FILTER (status = 'scored') AS scored
        FROM marts.quality_scores WHERE {AT_THE_DATE} AND method = 'published' GROUP BY basis
        """,
    ).set_index("basis")


def test_the_first_300_lines_are_screened(home: Path, counts: pd.DataFrame) -> None:
    listed = published(
        home,
        f"SELECT count(*) AS lines, count(DISTINCT entity_id) AS companies FROM raw.constituents"
        f" JOIN (SELECT DISTINCT security_id, entity_id FROM raw.securities) USING (security_id) "
        f"WHERE {AT_THE_DATE}",
    ).iloc[0]
    assert listed["lines"] == LISTED
    assert counts["members"].to_list() == [listed["companies"]] * 2


@pytest.mark.parametrize("basis", BASES)
def test_as_many_are_complete_and_inside_the_controls_as_in_the_study(
    counts: pd.DataFrame, basis: str
) -> None:
    # The study: of 300 members 176 complete and 129 after the controls.
    row = counts.loc[basis]
    assert row["complete"] / row["members"] == pytest.approx(176 / 300, abs=LIKE_THE_STUDY)
    assert row["scored"] / row["members"] == pytest.approx(129 / 300, abs=LIKE_THE_STUDY)


def test_a_third_is_unprofitable_and_a_sixth_are_financials(home: Path) -> None:
    shares = published(
        home,
        f"""
        SELECT avg((net_income_usd < 0)::INT) AS unprofitable, avg((sector = 'Financials')::INT) AS financials
        FROM core.metrics_as_of JOIN core.members USING (as_of, entity_id) WHERE {AT_THE_DATE}
        """,
    ).iloc[0]
    assert 0.30 <= shares["unprofitable"] <= 0.40
    assert shares["financials"] == pytest.approx(0.16, abs=LIKE_THE_STUDY)


def test_the_screen_tells_strong_from_weak_as_the_studys_does(home: Path) -> None:
    medians = published(
        home,
        f"""
        SELECT quintile, median(roe) AS roe, median(debt_to_assets) AS debt_to_assets
        FROM marts.quality_scores
        WHERE {AT_THE_DATE} AND method = 'published' AND basis = 'as_published' AND status = 'scored'
        GROUP BY quintile
        """,
    ).set_index("quintile")
    # The study's medians: return on equity +12.7% and -14.1%, debt over assets 5.0% and 40.1%.
    assert medians.loc[1, "roe"] < 0 < medians.loc[5, "roe"]
    assert medians.loc[5, "debt_to_assets"] < 0.10 < 0.30 < medians.loc[1, "debt_to_assets"]


def test_the_block_names_its_data_and_its_date(printed: list[str]) -> None:
    assert printed[0] == f"Quality screen of {STUDY_DATE}"
    assert printed[1].startswith("synthetic")
    assert "first 300 listed lines only" in " ".join(printed[1:3])


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("members", "members"),
        ("with a usable ticker", "usable"),
        ("with a fresh annual record", "fresh"),
        ("complete records", "complete"),
        ("records after controls", "scored"),
    ],
)
def test_the_block_prints_the_counts_that_sql_gives(
    printed: list[str], counts: pd.DataFrame, words: str, column: str
) -> None:
    shown = [line.removeprefix(words).split() for line in printed if line.startswith(f"{words} ")]
    # What was known at the date comes first.
    assert shown == [[f"{counts.loc[basis, column]:,}" for basis in ("point_in_time", "as_published")]]


def test_the_block_names_the_best_and_the_worst_eight(printed: list[str], home: Path) -> None:
    scored = published(
        home,
        f"""
        SELECT ticker, score FROM marts.quality_scores
        WHERE {AT_THE_DATE} AND method = 'published' AND basis = 'point_in_time' AND status = 'scored'
        ORDER BY score DESC
        """,
    )
    # The study's own best and worst follow in a table of their own.
    led = printed[
        : next(
            place
            for place, line in enumerate(printed)
            if line.startswith("Best and worst scores, as published")
        )
    ]
    names = {
        end: [line.split()[1] for line in led if line.startswith(f"{end} ")] for end in ("best", "worst")
    }
    assert names == {
        "best": scored["ticker"].head(8).to_list(),
        "worst": scored["ticker"].tail(8).to_list()[::-1],
    }
