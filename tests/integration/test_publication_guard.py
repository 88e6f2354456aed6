"""Nothing unaudited, mixed or out of date is published: what was published before is still served, and the
message says why.
"""

from __future__ import annotations

import pytest

from smallcap.errors import AuditError
from smallcap.lake import Lake
from smallcap.pipelines import checks
from tests.integration.homes import (
    EARLIER,
    LATER,
    LONGER_STALE_LIMIT,
    assert_same_contents,
    copy_home,
    make,
    record,
    served,
    stale_years,
)


@pytest.mark.drill
def test_a_year_that_fails_a_check_is_not_published_by_a_later_run_of_another_year(
    small_home, home, tmp_path, smallcap, monkeypatch
):
    undisturbed = copy_home(small_home, tmp_path / "undisturbed")
    before = served(home)
    record(home, stale_months=LONGER_STALE_LIMIT)
    monkeypatch.setenv("SMALLCAP_MIN_COVERAGE", "1")
    failed = smallcap("run", "--as-of", EARLIER, "--home", home)
    assert failed.code == 4
    said = " ".join(failed.err.split())
    assert "check coverage of marts.coverage failed: least coverage" in said
    assert "the setting min_coverage is 100.0%" in said
    assert "what was published before is still served" in said
    assert served(home) == before

    monkeypatch.delenv("SMALLCAP_MIN_COVERAGE")
    for place in (home, undisturbed):
        make(place, LATER, stale_months=LONGER_STALE_LIMIT)
    assert served(home) != before
    assert_same_contents(home, undisturbed)
    assert served(home) == served(undisturbed)


def test_a_row_that_must_not_exist_stops_what_would_be_made_from_it(home, monkeypatch):
    lake, before = Lake(home / "lake"), served(home)
    versions = {
        name: lake.version(name) for name in ("core.members", "core.metrics_as_of", "marts.quality_scores")
    }
    found = checks.offending_rows
    monkeypatch.setattr(
        checks,
        "offending_rows",
        lambda rule, *rest: (1, [{"weight": 2.0}]) if rule.table == "core.members" else found(rule, *rest),
    )
    with pytest.raises(
        AuditError, match=r"check weights_sum_to_one of core\.members failed: 1 rows.*'weight': 2\.0"
    ):
        make(home, LATER.replace(month=2, day=28))
    assert lake.version("core.members") > versions["core.members"], (
        "the table itself is written before it is checked"
    )
    assert {name: lake.version(name) for name in versions if name != "core.members"} == {
        name: version for name, version in versions.items() if name != "core.members"
    }
    assert served(home) == before


@pytest.mark.drill
def test_a_table_made_alone_is_not_published_beside_what_was_made_from_its_older_contents(home):
    before = served(home)
    clock = LATER.replace(month=6, day=30)
    make(home, LATER, tables=["raw.prices"], clock=clock, is_forced=True)
    assert served(home) == before
    stale = stale_years(home, clock=clock)
    assert 2025 in stale["core.members"]

    with pytest.raises(
        AuditError, match=r"core\.members is out of date for 2025: raw\.prices changed.*smallcap backfill"
    ):
        make(home, LATER, tables=["publish.warehouse"], clock=clock)
    assert served(home) == before

    make(home, EARLIER, clock=clock)
    assert stale_years(home, clock=clock) == {}
    after = served(home)
    assert after["raw.prices"] != before["raw.prices"]
    assert {name: count for name, (count, _) in after.items()} == {
        name: Lake(home / "lake").read(name).height for name in after
    }
