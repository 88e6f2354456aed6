"""The preset `files` without some of its datasets: the run publishes and says what is missing.

What a home once had it does not lose.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from smallcap.lake import Lake
from tests.command_line import published
from tests.component.sources.crafted import french, write_folder
from tests.integration.homes import Answer, served
from tests.integration.test_bad_files import (
    AS_OF,
    COMPANIES,
    FUNDAMENTALS,
    GOOD,
    HOLDINGS,
    LISTED,
    PRICES,
    TICKERS,
    statements,
)

Smallcap = Callable[..., Answer]

FRENCH = "french/F-F_Research_Data_5_Factors_2x3.CSV"
MONTHS = pl.DataFrame({"ticker": TICKERS}).join(
    pl.DataFrame({"date": ["2025-03-31", "2025-04-30", "2025-05-30"], "adj_close": [10.0, 11.0, 12.0]}),
    how="cross",
)
FACTORS = french(
    [f"{year}{month:02d},1.50,-0.25,0.75,0.10,0.20,0.35" for year in (2023, 2024) for month in range(1, 13)]
)
PARTS: dict[str, tuple[str, bytes | pl.DataFrame, str]] = {
    "fundamentals": (FUNDAMENTALS, statements(), "add annual statements as fundamentals/annual.csv"),
    "prices": (PRICES, MONTHS, "add month-end prices as prices/month_end.csv"),
    "factors": (FRENCH, FACTORS, "add Kenneth French's monthly files, as downloaded, to french/"),
}
"""For each dataset that a folder may lack: its file, and what the run says where it is missing."""
KEPT_SUBSETS = [()]
"""Those of `make test`: members alone, which leaves the most tables without rows."""
SUBSETS = [subset for size in range(len(PARTS)) for subset in itertools.combinations(PARTS, size)]


def folder_with(folder: Path, *datasets: str) -> Path:
    return write_folder(folder, {HOLDINGS: LISTED, **{PARTS[name][0]: PARTS[name][1] for name in datasets}})


def run(smallcap: Smallcap, folder: Path, home: Path, *arguments: object) -> Answer:
    return smallcap(
        "run", "--preset", "files", "--input", folder, "--as-of", AS_OF, "--home", home, *arguments
    )


def scores(home: Path) -> dict[str, int]:
    rows = published(
        home,
        (
            "SELECT coalesce(exclusion_reason, status) AS what, count(DISTINCT ticker) AS n FROM "
            "marts.quality_scores GROUP BY ALL"
        ),
    )
    return dict(rows.itertuples(index=False, name=None))


@pytest.mark.drill
@pytest.mark.parametrize(
    "present",
    [
        pytest.param(
            subset,
            id=" and ".join(("members", *subset)),
            marks=() if subset in KEPT_SUBSETS else pytest.mark.drill,
        )
        for subset in SUBSETS
    ],
)
def test_a_folder_without_a_dataset_publishes_and_the_summary_says_what_to_add(
    tmp_path: Path, smallcap: Smallcap, monkeypatch: pytest.MonkeyPatch, present: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SMALLCAP_IS_REPORT_WRITTEN", "true")
    folder, home = folder_with(tmp_path / "input", *present), tmp_path / "home"
    answer = run(smallcap, folder, home)
    assert answer.code == 0, answer.err
    said = " ".join(answer.err.split())
    assert {name: advice in said for name, (_, _, advice) in PARTS.items()} == {
        name: name not in present for name in PARTS
    }
    assert ("members only" in said) == ("fundamentals" not in present)
    assert scores(home) == (
        {"scored": COMPANIES} if "fundamentals" in present else {"no_fundamentals": COMPANIES}
    )
    assert (home / "reports" / f"{AS_OF}" / "index.html").is_file()
    status = smallcap("status", "--home", home)
    assert status.code == 0, status.err
    assert smallcap("funnel", "--home", home).code == 0
    assert smallcap("why", TICKERS[0], "--home", home).code == 0
    if not present:
        assert_said_for_every_member_and_in_the_recorded_checks(home)


def assert_said_for_every_member_and_in_the_recorded_checks(home: Path) -> None:
    """Insist that a home made from members only says so where its tables and checks are read."""
    lines = published(
        home, "SELECT DISTINCT is_resolved, unresolved_reason FROM raw.securities WHERE ticker <> 'CGY'"
    )
    assert list(lines.itertuples(index=False, name=None)) == [
        (False, "no company with this ticker in the fundamentals table")
    ]
    checks = published(home, "SELECT status, message FROM meta.checks WHERE check_name = 'coverage'")
    assert [
        (status, "members only" in message) for status, message in checks.itertuples(index=False, name=None)
    ] == [("warned", True)]


# The year without a list of members has no rows at all.
@pytest.mark.drill
@pytest.mark.filterwarnings("error::UserWarning")
def test_members_only_is_made_for_a_range_too(tmp_path: Path, smallcap: Smallcap) -> None:
    folder, home = folder_with(tmp_path / "input"), tmp_path / "home"
    answer = smallcap(
        "backfill", "--preset", "files", "--input", folder, "--from", 2024, "--to", 2025, "--home", home
    )
    assert answer.code == 0, answer.err
    assert "members only" in answer.err
    assert scores(home) == {"no_fundamentals": COMPANIES}


@pytest.mark.drill
def test_what_is_added_later_is_screened_and_may_not_be_lost_again(
    tmp_path: Path, smallcap: Smallcap
) -> None:
    home, members = tmp_path / "home", folder_with(tmp_path / "members")
    assert run(smallcap, members, home).code == 0
    everything = folder_with(tmp_path / "everything", *PARTS)
    assert run(smallcap, everything, home).code == 0
    assert scores(home) == {"scored": COMPANIES}
    before = served(home)
    for lost, command in (
        ("fundamentals", ["run"]),
        ("fundamentals", ["run"]),  # The second finds the home as the first found it.
        ("fundamentals", ["fetch"]),
        ("prices", ["run", "--select", "raw.prices"]),
        ("prices", ["run"]),
    ):
        without = folder_with(tmp_path / f"without {lost}", *(name for name in PARTS if name != lost))
        answer = smallcap(*command, "--as-of", AS_OF, "--input", without, "--home", home)
        assert answer.code == 4, (lost, command, answer.err)
        said = " ".join(answer.err.split())
        assert (
            f"check still_delivered of raw.{lost} failed: source 'files' delivered no row of {lost}" in said
        )
        assert "what was published before is still served" in said
        assert served(home) == before
    assert run(smallcap, everything, home).code == 0
    assert scores(home) == {"scored": COMPANIES}


@pytest.mark.drill
def test_rows_that_left_the_folder_leave_the_table_with_a_warning_that_counts_them(
    tmp_path: Path, smallcap: Smallcap
) -> None:
    home, everything = tmp_path / "home", folder_with(tmp_path / "everything", *PARTS)
    assert run(smallcap, everything, home).code == 0
    lake = Lake(home / "lake")
    before = lake.read("raw.fundamentals")
    fewer = write_folder(
        tmp_path / "fewer", {**GOOD, FUNDAMENTALS: statements().filter(pl.col("ticker") != TICKERS[0])}
    )
    answer = smallcap(
        *("run", "--as-of", AS_OF, "--input", fewer, "--home", home, "--select", "raw.fundamentals")
    )
    assert answer.code == 0, answer.err
    left = before.height - Lake(home / "lake").read("raw.fundamentals").height
    assert left == before.filter(pl.col("ticker") == TICKERS[0]).height > 0
    (message,) = lake.read("meta.checks").filter(check_name="rows_left", status="warned")["message"]
    assert message.startswith(f"{left} of {before.height} rows are no longer in the source")


@pytest.mark.drill
def test_a_year_that_never_had_fundamentals_does_not_hide_that_the_folder_lost_them(
    tmp_path: Path, smallcap: Smallcap
) -> None:
    home = tmp_path / "home"
    assert run(smallcap, folder_with(tmp_path / "everything", *PARTS), home).code == 0
    later = write_folder(tmp_path / "later", {HOLDINGS: LISTED.replace(b"May 13, 2025", b"Jan 13, 2026")})
    answer = smallcap("run", "--input", later, "--as-of", "2026-01-31", "--home", home)
    assert answer.code == 4
    assert "still_delivered of raw.fundamentals" in answer.err


@pytest.mark.drill
def test_a_table_that_matches_no_member_is_still_refused(tmp_path: Path, smallcap: Smallcap) -> None:
    strangers = statements().with_columns(ticker=pl.format("{}X", "ticker"))
    folder = write_folder(tmp_path / "input", {**GOOD, FUNDAMENTALS: strangers})
    answer = run(smallcap, folder, tmp_path / "home")
    assert answer.code == 4
    assert "least coverage: 0.0%" in answer.err
