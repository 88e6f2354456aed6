"""The lineage as an order: what is made from something comes after it, and a selection misses nothing."""

from __future__ import annotations

import pytest

from smallcap.engine.lineage import READS
from smallcap.engine.plan import require_tables

TABLES_READ = {upstream for reads in READS.values() for upstream in reads}


def test_every_table_is_listed_after_those_that_it_reads() -> None:
    place = {name: number for number, name in enumerate(READS)}
    wrong = [
        (name, upstream)
        for name, reads in READS.items()
        for upstream in reads
        if upstream != name and place[upstream] > place[name]
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(TABLES_READ))
def test_a_selection_with_a_plus_has_every_table_that_reads_one_of_it(name: str) -> None:
    selected = set(require_tables(f"{name}+"))
    missed = {other for other, reads in READS.items() if selected & reads.keys()} - selected
    assert missed == set()


def test_a_comparison_with_the_study_follows_from_the_index() -> None:
    assert {"marts.study_comparison", "marts.thesis_checks"} <= set(require_tables("marts.index_holdings+"))
    assert "marts.quintile_outcomes" in require_tables("marts.index_changes+")
