"""`smallcap.open_home`: one publication, for reading alone, by the project's query layer."""

from __future__ import annotations

import datetime as dt
import doctest
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import smallcap
import smallcap.api.home
from smallcap.engine.column_lineage import carried_over
from smallcap.engine.lineage import READS
from tests.integration.homes import EARLIER, LATER, Answer
from tests.tolerances import SCORE


@pytest.fixture(scope="module")
def opened(small_home: Path) -> Iterator[smallcap.Home]:
    with smallcap.open_home(small_home) as found:
        yield found


def contents(folder: Path) -> dict[str, int]:
    """Every file with the time of its last change."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def best(opened: smallcap.Home) -> str:
    return str(opened.table("latest_quality").drop_nulls("score").sort("score", descending=True)["ticker"][0])


def test_a_table_is_that_of_the_warehouse_at_the_date(opened: smallcap.Home):
    scores = opened.table("quality_scores", as_of=LATER)
    expected = opened.sql("SELECT * FROM marts.quality_scores WHERE as_of = $day", day=LATER)
    assert scores.equals(expected)
    assert scores.height > 100
    assert opened.table("marts.quality_scores", as_of="latest").equals(scores)
    assert (
        opened.table("quality_scores", columns=["as_of"])["as_of"].unique().sort().to_list() == opened.dates()
    )


def test_a_table_of_versions_gives_what_was_visible_on_the_date(opened: smallcap.Home):
    found = opened.table("core.annual_metrics", as_of=EARLIER)
    every = opened.table("core.annual_metrics")
    expected = smallcap.point_in_time(every, EARLIER)
    key = ["entity_id", "period_end", "version", "available_date", "source"]
    assert found.select(key).sort(key).equals(expected.select(key).sort(key))
    assert found.height < every.height


def test_frames_are_of_the_kind_that_is_asked_for(opened: smallcap.Home):
    kinds = {"polars": pl.DataFrame, "pandas": pd.DataFrame, "arrow": pa.Table}
    for backend, kind in kinds.items():
        assert isinstance(opened.table("coverage", backend=backend), kind)  # type: ignore[arg-type]
        assert isinstance(opened.sql("SELECT 1 AS one", backend=backend), kind)  # type: ignore[arg-type]
    with pytest.raises(smallcap.InputError, match="the backends are: polars, pandas, arrow"):
        opened.table("coverage", backend="r")  # type: ignore[arg-type]


def test_the_score_of_a_frame_is_the_one_that_is_published(opened: smallcap.Home):
    # Whether a ticker is usable is a question about the index, and not asked of a user's own companies.
    published = opened.table("quality_scores", as_of=LATER).filter(
        pl.col("exclusion_reason").ne_missing("unusable_ticker"), method="published", basis="point_in_time"
    )
    scored = smallcap.score(published.drop("score", "quintile", "status", "exclusion_reason"))
    assert scored["exclusion_reason"].equals(published["exclusion_reason"])
    assert scored["quintile"].equals(published["quintile"])
    assert (scored["score"] - published["score"]).abs().max() <= SCORE


def test_a_company_is_what_the_warehouse_says_of_it(opened: smallcap.Home):
    found = opened.company(best(opened).lower())
    published = opened.table("latest_quality").filter(ticker=found.symbol).row(0, named=True)
    assert found.score is not None
    assert (found.score["score"], found.score["quintile"]) == (published["score"], published["quintile"])
    assert found.filters["filter_number"].to_list() == [1, 2, 3, 4, 5, 6]
    assert found.as_of == LATER
    assert found.years["available_date"].max() <= LATER  # type: ignore[operator]
    told = repr(found)
    assert told.startswith(f"{found.symbol}  {found.name}")
    assert f"quintile {published['quintile']} of 5" in told
    assert f"funnel: {found.outcome}" in told
    assert found._repr_html_().startswith("<pre>")


@pytest.mark.drill
def test_a_column_that_is_carried_over_has_no_value_that_its_tables_lack(opened: smallcap.Home):
    def values(name: str, column: str) -> set[object]:
        return set(opened.table(name, columns=[column])[column].drop_nulls().unique().to_list())

    invented = {
        (name, column)
        for name in READS
        for column, others in carried_over(name).items()
        if not values(name, column) <= set().union(*(values(other, column) for other in others))
    }
    assert invented == set()


def test_a_question_is_asked_by_its_name(opened: smallcap.Home):
    listed = opened.questions()
    assert {"best_names", "funnel_survivors"} <= set(listed["name"])
    members = opened.question("members", as_of=LATER)
    assert members.height == opened.table("members", as_of=LATER).height


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda opened: opened.table("quality_score"), "nearest: quality_scores"),
        (
            lambda opened: opened.table("coverage", as_of="2024-02-10"),
            "the nearest dates are 2024-01-31 before it",
        ),
        (lambda opened: opened.table("coverage", as_of="today"), "'today' is not a date"),
        (lambda opened: opened.table("coverage", columns=["member"]), "nearest: members"),
        (lambda opened: opened.table("coverage", columns="members"), "write columns=['members']"),
        (lambda opened: opened.table("raw.prices", as_of=LATER), "has no column as_of"),
        (lambda opened: opened.sql("COPY core.members TO 'members.csv'"), "COPY is refused"),
        (lambda opened: opened.sql("FROM read_csv('/etc/hosts')"), "read_csv"),
        (lambda opened: opened.sql("SELECT 1; SELECT 2"), "2 statements"),
        (lambda opened: opened.question("survivors"), "there is no question 'survivors'"),
        (lambda opened: opened.question("members"), "the parameters of question 'members' are: as_of"),
        (lambda opened: opened.company("NOSUCH"), "no member ever carried the symbol 'NOSUCH'"),
        (lambda opened: opened.company("NOSUCH", "2024-02-10"), "the nearest dates are"),
        (lambda opened: opened.company("NOSUCH", method="mine"), "the methods are: published"),
    ],
)
def test_what_cannot_be_answered_is_explained(
    opened: smallcap.Home, ask: Callable[[smallcap.Home], object], told: str
):
    with pytest.raises(smallcap.InputError) as refused:
        ask(opened)
    assert told in str(refused.value)


def test_numbers_of_numpy_are_values_of_a_query(opened: smallcap.Home):
    most = np.array([3])[0]
    assert opened.sql("FROM members_wide LIMIT $most", most=most).height == 3
    assert opened.question("best_names", most=most).height == 3


def test_names_of_tables_are_found_however_they_are_written_as_in_sql(opened: smallcap.Home):
    assert opened.table("Core.Members").equals(opened.table("members"))


def test_the_latest_date_of_a_company_is_asked_for_as_that_of_a_table(opened: smallcap.Home):
    assert opened.company(best(opened), "latest").as_of == opened.dates()[-1]


def test_a_type_that_polars_lacks_is_answered_by_the_other_kinds(opened: smallcap.Home):
    query = "SELECT INTERVAL 3 DAY AS span"
    with pytest.raises(smallcap.InputError, match="cast it in the query, to VARCHAR for example"):
        opened.sql(query)
    assert opened.sql(query, backend="pandas").shape == opened.sql(query, backend="arrow").shape == (1, 1)


def test_nothing_is_written(small_home: Path):
    before = contents(small_home)
    with smallcap.open_home(small_home) as opened:
        opened.company(best(opened))
        opened.tables()
    assert contents(small_home) == before


def test_an_open_home_stays_at_its_publication(home: Path, smallcap: Callable[..., Answer]):
    import smallcap as package

    with package.open_home(home) as opened:
        before = opened.table("coverage")
        assert smallcap("rollback", "--home", home).code == 0
        assert opened.table("coverage").equals(before)
        with package.open_home(home) as later:
            assert later.run_id != opened.run_id
            assert later.table("coverage").height < before.height


@pytest.mark.drill
def test_a_home_that_was_moved_is_read_where_it_is(small_home: Path, tmp_path: Path):
    moved = Path(shutil.copytree(small_home, tmp_path / "elsewhere"))
    before = contents(moved)
    with smallcap.open_home(moved) as opened:
        assert opened.sql("SELECT home FROM meta.catalogue").item() == str(moved)
        assert opened.table("coverage").height
    assert contents(moved) == before


def test_a_closed_home_says_so(small_home: Path):
    with smallcap.open_home(small_home) as opened:
        pass
    with pytest.raises(smallcap.InputError, match="was closed: open it again"):
        opened.dates()


def test_a_home_without_publication_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(smallcap.SmallcapError, match="nothing is published yet"):
        smallcap.open_home(tmp_path)


def test_the_example_of_open_home_holds(small_home: Path):
    (example,) = [
        test
        for test in doctest.DocTestFinder().find(smallcap.api.home)
        if test.name.endswith("open_home") and test.examples
    ]
    example.globs = {"home_folder": small_home, "smallcap": smallcap}
    shown = example.examples[-2]
    assert shown.source == "date\n"
    shown.want = f"{dt.date.__module__}.date({LATER.year}, {LATER.month}, {LATER.day})\n"
    assert doctest.DocTestRunner().run(example).failed == 0
