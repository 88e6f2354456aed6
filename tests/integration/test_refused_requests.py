"""A request that cannot be met ends with exit code 2 and says why, and what was published before is still
served.
"""

from __future__ import annotations

import pytest

from tests.integration.homes import EARLIER, LATER, as_of_dates, contents, served

REFUSED = {
    "unknown table": (
        ["run", "--select", "marts.nonsense"],
        "there is no table 'marts.nonsense' to make; the tables are: raw.securities",
    ),
    "unknown preset": (["run", "--preset", "bloomberg"], "SMALLCAP_PRESET"),
    "no date": (["run", "--as-of", "31.12.2025"], "write it as YYYY-MM-DD"),
    "a date that does not exist": (["run", "--as-of", "2025-02-30"], "'2025-02-30' is not a date"),
    "as_of before the first list": (["run", "--as-of", "2004-12-31"], "no list of members"),
    "as_of after the last day known": (["run", "--as-of", "2031-12-31"], "is after 2026-06-30"),
    "years the wrong way round": (
        ["backfill", "--from", "2025", "--to", "2024"],
        "--from is the earlier year",
    ),
    "years without data": (["backfill", "--from", "1990", "--to", "1991"], "history goes from"),
    "half a range": (["run", "--from", "2025"], "--from and --to go together"),
    "a date and a range": (
        ["run", "--as-of", "2025-01-31", "--from", "2024", "--to", "2025"],
        "one or the other",
    ),
    "files without a folder": (["run", "--preset", "files"], "--input"),
    "another universe": (["run", "--limit", "300"], "holds another universe"),
}


@pytest.mark.some_cases(4)
@pytest.mark.parametrize("what", REFUSED)
def test_a_request_that_cannot_be_met_changes_nothing(small_home, smallcap, what):
    arguments, words = REFUSED[what]
    before = served(small_home)
    refused = smallcap(*arguments, "--home", small_home)
    assert refused.code == 2, refused
    assert words in " ".join(refused.err.split())
    assert "Traceback" not in refused.err
    assert served(small_home) == before
    assert smallcap("sql", "SELECT count(*) FROM marts.quality_scores", "--home", small_home).code == 0


def test_a_setting_out_of_range_is_named_with_its_variable(small_home, smallcap, monkeypatch):
    monkeypatch.setenv("SMALLCAP_STALE_MONTHS", "0")
    refused = smallcap("run", "--home", small_home)
    assert refused.code == 2
    assert "setting 'stale_months' (SMALLCAP_STALE_MONTHS)" in " ".join(refused.err.split())


def test_a_home_that_cannot_be_written_to_is_named(tmp_path, smallcap):
    (tmp_path / "file").write_text("in its place")
    refused = smallcap("run", "--home", tmp_path / "file")
    assert refused.code == 2
    assert str(tmp_path / "file") in refused.err
    assert "choose another with --home" in " ".join(refused.err.split())
    assert (tmp_path / "file").read_text() == "in its place"


@pytest.mark.drill
def test_a_run_repairs_a_corrupt_delta_log_and_says_so(home, smallcap):
    before, returns = served(home), contents(home, ["core.monthly_returns"])["core.monthly_returns"]
    for log in (home / "lake" / "raw" / "prices" / "_delta_log").glob("*.json"):
        log.write_text('{"add": {"path": ')
    repaired = smallcap("run", "--as-of", LATER, "--home", home)
    assert repaired.code == 0, repaired
    assert "the log of raw.prices is damaged" in " ".join(repaired.err.split())
    # Prices are asked for again, now for the lines of both lists, so more months have a return.
    changed = {name for name, rows in served(home).items() if rows != before[name]}
    assert changed <= {"raw.prices", "core.monthly_returns"}
    # Only `is_after_gap` may change: an earlier month of a line may be known now.
    again = contents(home, ["core.monthly_returns"])["core.monthly_returns"]
    assert returns.join(again, on=["month", "security_id", "total_return"], how="anti").is_empty()
    assert smallcap("sql", "SELECT count(*) FROM raw.prices", "--home", home).code == 0
    assert as_of_dates(home) == [EARLIER, LATER]
