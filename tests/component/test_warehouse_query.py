"""Safe reading: what a query may do, what it is refused, and how its rows leave."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

from smallcap.errors import InputError, NothingPublishedError, SmallcapError
from smallcap.questions.files import read_question
from smallcap.warehouse import run_query
from smallcap.warehouse.query import Output
from smallcap.warehouse.safety import REFUSED_FUNCTIONS
from tests.published_home import (
    HOSTILE_NAME,
    PROJECT_ROOT,
    VIEWS_DIR,
    publish,
    publish_small_home,
    write_scores,
)

QUERIES_DIR = PROJECT_ROOT / "sql" / "queries"
NAMES = "SELECT entity_id, name, score FROM marts.quality_scores WHERE year = 2025 ORDER BY entity_id"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("query") / "home"
    publish_small_home(home)
    return home


@pytest.fixture(scope="module")
def warehouse_dir(home: Path) -> Path:
    return home / "warehouse"


def _contents(home: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()
    }


@pytest.mark.some_cases(4)
@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "select 1;",
        "-- a remark, é\nSELECT 1",
        "WITH one AS (SELECT 1 AS a) SELECT a FROM one",
        "WITH RECURSIVE n AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM n WHERE a < 3) SELECT min(a) FROM n",
        "VALUES (1)",
        "FROM (SELECT 1)",
        "SELECT 1 UNION SELECT 1",
        "SELECT count(*) // 9 FROM marts.quality_scores",
        "SELECT 1 WHERE 'COPY (SELECT 1) TO x' IS NOT NULL",
    ],
)
def test_statements_that_read_are_run(warehouse_dir: Path, sql: str):
    assert run_query(warehouse_dir, sql).rows == ((1,),)


@pytest.mark.some_cases(4)
@pytest.mark.parametrize(
    "sql",
    [
        "SHOW ALL TABLES",
        "DESCRIBE marts.quality_scores",
        "SUMMARIZE marts.quality_scores",
        "PIVOT marts.quality_scores ON quintile IN (1, 5) USING count(*) GROUP BY year",
        "FROM duckdb_columns()",
        "FROM information_schema.tables",
        "SELECT unnest(range(3))",
        "SELECT count(*) FROM core.visible_annual_metrics(DATE '2025-12-31')",
        "SELECT count(*) FROM marts.quality_scores AS q, core.visible_annual_metrics_by_period(q.as_of)",
        "SELECT core.symbol_key('brk.b')",
    ],
)
def test_looking_around_is_allowed(warehouse_dir: Path, sql: str):
    assert run_query(warehouse_dir, sql).row_count > 0


@pytest.mark.parametrize("sql", ["EXPLAIN " + NAMES, "/* é */ explain -- é\n" + NAMES])
def test_explain_shows_the_plan(warehouse_dir: Path, sql: str):
    assert "READ_PARQUET" in run_query(warehouse_dir, sql).rows[0][1].upper().replace(" ", "_")


def test_a_published_file_cannot_be_overwritten_by_a_copy_inside_with(home: Path):
    """DuckDB itself takes this for a SELECT and, since the file may be read, overwrites it."""
    file = next(home.rglob("year=2023/*.parquet"))
    copy = f"WITH a AS (COPY (SELECT 1) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1"
    assert [statement.type for statement in duckdb.extract_statements(copy)] == [duckdb.StatementType.SELECT]
    before = _contents(home)
    with pytest.raises(InputError, match="COPY inside WITH is refused"):
        run_query(home / "warehouse", copy)
    assert _contents(home) == before


@pytest.mark.some_cases(1)
@pytest.mark.parametrize(
    "wrapper", ["SELECT * FROM {call}", "FROM main.{call}", "SELECT (SELECT max(a) FROM {call} AS t(a))"]
)
def test_sql_handed_over_as_data_is_not_run(home: Path, wrapper: str):
    """A table function that runs a serialised statement would get a COPY past every look at the text."""
    file = next(home.rglob("year=2023/*.parquet"))
    copy = f"WITH a AS (COPY (SELECT 1) TO '{file}' (FORMAT parquet, USE_TMP_FILE false)) SELECT 1"
    with duckdb.connect() as connection:
        ((serialised,),) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [copy]).fetchall()
    call = "json_execute_serialized_sql('" + serialised.replace("'", "''") + "')"
    before = _contents(home)
    with pytest.raises(InputError, match=r"json_execute_serialized_sql\(\) is refused"):
        run_query(home / "warehouse", wrapper.format(call=call))
    with pytest.raises(InputError, match=r"query\(\) is refused"):
        run_query(home / "warehouse", "FROM query('FROM " + call.replace("'", "''") + "')")
    assert _contents(home) == before


def test_an_unpublished_version_beside_the_published_ones_cannot_be_read(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish_small_home(home)
    newer = write_scores(home, range(2025, 2026), version=2).files[0]
    with pytest.raises(InputError, match="only published tables"):
        run_query(warehouse_dir, f"FROM read_parquet('{newer}')")


HARMLESS = """
    current_connection_id current_query current_query_id current_transaction_id
    error gen_random_uuid random stats uuid uuidv4 uuidv7 vector_type
"""


def test_every_function_that_duckdb_says_has_side_effects_was_judged():
    with duckdb.connect() as connection:
        volatile = connection.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() WHERE has_side_effects"
        ).fetchall()
        macros = connection.execute(
            "SELECT function_name, macro_definition FROM duckdb_functions() WHERE function_type = 'macro'"
        ).fetchall()
    assert {name for (name,) in volatile} <= REFUSED_FUNCTIONS | set(HARMLESS.split())
    calling = {
        name
        for name, body in macros
        if any(re.search(rf"\b{refused}\b", body) for refused in REFUSED_FUNCTIONS)
    }
    assert calling <= REFUSED_FUNCTIONS


def test_python_variables_are_no_tables(warehouse_dir: Path):
    frame = pl.DataFrame({"a": [1]})
    with pytest.raises(InputError, match="frame does not exist"):
        run_query(warehouse_dir, "FROM frame")
    assert frame.height == 1


def test_a_mistake_is_told_in_duckdbs_words_with_its_position(warehouse_dir: Path):
    with pytest.raises(InputError, match=r'(?s)"scor" not found.*"score".*LINE 1: SELECT scor.*\^'):
        run_query(warehouse_dir, "SELECT scor FROM marts.quality_scores")
    with pytest.raises(InputError, match=r"(?s)syntax error.*LINE 1.*\^"):
        run_query(warehouse_dir, "SELEC 1")
    with pytest.raises(InputError, match="Conversion Error"):
        run_query(warehouse_dir, "SELECT name::DATE FROM marts.quality_scores")


@pytest.mark.drill
def test_a_published_file_that_is_gone_is_a_failure_of_ours(tmp_path: Path):
    home = tmp_path / "home"
    warehouse_dir = publish(home, "run-1", write_scores(home, range(2025, 2026)))
    next(home.rglob("part-1.parquet")).unlink()
    with pytest.raises(SmallcapError, match=r"1 published files are gone.*part-1\.parquet") as caught:
        run_query(warehouse_dir, NAMES)
    assert not isinstance(caught.value, InputError)


def test_long_sums_are_run_and_endless_ones_refused_in_words(warehouse_dir: Path):
    assert run_query(warehouse_dir, "SELECT " + " + ".join(["1"] * 100)).rows == ((100,),)
    with pytest.raises(InputError, match=r"nested too deeply|[Mm]ax expression depth"):
        run_query(warehouse_dir, "SELECT " + " + ".join(["1"] * 900))


def test_without_a_catalogue_the_message_says_what_to_run(tmp_path: Path):
    with pytest.raises(NothingPublishedError, match="smallcap run"):
        run_query(tmp_path, "SELECT 1")


def test_a_table_can_be_cut_short_and_says_so(warehouse_dir: Path):
    result = run_query(warehouse_dir, NAMES, max_rows=2)
    assert (result.columns, result.row_count, result.is_truncated) == (
        ("entity_id", "name", "score"),
        2,
        True,
    )
    assert not run_query(warehouse_dir, NAMES, max_rows=3).is_truncated


def test_vendor_text_survives_csv(warehouse_dir: Path):
    stream = io.StringIO()
    assert run_query(warehouse_dir, NAMES, "csv", stream=stream).row_count == 3
    rows = list(csv.reader(io.StringIO(stream.getvalue(), newline="")))
    # All but the line that a spreadsheet would take for a formula.
    harmless = HOSTILE_NAME.replace("\n=", "\n'=")
    assert rows[:2] == [["entity_id", "name", "score"], ["1", harmless, "0.0"]]


def test_vendor_text_survives_json(warehouse_dir: Path):
    stream = io.StringIO()
    run_query(warehouse_dir, NAMES, "json", stream=stream)
    assert json.loads(stream.getvalue())[0] == {"entity_id": 1, "name": HOSTILE_NAME, "score": 0.0}


VALUES = """
    SELECT DATE '2025-12-31' AS a_date, TIMESTAMP '2025-12-31 01:02:03' AS a_time,
           true AS a_flag, NULL AS nothing,
           1.5::DECIMAL(9, 2) AS a_decimal, [1, 2] AS a_list,
           {'x': 1} AS a_struct, 'NaN'::DOUBLE AS not_a_number,
           'é'::VARCHAR.encode() AS bytes, 170141183460469231731687303715884105727 AS huge
"""


def test_values_of_every_kind_leave_as_csv(warehouse_dir: Path):
    stream = io.StringIO()
    run_query(warehouse_dir, VALUES, "csv", stream=stream)
    assert list(csv.reader(stream.getvalue().splitlines()))[1] == [
        "2025-12-31",
        "2025-12-31 01:02:03",
        "true",
        "",
        "1.50",
        "[1, 2]",
        '{"x": 1}',
        "nan",
        "c3a9",
        "170141183460469231731687303715884105727",
    ]


def test_values_of_every_kind_leave_as_json(warehouse_dir: Path):
    stream = io.StringIO()
    run_query(warehouse_dir, VALUES, "json", stream=stream)
    assert json.loads(stream.getvalue()) == [
        {
            "a_date": "2025-12-31",
            "a_time": "2025-12-31T01:02:03",
            "a_flag": True,
            "nothing": None,
            "a_decimal": 1.5,
            "a_list": [1, 2],
            "a_struct": {"x": 1},
            "not_a_number": None,
            "bytes": "c3a9",
            "huge": 170141183460469231731687303715884105727,
        }
    ]


def test_no_rows_are_an_empty_json_array_and_a_csv_header(warehouse_dir: Path):
    as_json, as_csv = io.StringIO(), io.StringIO()
    run_query(warehouse_dir, "SELECT ticker FROM core.members", "json", stream=as_json)
    run_query(warehouse_dir, "SELECT ticker FROM core.members", "csv", stream=as_csv)
    assert json.loads(as_json.getvalue()) == []
    assert as_csv.getvalue() == "ticker\n"


def test_parquet_goes_to_a_file_with_its_types(warehouse_dir: Path, tmp_path: Path):
    target = tmp_path / "scores.parquet"
    assert (
        run_query(
            warehouse_dir, "SELECT as_of, score FROM marts.quality_scores", "parquet", target=target
        ).row_count
        == 9
    )
    assert pl.read_parquet(target).schema == {"as_of": pl.Date, "score": pl.Float64}
    with pytest.raises(InputError, match="exists already"):
        run_query(warehouse_dir, "SELECT 1 AS one", "parquet", target=target)
    assert pl.read_parquet(target).height == 9
    assert [path.name for path in tmp_path.iterdir()] == ["scores.parquet"]


@pytest.mark.parametrize("value", ["INTERVAL 3 DAY", "[INTERVAL 3 DAY]", "{'a': INTERVAL 3 DAY}"])
def test_an_interval_is_refused_for_parquet_with_what_to_write(
    warehouse_dir: Path, tmp_path: Path, value: str
):
    target = tmp_path / "spans.parquet"
    with pytest.raises(InputError, match=r"Parquet has no intervals, as span has: .*CAST\(span AS VARCHAR\)"):
        run_query(warehouse_dir, f"SELECT {value} AS span", "parquet", target=target)
    assert not target.exists()


def test_parquet_without_rows_still_has_its_columns(warehouse_dir: Path, tmp_path: Path):
    target = tmp_path / "members.parquet"
    run_query(warehouse_dir, "SELECT as_of, ticker FROM core.members", "parquet", target=target)
    assert pl.read_parquet(target).schema == {"as_of": pl.Date, "ticker": pl.String}


@pytest.mark.parametrize("output", ["csv", "json", "parquet"])
@pytest.mark.parametrize("target", [None, Path("nowhere") / "x.out"])
def test_an_output_says_what_file_it_needs(warehouse_dir: Path, output: Output, target: Path | None):
    with pytest.raises(InputError, match="name "):
        run_query(warehouse_dir, "SELECT 1 AS one", output, target=target)


def test_two_columns_of_one_name_are_refused_where_one_would_be_lost(warehouse_dir: Path, tmp_path: Path):
    for output in ("json", "parquet"):
        with pytest.raises(InputError, match="several columns are named a"):
            run_query(warehouse_dir, "SELECT 1 AS a, 2 AS a", output, target=tmp_path / "rows")
    assert list(tmp_path.iterdir()) == []


def test_csv_and_json_are_written_without_polars_pandas_or_dagster(warehouse_dir: Path):
    script = (
        "import sys\nfrom pathlib import Path\nfrom smallcap.warehouse.query import run_query\n"
        "for output in ('csv', 'json', 'table'): run_query(Path(sys.argv[1]), 'FROM "
        "marts.quality_scores', output, stream=sys.stderr)\n"
        "print(sorted({'polars', 'pandas', 'dagster', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(warehouse_dir)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.some_cases(6)
@pytest.mark.parametrize("file", sorted(QUERIES_DIR.glob("*.sql")), ids=lambda file: file.stem)
def test_every_worked_example_runs_and_opens_with_its_question(warehouse_dir: Path, file: Path):
    asked = read_question(file)
    examples = {one.name: one.value(one.example) for one in asked.declared}
    assert run_query(warehouse_dir, asked.sql, parameters=examples or None).columns


def test_the_python_examples_of_the_page_on_connecting_run(home: Path):
    page = (PROJECT_ROOT / "docs" / "connecting.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        seen: dict[str, object] = {}
        exec(example.replace("data/home", str(home)), seen)
        rows = seen["rows"] if "rows" in seen else seen["result"].rows
        assert [ticker for ticker, _ in rows] == ["TC", "TB", "TA"]


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("file", sorted(VIEWS_DIR.glob("*.sql")), ids=lambda file: file.stem)
def test_every_further_view_answers(warehouse_dir: Path, file: Path):
    assert run_query(warehouse_dir, f"FROM marts.{file.stem}").columns


def test_the_latest_scores_come_best_first(warehouse_dir: Path):
    rows = run_query(warehouse_dir, "SELECT as_of, ticker FROM marts.latest_quality").rows
    assert rows == tuple((dt.date(2025, 12, 31), ticker) for ticker in ("TC", "TB", "TA"))
