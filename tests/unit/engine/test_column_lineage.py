"""Which columns a table carries over: what the schemas declare alike, and nothing that is computed."""

from __future__ import annotations

from smallcap.engine.column_lineage import COMPUTED_AGAIN, carried_over
from smallcap.engine.lineage import READS
from smallcap.tables import TABLES


def test_a_verdict_is_carried_over_from_the_evaluation_of_its_filter():
    found = carried_over("marts.funnel_outcomes")
    assert found["measure"] == ["core.filter_evaluations"]
    assert found["headroom"] == ["core.filter_evaluations"]
    # The order of the filters makes it.
    assert "outcome" not in found
    assert "status" not in found


def test_of_a_table_that_is_computed_again_the_key_alone_is_carried_over():
    for name in COMPUTED_AGAIN:
        assert set(carried_over(name)) <= set(TABLES[name].key), name
    assert "roe" not in carried_over("marts.quality_scores")


def test_every_column_comes_from_tables_that_are_read_and_have_it():
    for name in TABLES:
        for column, others in carried_over(name).items():
            assert column in TABLES[name].columns
            assert all(column in TABLES[other].columns and other in READS[name] for other in others)
