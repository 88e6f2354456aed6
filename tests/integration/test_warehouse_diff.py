"""Comparing two published warehouses: what counts as a difference, what does not, and what can be compared at
all.
"""

from __future__ import annotations

import math
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError, NothingPublishedError, SmallcapError
from smallcap.warehouse import export
from smallcap.warehouse.diff import Choice, Diff, Source, TableDiff, compare, unequal
from smallcap.warehouse.diff.sides import Side
from smallcap.warehouse.diff.table import compare_table
from tests.published_home import (
    SCORES,
    SECURITIES,
    publish,
    publish_small_home,
    write_scores,
    write_securities,
)

FIRST = "entity_id = 1 AND year = 2024"
"""One row of the scores, which has floats and nulls."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("diff") / "home"
    publish_small_home(home)
    return home


@pytest.fixture(scope="module")
def exported(home: Path) -> Path:
    file = home.parent / "exported.duckdb"
    export(home / "warehouse", file)
    return file


@pytest.fixture
def edited(exported: Path, tmp_path: Path):
    """Make a copy of the exported file on which statements were run."""

    def edit(*statements: str, name: str = "edited.duckdb") -> Path:
        file = Path(shutil.copy(exported, tmp_path / name))
        with duckdb.connect(str(file)) as connection:
            for statement in statements:
                connection.execute(statement)
        return file

    return edit


def only_difference(diff: Diff, name: str = SCORES) -> TableDiff:
    """Return the comparison of a table after making sure that no other differs."""
    assert diff.different_tables() == [name]
    (found,) = (table for table in diff.tables if table.name == name)
    return found


def test_a_home_equals_its_own_export(home: Path, exported: Path):
    diff = compare(home, exported)
    assert diff.different_tables(is_strict=True) == []
    assert [(table.name, table.rows_a, table.rows_b) for table in diff.tables] == [
        (SECURITIES, 1, 1),
        (SCORES, 9, 9),
    ]
    assert (diff.a.path, diff.a.run_id, diff.b.path) == (home, "run-1", exported)


def test_a_warehouse_equals_itself(home: Path, exported: Path):
    assert compare(home, home).different_tables(is_strict=True) == []
    assert compare(exported, exported).different_tables(is_strict=True) == []


def test_nothing_is_written_beside_what_is_compared(home: Path, exported: Path):
    before = {path: path.stat().st_mtime_ns for path in home.parent.rglob("*")}
    compare(home, exported)
    assert {path: path.stat().st_mtime_ns for path in home.parent.rglob("*")} == before


def test_an_added_row_is_told_by_its_key(exported: Path, edited):
    more = edited(f"INSERT INTO {SCORES} SELECT * REPLACE (99 AS entity_id) FROM {SCORES} WHERE {FIRST}")
    found = only_difference(compare(exported, more))
    assert (found.added, found.removed, found.changed, found.rows_a, found.rows_b) == (1, 0, 0, 9, 10)
    assert [key["entity_id"] for key in found.added_keys] == [99]


def test_keys_of_added_rows_have_the_ticker(exported: Path, edited):
    more = edited(f"INSERT INTO {SCORES} SELECT * REPLACE (99 AS entity_id) FROM {SCORES} WHERE {FIRST}")
    assert [key["ticker"] for key in only_difference(compare(exported, more)).added_keys] == ["TA"]


def test_added_rows_are_counted_by_the_flags_that_say_why_the_company_is_another(exported: Path, edited):
    more = edited(
        f"INSERT INTO {SECURITIES} SELECT * REPLACE (98 AS security_id, true AS is_resolution_corrected) "
        f"FROM {SECURITIES}",
    )
    assert only_difference(compare(exported, more), SECURITIES).added_flags == {"is_resolution_corrected": 1}


def test_a_removed_row_is_told_by_its_key(exported: Path, edited):
    found = only_difference(compare(exported, edited(f"DELETE FROM {SCORES} WHERE {FIRST}")))
    assert (found.added, found.removed, found.changed) == (0, 1, 0)
    assert [(key["as_of"].year, key["entity_id"]) for key in found.removed_keys] == [(2024, 1)]


def test_a_changed_value_is_told_with_its_row_and_both_values(exported: Path, edited):
    found = only_difference(
        compare(exported, edited(f"UPDATE {SCORES} SET score = 0.5, ticker = 'TZ' WHERE {FIRST}"))
    )
    assert (found.added, found.removed, found.changed) == (0, 0, 1)
    assert found.changed_columns == {"ticker": 1, "score": 1}
    ((ticker,), (score,)) = found.examples["ticker"], found.examples["score"]
    assert (ticker.a, ticker.b, score.a, score.b) == ("TA", "TZ", 0.0, 0.5)
    assert (score.key["entity_id"], score.key["as_of"].year) == (1, 2024)


def test_a_changed_key_is_a_row_removed_and_another_added(exported: Path, edited):
    found = only_difference(compare(exported, edited(f"UPDATE {SCORES} SET entity_id = 7 WHERE {FIRST}")))
    assert (found.added, found.removed, found.changed) == (1, 1, 0)


def test_a_row_that_moves_to_another_year_is_changed(exported: Path, edited, monkeypatch: pytest.MonkeyPatch):
    """The year is no part of the key, though rows are compared year by year."""
    monkeypatch.setattr(unequal, "ROWS_AT_ONCE", 1)
    found = only_difference(compare(exported, edited(f"UPDATE {SCORES} SET year = 2023 WHERE {FIRST}")))
    assert (found.added, found.removed, found.changed_columns) == (0, 0, {"year": 1})


@pytest.fixture(scope="module")
def of_floats(exported: Path):
    """Compare two files whose scores hold pairs of floats, one row a pair.

    Return how many of the rows whose pair has each place differ, and how many are within the tolerance.
    """

    def differ(pairs: Sequence[tuple[str, str, bool]], **choice: float) -> tuple[list[int], int]:
        files = []
        for side in (0, 1):
            file = Path(shutil.copy(exported, exported.with_name(f"floats-{len(choice)}-{side}.duckdb")))
            values = ", ".join(f"({place}, {pair[side]}::DOUBLE)" for place, pair in enumerate(pairs))
            with duckdb.connect(str(file)) as connection:
                connection.execute(
                    f"INSERT INTO {SCORES} SELECT s.* REPLACE (1000 + p.place AS entity_id, p.roe AS roe) "
                    f"FROM {SCORES} AS s, (VALUES {values}) AS p(place, roe) WHERE s.{FIRST}"
                )
            files.append(file)
        found = only_difference(compare(*files, Choice(examples=len(pairs), **choice)))
        assert set(found.changed_columns) == {"roe"}
        changed = [change.key["entity_id"] - 1000 for change in found.examples["roe"]]
        return sorted(changed), found.within_tolerance

    return differ


def test_floats_are_equal_only_where_they_are_the_same(of_floats):
    pairs = [
        ("NULL", "NULL", True),
        ("NULL", "0.0", False),
        ("0.0", "NULL", False),
        ("'NaN'", "'NaN'", True),
        ("'NaN'", "NULL", False),
        ("'NaN'", "1.0", False),
        ("'Infinity'", "'Infinity'", True),
        ("'Infinity'", "'-Infinity'", False),
        ("0.1", "0.1", True),
        ("0.1", "0.10000000000000002", False),
    ]
    changed, _ = of_floats(pairs)
    assert [pairs[place] for place in changed] == [pair for pair in pairs if not pair[2]]


def test_a_tolerance_is_relative_and_lets_no_missing_or_endless_number_pass(of_floats):
    pairs = [
        ("1.0", "1.0000000001", True),
        ("-1e9", "-1000000000.1", True),
        ("1.0", "1.00001", False),
        ("1.0", "-1.0", False),
        ("0.0", "1e-300", False),
        ("NULL", "0.0", False),
        ("'NaN'", "1.0", False),
        ("'Infinity'", "1.0", False),
        ("'Infinity'", "'-Infinity'", False),
        ("1e308", "-1e308", False),
    ]
    changed, within_tolerance = of_floats(pairs, tolerance=1e-9)
    assert [pairs[place] for place in changed] == [pair for pair in pairs if not pair[2]]
    assert within_tolerance == sum(pair[2] for pair in pairs)


def test_a_tolerance_does_not_hide_another_column_of_the_row(exported: Path, edited):
    file = edited(
        f"UPDATE {SCORES} SET score = score + 1e-15, quintile = 3 WHERE entity_id = 2 AND year = 2024"
    )
    found = only_difference(compare(exported, file, Choice(tolerance=1e-9)))
    assert (found.changed, found.changed_columns, found.within_tolerance) == (1, {"quintile": 1}, 0)


@pytest.mark.parametrize("tolerance", [-1e-9, 1.0, math.nan, math.inf])
def test_a_tolerance_that_would_hide_everything_or_means_nothing_is_refused(exported: Path, tolerance: float):
    with pytest.raises(InputError, match="tolerance"):
        compare(exported, exported, Choice(tolerance=tolerance))


@pytest.mark.parametrize("rows_at_once", [1, 500_000])
def test_the_order_of_rows_and_columns_makes_no_difference(
    exported: Path, edited, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
):
    monkeypatch.setattr(unequal, "ROWS_AT_ONCE", rows_at_once)
    turned = (
        f"CREATE OR REPLACE TABLE {SCORES} AS SELECT score, * EXCLUDE (score) FROM {SCORES} ORDER BY "
        f"score DESC, as_of DESC"
    )
    assert compare(exported, edited(turned)).different_tables(is_strict=True) == []


def test_a_key_that_occurs_several_times_counts_each_row_once(edited):
    row = f"INSERT INTO {SCORES} SELECT * REPLACE ({{score}} AS score) FROM {SCORES} WHERE {FIRST} LIMIT 1"
    a = edited(row.format(score=5), row.format(score=6), row.format(score=6), name="a.duckdb")
    b = edited(row.format(score=6), row.format(score=5), row.format(score=6), name="b.duckdb")
    assert compare(a, b).different_tables() == []
    fewer = edited(row.format(score=6), row.format(score=5), name="fewer.duckdb")
    found = only_difference(compare(a, fewer))
    assert (found.added, found.removed, found.changed, found.repeated_keys) == (0, 1, 0, 0)
    other = edited(row.format(score=6), row.format(score=7), row.format(score=8), name="other.duckdb")
    found = only_difference(compare(a, other))
    assert (found.added, found.removed, found.changed, found.repeated_keys) == (0, 0, 2, 1)
    assert [(change.a, change.b) for change in found.examples["score"]] == [(5.0, 7.0), (6.0, 8.0)]


def test_a_column_of_one_side_is_told_apart_and_counts_only_if_strict(exported: Path, edited):
    file = edited(
        f"ALTER TABLE {SCORES} ADD COLUMN added_since DOUBLE DEFAULT 1",
        f"ALTER TABLE {SCORES} DROP COLUMN quintile",
    )
    diff = compare(exported, file)
    assert diff.different_tables() == []
    assert diff.different_tables(is_strict=True) == [SCORES]
    scores = diff.tables[-1]
    assert (scores.columns_only_a, scores.columns_only_b) == (("quintile",), ("added_since",))
    assert compare(file, exported).tables[-1].columns_only_a == ("added_since",)


def test_values_are_compared_beside_a_column_of_one_side(exported: Path, edited):
    file = edited(
        f"ALTER TABLE {SCORES} ADD COLUMN added_since DOUBLE", f"UPDATE {SCORES} SET score = 7 WHERE {FIRST}"
    )
    assert only_difference(compare(exported, file)).changed_columns == {"score": 1}


@pytest.mark.parametrize("column", ["entity_id", "basis"])
def test_a_part_of_the_key_that_one_side_lacks_is_left_out_of_it(exported: Path, edited, column: str):
    file = edited(
        f"ALTER TABLE {SCORES} DROP COLUMN {column}",
        f"UPDATE {SCORES} SET score = 7 WHERE ticker = 'TA' AND year = 2024",
    )
    found = only_difference(compare(exported, file))
    assert column not in found.key
    assert (found.added, found.removed, found.changed_columns) == (0, 0, {"score": 1})


def test_a_table_without_any_common_column_is_different(exported: Path, edited):
    found = only_difference(
        compare(exported, edited(f"CREATE OR REPLACE TABLE {SECURITIES} AS SELECT 1 AS other")), SECURITIES
    )
    assert (found.added, found.removed, found.changed) == (1, 1, 0)


def test_a_column_of_another_type_is_compared_by_value_and_told_apart(exported: Path, edited):
    wider = edited(f"ALTER TABLE {SCORES} ALTER score TYPE FLOAT")
    diff = compare(exported, wider)
    assert diff.different_tables() == []
    assert diff.tables[-1].types == {"score": ("DOUBLE", "FLOAT")}
    assert diff.different_tables(is_strict=True) == [SCORES]
    as_text = edited(
        f"ALTER TABLE {SCORES} ALTER score TYPE VARCHAR USING CASE WHEN {FIRST} THEN 'none' ELSE "
        f"score::VARCHAR END"
    )
    assert only_difference(compare(exported, as_text)).changed_columns == {"score": 1}


def test_a_table_of_one_side_is_named_and_is_a_difference(exported: Path, edited):
    file = edited(f"DROP TABLE {SECURITIES}")
    there, back = compare(exported, file), compare(file, exported)
    assert (there.only_a, there.only_b, there.different_tables()) == ({SECURITIES: 1}, {}, [SECURITIES])
    assert (back.only_a, back.only_b) == ({}, {SECURITIES: 1})
    assert compare(exported, file, Choice(without=(SECURITIES,))).different_tables() == []


def test_a_table_that_was_not_published_is_not_there(home: Path, tmp_path: Path):
    """Its view is, but has no rows, so that a query that names it can be run."""
    publish(tmp_path / "scores", "run-2", write_scores(tmp_path / "scores", range(2023, 2026)))
    assert compare(home, tmp_path / "scores").only_a == {SECURITIES: 1}


def test_a_table_of_another_release_is_matched_by_what_is_no_float(edited):
    made = [
        "CREATE TABLE marts.of_another_release (name VARCHAR, value DOUBLE)",
        "INSERT INTO marts.of_another_release VALUES ('one', 1), ('two', 2)",
        (
            "INSERT INTO meta.published_tables SELECT * REPLACE ('marts.of_another_release' AS "
            "table_name) FROM meta.published_tables LIMIT 1"
        ),
    ]
    a = edited(*made, name="a.duckdb")
    b = edited(*made, "UPDATE marts.of_another_release SET value = 3 WHERE name = 'two'", name="b.duckdb")
    found = only_difference(compare(a, b), "marts.of_another_release")
    assert (found.key, found.changed_columns) == (("name",), {"value": 1})


def test_columns_that_say_when_something_was_fetched_are_ignored(edited):
    rows = "INSERT INTO raw.snapshots (snapshot_id, fetched_at) VALUES ('s', TIMESTAMP '{time}')"
    served = (
        "INSERT INTO meta.published_tables SELECT * REPLACE ('raw.snapshots' AS table_name) FROM "
        "meta.published_tables LIMIT 1"
    )
    a = edited(served, rows.format(time="2026-01-01 00:00:00"), name="a.duckdb")
    b = edited(served, rows.format(time="2026-02-02 00:00:00"), name="b.duckdb")
    diff = compare(a, b)
    assert "raw.snapshots" in [table.name for table in diff.tables]
    assert diff.different_tables(is_strict=True) == []


def test_meta_tables_are_compared_only_when_asked_for(exported: Path, edited):
    file = edited("UPDATE meta.catalogue SET run_id = 'another'")
    assert compare(exported, file).different_tables() == []
    assert compare(exported, file, Choice(has_meta=True)).different_tables() == ["meta.catalogue"]
    assert [table.name for table in compare(exported, file, Choice(tables=("meta.catalogue",))).tables] == [
        "meta.catalogue"
    ]


def test_tables_are_chosen_and_left_out_by_name_or_pattern(exported: Path):
    def names(choice: Choice) -> list[str]:
        return [table.name for table in compare(exported, exported, choice).tables]

    assert names(Choice(tables=("marts.*",))) == [SCORES]
    assert names(Choice(without=("marts.*",))) == [SECURITIES]
    assert names(Choice(tables=(SCORES, SECURITIES))) == [SECURITIES, SCORES]
    with pytest.raises(InputError, match=r"'marts\.scores'.*marts\.quality_scores"):
        names(Choice(tables=("marts.scores",)))
    with pytest.raises(InputError, match="no table to compare"):
        names(Choice(tables=("marts.*",), without=("*",)))


def test_there_are_as_many_examples_as_asked_for(exported: Path, edited):
    file = edited(f"UPDATE {SCORES} SET score = -1")
    for most, shown in ((0, 0), (2, 2), (100, 9)):
        found = only_difference(compare(exported, file, Choice(examples=most)))
        assert (len(found.examples["score"]), found.changed_columns) == (shown, {"score": 9})


# -- what can be compared
# -------------------------------------------------------------------------------------------------------


def test_a_home_that_was_copied_is_read_where_it_is_now(home: Path, exported: Path, tmp_path: Path):
    copy = tmp_path / 'it\'s a "copy"'
    shutil.copytree(home, copy)
    catalogue = copy / "warehouse" / "warehouse.duckdb"
    before = catalogue.read_bytes()
    assert compare(copy, exported).different_tables(is_strict=True) == []
    # The original is left alone, so that a comparison that read it would find nothing.
    shutil.copy(
        write_scores(tmp_path / "other", range(2022, 2023)).files[0], next(copy.rglob("year=2024/*.parquet"))
    )
    found = only_difference(compare(copy, exported))
    assert (found.added, found.removed) == (3, 3)
    assert catalogue.read_bytes() == before


def test_a_home_that_was_moved_is_read_where_it_is_now(exported: Path, tmp_path: Path):
    publish_small_home(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert compare(tmp_path / "there", exported).different_tables(is_strict=True) == []
    os.symlink(tmp_path / "there", tmp_path / "link")
    assert compare(tmp_path / "link", tmp_path / "there").different_tables(is_strict=True) == []


def test_an_earlier_catalogue_can_be_compared_with_what_is_served(tmp_path: Path):
    publish_small_home(tmp_path)
    publish(
        tmp_path, "run-2", write_scores(tmp_path, range(2024, 2026), version=2), write_securities(tmp_path)
    )
    (earlier,) = (tmp_path / "warehouse" / "history").glob("*.duckdb")
    diff = compare(earlier, tmp_path)
    assert (diff.a.run_id, diff.b.run_id, only_difference(diff).removed) == ("run-1", "run-2", 3)


def test_what_is_no_warehouse_is_refused_in_words(exported: Path, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("not a database", encoding="utf-8")
    (tmp_path / "damaged.duckdb").write_bytes(exported.read_bytes()[:5000])
    duckdb.connect(str(tmp_path / "foreign.duckdb")).close()
    for name, words in (
        ("nothing", "there is no"),
        ("folder", "not a home"),
        ("notes.txt", "cannot be opened"),
        ("damaged.duckdb", "cannot be opened"),
        ("foreign.duckdb", "not written by smallcap"),
    ):
        for sides in ((tmp_path / name, exported), (exported, tmp_path / name)):
            with pytest.raises(InputError, match=rf"(?s){words}.*smallcap export") as caught:
                compare(*sides)
            assert name in str(caught.value)


def test_a_home_without_a_publication_says_so(exported: Path, tmp_path: Path):
    (tmp_path / "home.toml").touch()
    with pytest.raises(NothingPublishedError, match="smallcap run"):
        compare(tmp_path, exported)


def test_a_home_that_lost_published_files_says_which(home: Path, tmp_path: Path):
    publish_small_home(tmp_path / "lossy")
    next((tmp_path / "lossy").rglob("year=2024/*.parquet")).unlink()
    with pytest.raises(SmallcapError, match=r"1 published files are gone.*year=2024"):
        compare(home, tmp_path / "lossy")


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_file_that_cannot_be_read_is_named_also_in_a_moved_home(home: Path, tmp_path: Path, year: int):
    """DuckDB reads the first file when a view is made, and the others when it is read."""
    publish_small_home(tmp_path / "here")
    file = next((tmp_path / "here").rglob(f"year={year}/*.parquet"))
    file.write_bytes(file.read_bytes()[:100])
    with pytest.raises(SmallcapError, match=rf"{SCORES} cannot be compared.*year={year}"):
        compare(home, tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    with pytest.raises(SmallcapError, match=rf"cannot be (read|compared).*there.*year={year}"):
        compare(home, tmp_path / "there")


def test_a_view_of_a_given_file_reads_no_other_file(exported: Path, edited, tmp_path: Path):
    secret = tmp_path / "secret.csv"
    secret.write_text("word\nhidden\n", encoding="utf-8")
    file = edited(f"DROP TABLE {SECURITIES}", f"CREATE VIEW {SECURITIES} AS FROM read_csv('{secret}')")
    with pytest.raises(SmallcapError) as caught:
        compare(exported, file)
    assert "hidden" not in str(caught.value)


# -- against another way of counting
# --------------------------------------------------------------------------------------------

ROW = st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from([1.0, 2.0, 3.0, math.nan, None]))


def counted(a: list[tuple], b: list[tuple]) -> tuple[int, int, int]:
    """Count added, removed and changed rows with counters: equal rows cancel out, and of what is left rows of
    one key pair up.
    """
    a_rows, b_rows = (Counter((key, str(value)) for key, value in rows) for rows in (a, b))
    a_keys, b_keys = (
        Counter(key for key, _ in rest.elements()) for rest in (a_rows - b_rows, b_rows - a_rows)
    )
    return (b_keys - a_keys).total(), (a_keys - b_keys).total(), (a_keys & b_keys).total()


@given(a=st.lists(ROW, max_size=6), b=st.lists(ROW, max_size=6))
def test_any_two_tables_differ_by_what_counting_finds(a: list[tuple], b: list[tuple]):
    source = Source(Path(), "", "", "")
    with duckdb.connect() as connection:
        for name, rows in (("a", a), ("b", b)):
            connection.execute(
                f"ATTACH ':memory:' AS {name}; CREATE TABLE {name}.main.things (name VARCHAR, value DOUBLE)"
            )
            if rows:
                connection.executemany(f"INSERT INTO {name}.main.things VALUES (?, ?)", rows)
        sides = [
            Side(source, name, {"main.things": {"name": "VARCHAR", "value": "DOUBLE"}}, ())
            for name in ("a", "b")
        ]
        found = compare_table(connection, "main.things", *sides, 3, 0.0)
    assert (found.added, found.removed, found.changed) == counted(a, b)
    assert sum(found.changed_columns.values()) == found.changed
