"""What a table is made from and what is made from it: both directions of the lineage that runs follow."""

from __future__ import annotations

from smallcap.engine.lineage import READS
from smallcap.engine.origins import made_from, made_into, origins_of_columns
from smallcap.package_files import SQL_DIR
from smallcap.tables.views import read_views

VIEWS = read_views(SQL_DIR / "views")


def test_a_table_is_made_from_the_tables_that_its_runs_read():
    assert made_from("core.members", VIEWS) == {
        "raw.constituents": "the same year",
        "raw.securities": "the same year",
        "raw.prices": "the year and one year before",
    }
    assert made_from("marts.quality_scores", VIEWS)["core.annual_metrics"] == (
        "the year and 8 years before and one year after"
    )


def test_a_view_is_made_from_what_it_selects_from():
    assert "marts.quality_scores" in made_from("marts.latest_quality", VIEWS)


def test_both_directions_say_the_same():
    for name, sources in READS.items():
        assert set(made_from(name, [])) == set(sources)
        for source in sources:
            assert name in made_into(source, [])
    assert "marts.latest_quality" in made_into("marts.quality_scores", VIEWS)


def test_a_column_comes_from_the_sources_that_have_it_and_is_else_computed():
    found = origins_of_columns(["as_of", "roe", "score"], {"a": ["as_of", "roe"], "b": ["as_of"]})
    assert found == {"as_of": ["a", "b"], "roe": ["a"], "score": []}
