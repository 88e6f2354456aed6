"""The commands beside `run` and `sql`: each prints what it should, and those that only look change
nothing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from smallcap import __version__
from smallcap.lake import Lake
from smallcap.tables import TABLES
from smallcap.warehouse import served_run_id
from tests.component.sources.crafted import holdings, line, write_folder
from tests.integration.homes import EARLIER, LATER, LONGER_STALE_LIMIT, as_of_dates, contents, record, served


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """List every file below a folder with its size and the time of its last change."""
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


@pytest.mark.drill
def test_rollback_serves_the_previous_catalogue_and_the_next_run_publishes_anew(home, smallcap):
    newest, lake = str(served_run_id(home / "warehouse")), contents(home)
    assert as_of_dates(home) == [EARLIER, LATER]

    back = smallcap("rollback", "--home", home)
    assert back.code == 0
    assert f"serving the catalogue of run {served_run_id(home / 'warehouse')}" in " ".join(back.err.split())
    assert served_run_id(home / "warehouse") != newest
    assert as_of_dates(home) == [EARLIER]
    assert all(rows.equals(lake[name]) for name, rows in contents(home).items())

    again = smallcap("rollback", "--home", home)
    assert again.code == 2
    assert "no earlier catalogue" in again.err

    assert smallcap("run", "--as-of", EARLIER, "--home", home).code == 0
    assert as_of_dates(home) == [EARLIER, LATER]


@pytest.mark.drill
def test_export_writes_one_file_with_every_published_row(small_home, tmp_path, smallcap):
    file = tmp_path / "portable.duckdb"
    assert smallcap("export", file, "--home", small_home).code == 0
    with duckdb.connect(str(file), read_only=True) as connection:
        counts = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in TABLES
        }
        assert connection.execute(
            "SELECT count(*) FROM duckdb_views() WHERE schema_name <> 'main' "
            "AND view_name IN ('coverage', 'members')"
        ).fetchall() == [(0,)]
    assert counts == {name: count for name, (count, _) in served(small_home).items()}
    assert smallcap("export", file, "--home", small_home).code == 2
    assert smallcap("export", file, "--force", "--home", small_home).code == 0


def test_config_shows_the_settings_in_force(small_home, smallcap, monkeypatch):
    monkeypatch.setenv("SMALLCAP_STALE_MONTHS", "27")
    monkeypatch.setenv("COLUMNS", "400")
    shown = smallcap("config", "--home", small_home)
    assert shown.code == 0
    lines = {words[0]: words for words in map(str.split, shown.out.splitlines()) if words}
    assert lines["stale_months"][1:3] == ["27", "SMALLCAP_STALE_MONTHS"]
    assert lines["sample_companies"][1] == "250", (
        "what the home was made of is in force without being asked for"
    )
    assert lines["is_schedule_on"][1] == "False"


def test_doctor_finds_all_well_in_a_published_home_and_in_a_new_one(small_home, tmp_path, smallcap):
    well = smallcap("doctor", "--home", small_home)
    assert well.code == 0, well.out
    assert "missing" not in well.out
    empty = smallcap("doctor", "--home", tmp_path / "empty")
    assert empty.code == 0, empty.out
    told = " ".join(empty.out.split())
    assert re.search(r"nothing is published yet; make it with: \S*smallcap run --home ", told), told
    assert not (tmp_path / "empty").exists()


def test_doctor_looks_at_an_input_folder_before_the_first_run(tmp_path, smallcap):
    folder, home = (
        write_folder(tmp_path / "input", {"ishares/IWM_holdings.csv": holdings([line()])}),
        tmp_path / "home",
    )
    well = smallcap("doctor", "--preset", "files", "--input", folder, "--home", home)
    assert well.code == 0, well.out
    assert "lists of members from 2025-05-13" in " ".join(well.out.split())
    (folder / "ishares" / "IWM_holdings.csv").unlink()
    ill = smallcap("doctor", "--preset", "files", "--input", folder, "--home", home)
    assert ill.code == 6
    assert "has no holdings" in " ".join(ill.out.split())


def test_doctor_says_which_index_no_list_is_of(tmp_path, smallcap, monkeypatch):
    folder = write_folder(tmp_path / "input", {"ishares/IWM_holdings.csv": holdings([line()])})
    monkeypatch.setenv("SMALLCAP_INDEX_NAME", "sp600")
    ill = smallcap("doctor", "--preset", "files", "--input", folder, "--home", tmp_path / "home")
    assert ill.code == 6
    assert "no list of members of sp600" in " ".join(ill.out.split())


def test_version_names_what_it_stands_on(smallcap):
    shown = smallcap("version")
    assert shown.out.startswith(f"smallcap {__version__}")
    assert "duckdb 2.0.0" in shown.out
    assert "dagster 1.13.27" in shown.out


def test_status_shows_tables_years_dates_versions_and_checks(small_home, smallcap):
    shown = smallcap("status", "--home", small_home)
    assert shown.code == 0, shown.err
    assert "synthetic" in shown.out
    assert str(served_run_id(small_home / "warehouse")) in shown.out
    assert f"newest as_of {LATER}" in " ".join(shown.out.split())
    assert all(name in shown.out for name in TABLES)
    assert "every_member_once" in shown.out
    assert "failed" not in shown.out


@pytest.mark.drill
def test_status_tells_of_a_run_that_did_not_end(home, smallcap):
    (home / "run.json").write_text('{"run_id": "lost", "tables": {}}')
    assert "the next run undoes what it left" in " ".join(smallcap("status", "--home", home).out.split())


@pytest.mark.parametrize("what", ["run", "backfill"])
def test_a_dry_run_names_years_and_tables_and_changes_nothing(home, smallcap, what):
    before = listing(home)
    years = ["--as-of", "2025-03-31"] if what == "run" else ["--from", "2023", "--to", "2025"]
    plan = smallcap(what, *years, "--dry-run", "--home", home)
    assert plan.code == 0, plan.err
    assert listing(home) == before
    words = {line.split()[0]: line for line in plan.out.splitlines() if line.startswith("  ")}
    assert "fetch" in words["raw.prices"]
    assert "compute" in words["marts.quality_scores"]
    reason = (
        "2025: other dates are requested"
        if what == "run"
        else "2023: does not exist yet; 2024 to 2025: other dates are requested"
    )
    assert reason in words["raw.constituents"]
    scores = "where core.members or" if what == "run" else "2023: does not exist yet"
    assert scores in words["marts.quality_scores"]
    assert "nothing was changed by this dry run" in plan.out


def test_a_dry_run_on_a_home_that_is_not_there_does_not_make_one(tmp_path, smallcap):
    assert smallcap("run", "--dry-run", "--home", tmp_path / "home").code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.drill
def test_select_with_a_plus_makes_a_table_and_what_follows_and_publishes(home, smallcap):
    lake, run = Lake(home / "lake"), served_run_id(home / "warehouse")
    before = {name: lake.version(name) for name in TABLES}
    record(home, stale_months=LONGER_STALE_LIMIT)
    made = smallcap("run", "--as-of", LATER, "--select", "core.members+", "--home", home)
    assert made.code == 0, made.err
    told = {line.split()[0] for line in made.err.splitlines() if line.startswith("  ")}
    quality = {"marts.quality_scores", "marts.quality_summary", "marts.coverage"}
    funnel = {
        "core.filter_evaluations",
        "marts.funnel_outcomes",
        "marts.funnel_summary",
        "marts.statement_lenses",
        "marts.screen_changes",
    }
    books = {
        f"marts.{name}" for name in ("book_holdings", "book_returns", "book_validations", "book_comparisons")
    }
    books |= {"marts.factor_regressions", "marts.vintage_sensitivity", "marts.hindsight_gap"}
    books |= {"marts.book_inference", "marts.alpha_family", "marts.deflated_sharpe"}
    books |= {"marts.treated_book_returns", "marts.treated_hindsight"}
    index = {f"marts.index_{name}" for name in ("holdings", "sectors", "profile", "eligibility", "changes")}
    experiment = {"marts.experiment_returns", "marts.profitability_experiment"}
    experiment |= {"marts.treated_experiment_returns", "marts.treated_experiment"}
    watched = {f"marts.watched_{name}" for name in ("outcomes", "lenses", "scores")}
    others = {f"marts.quality_{name}" for name in ("alternatives", "agreement")}
    others |= {f"marts.quintile_{name}" for name in ("returns", "outcomes", "performance")}
    others |= {f"marts.reconstitution_{name}" for name in ("events", "pooled")}
    others |= {"marts.published_candidates", "marts.study_comparison", "marts.index_comparison"}
    others |= {"marts.debt_between_reports", "marts.footing_medians"}
    others |= {"core.trailing_as_of", "core.watched_trailing"}
    others |= {"marts.thesis_checks", "marts.treated_quintile_returns", "marts.treated_quintiles"}
    # What follows is made where what it reads came out different; the members themselves are up to date.
    least = {"core.metrics_as_of", "core.watched_metrics", "publish"} | quality
    assert least <= told <= least | funnel | books | index | experiment | watched | others
    changed = {name for name in TABLES if lake.version(name) != before[name]}
    assert {"core.metrics_as_of", "marts.quality_scores"} <= changed
    assert not changed & {"raw.prices", "raw.constituents", "core.members", "core.annual_metrics"}
    assert served_run_id(home / "warehouse") != run


@pytest.mark.drill
def test_a_limit_screens_the_first_listed_lines_as_the_study_did(study_home, smallcap):
    home, printed = study_home
    assert "first 300 listed lines only" in printed
    query = """
        SELECT as_of, count(*) AS lines, max(ticker) AS last FROM raw.constituents
        GROUP BY as_of ORDER BY as_of
    """
    rows = json.loads(smallcap("sql", query, "--format", "json", "--home", home).out)
    assert [row["lines"] for row in rows] == [300] * len(rows)
    assert rows[-1]["as_of"] == "2025-12-31"
    members = json.loads(
        smallcap(
            "sql",
            "SELECT members FROM marts.coverage WHERE as_of = '2025-12-31'",
            "--format",
            "json",
            "--home",
            home,
        ).out
    )
    assert str(members[0]["members"]) in printed
