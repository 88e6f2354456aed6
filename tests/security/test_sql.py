"""`smallcap sql`: what does more than read what is published is refused; it changes and reveals nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.warehouse import run_query
from tests.attacks import attacks
from tests.published_home import publish_small_home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("attacked") / "home"
    publish_small_home(home)
    return home


def contents(home: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()
    }


@attacks(
    "SQL: reading and writing elsewhere",
    "sql",
    {
        "COPY to a file": "COPY (SELECT 1) TO '{file}'",
        "COPY from a file": "COPY meta.runs FROM '{secret}'",
        "COPY of the database": "COPY FROM DATABASE warehouse TO memory",
        "COPY explained": "EXPLAIN COPY (SELECT 1) TO '{file}'",
        "COPY analysed": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{file}'",
        "COPY analysed by an option": "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{file}'",
        "COPY inside WITH": "WITH a AS (COPY (SELECT 1) TO '{file}') SELECT 1",
        "COPY inside WITH analysed": "EXPLAIN ANALYZE WITH a AS (COPY (SELECT 1) TO '{file}') SELECT 1",
        "SELECT analysed": "EXPLAIN ANALYZE SELECT 1",
        "ATTACH of a file": "ATTACH '{file}' AS other",
        "ATTACH in place of the catalogue": "ATTACH OR REPLACE '{file}' AS warehouse",
        "ATTACH in memory": "ATTACH ':memory:' AS other",
        "DETACH": "DETACH warehouse",
        "EXPORT": "EXPORT DATABASE '{file}'",
        "IMPORT": "IMPORT DATABASE '{file}'",
        "CREATE TABLE": "CREATE TABLE memory.main.t AS SELECT 1",
        "CREATE SECRET": "CREATE SECRET s (TYPE s3)",
        "CREATE MACRO": "CREATE MACRO f(a) AS a",
        "INSERT": "INSERT INTO meta.runs SELECT * FROM meta.runs",
        "INSERT inside WITH": (
            "WITH a AS (INSERT INTO meta.runs SELECT * FROM meta.runs RETURNING *) SELECT * FROM a"
        ),
        "UPDATE": "UPDATE meta.runs SET status = 'done'",
        "DELETE": "DELETE FROM meta.runs",
        "TRUNCATE": "TRUNCATE meta.runs",
        "MERGE": "MERGE INTO meta.runs USING (SELECT 1) ON true WHEN MATCHED THEN DELETE",
        "DROP": "DROP VIEW marts.quality_scores",
        "ALTER": "ALTER VIEW marts.quality_scores RENAME TO other",
        "COMMENT": "COMMENT ON VIEW marts.quality_scores IS 'owned'",
        "two statements": "SELECT 1; SELECT 2",
        "a second statement that writes": "SELECT 1; COPY (SELECT 1) TO '{file}'",
        "a first statement that writes": "COPY (SELECT 1) TO '{file}'; SELECT 1",
        "writing behind a remark": "-- SELECT 1\nCOPY (SELECT 1) TO '{file}'",
        "a log into a file": "FROM enable_logging(storage = 'file', storage_path = '{file}')",
        "a profile into a file": "PRAGMA profiling_output = '{file}'",
        "SQL handed over as text": "FROM query('COPY (SELECT 1) TO ''{file}''')",
        "SQL handed over as a table": "FROM query_table('meta.runs')",
        "SQL handed over as JSON": "FROM json_execute_serialized_sql('{{}}')",
    },
)
def test_whatever_does_more_than_read_is_refused_and_writes_nothing(home: Path, tmp_path: Path, sql: str):
    before = contents(home)
    with pytest.raises(InputError, match=r"give one SELECT|refused") as refused:
        run_query(home / "warehouse", sql.format(file=tmp_path / "written", secret=tmp_path / "secret"))
    assert refused.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []
    assert contents(home) == before


@attacks(
    "SQL: reading and writing elsewhere",
    "sql",
    {
        "read_csv": "FROM read_csv('{file}')",
        "read_text": "FROM read_text('{file}')",
        "read_blob": "FROM read_blob('{file}')",
        "read_json": "FROM read_json('{file}')",
        "read_duckdb": "FROM read_duckdb('{file}')",
        "read_parquet": "FROM read_parquet('{file}')",
        "read_parquet of a pattern": "FROM read_parquet('{folder}/*')",
        "read_parquet behind a published folder": "FROM read_parquet('{home}/lake/../../secret.parquet')",
        "a file's kind": "FROM sniff_csv('{file}')",
        "a file's metadata": "FROM parquet_metadata('{file}')",
        "a file's schema": "FROM parquet_schema('{file}')",
        "a file's own remarks": "FROM parquet_kv_metadata('{file}')",
        "a file's filter": "FROM parquet_bloom_probe('{file}', 'secret', 1)",
        "a file as a table": "FROM '{file}'",
        "a file as a name": 'FROM "{file}"',
        "a file in a subquery": "SELECT (SELECT max(secret) FROM read_parquet('{file}'))",
        "a file in a join": "SELECT * FROM (VALUES (1)) AS t(a), LATERAL (FROM read_csv('{file}'))",
        "a file summarised": "SUMMARIZE FROM read_csv('{file}')",
        "a file pivoted": "PIVOT (FROM read_csv('{file}')) ON secret USING count(*)",
        "a file unpivoted": "UNPIVOT (FROM read_csv('{file}')) ON COLUMNS(*)",
        "names of files": "FROM glob('{folder}/*')",
        "the process's variables": "FROM read_text('/proc/self/environ')",
        "one variable": "SELECT getenv('HOME')",
        "a file of the web": "FROM 'https://evil.test/x.parquet'",
        "a file of a bucket": "FROM read_parquet('s3://evil.test/x.parquet')",
        "stored secrets": "FROM duckdb_secrets()",
        "a database of SQLite": "FROM sqlite_scan('{file}', 't')",
        "a database server": "FROM postgres_scan('host=evil.test', 'public', 't')",
        "a variable of Python": "FROM secret",
    },
)
def test_nothing_outside_the_published_files_can_be_read(home: Path, tmp_path: Path, sql: str):
    secret = pl.DataFrame({"secret": ["hidden words"]})
    secret.write_parquet(tmp_path / "secret.parquet")
    secret.write_parquet(home.parent / "secret.parquet")
    with pytest.raises(InputError) as refused:
        run_query(
            home / "warehouse", sql.format(file=tmp_path / "secret.parquet", folder=tmp_path, home=home)
        )
    assert "hidden words" not in str(refused.value)
    assert "Traceback" not in str(refused.value)


@attacks(
    "SQL: state and resources",
    "sql",
    {
        "access to files": "SET enable_external_access = true",
        "allowed folders": "SET allowed_directories = ['/']",
        "more threads": "SET threads = 64",
        "more memory for all": "SET GLOBAL memory_limit = '1TB'",
        "no time limit": "RESET max_execution_time",
        "the lock of the configuration": "RESET lock_configuration",
        "a variable": "SET VARIABLE x = 1",
        "another database": "USE memory",
        "a pragma": "PRAGMA enable_profiling",
        "a pragma that reads": "PRAGMA database_list",
        "a key for files": "PRAGMA add_parquet_key('a', '0123456789abcdef')",
        "CALL of a checkpoint": "CALL force_checkpoint()",
        "CALL of a question": "CALL pragma_version()",
        "INSTALL": "INSTALL httpfs",
        "INSTALL of others' code": "FORCE INSTALL httpfs FROM community",
        "LOAD": "LOAD httpfs",
        "LOAD of a file": "LOAD '/tmp/x.duckdb_extension'",
        "UPDATE EXTENSIONS": "UPDATE EXTENSIONS",
        "UPDATE of one extension": "UPDATE EXTENSIONS (httpfs)",
        "CHECKPOINT": "CHECKPOINT",
        "VACUUM": "VACUUM",
        "ANALYZE": "ANALYZE",
        "a transaction": "BEGIN",
        "PREPARE": "PREPARE p AS SELECT 1",
        "EXECUTE": "EXECUTE p",
        "DEALLOCATE": "DEALLOCATE p",
        "a checkpoint as a table": "FROM checkpoint()",
        "a forced checkpoint as a table": "FROM force_checkpoint()",
        "logging as a table": "FROM enable_logging()",
        "an emptied log": "FROM truncate_duckdb_logs()",
        "profiling as a table": "FROM enable_profiling()",
        "waiting": "SELECT sleep_ms(1)",
        "waiting by another name": 'SELECT "Sleep_MS"(1)',
        "waiting as PostgreSQL does": "SELECT pg_catalog.pg_sleep(1)",
        "waiting for each element": "SELECT list_transform([1], lambda x: sleep_ms(x))",
        "waiting while sorting": "FROM range(1) ORDER BY sleep_ms(1)",
        "waiting explained": "EXPLAIN SELECT sleep_ms(1)",
        "a line in the log": "SELECT system.main.write_log('said')",
        "a line in the log by a dot": "SELECT 'said'.write_log()",
        "the seed": "SELECT sum(1) OVER (ORDER BY setseed(0.5))",
        "the next of a sequence": "SELECT nextval('counter')",
        "the state of a sequence": "SELECT currval('counter')",
        "a set sequence": "SELECT setval('counter', 1)",
        "the plan of other SQL": "SELECT json_serialize_plan('SELECT 1')",
        "an empty statement": "",
        "a remark alone": "-- nothing",
        "a command of the shell": ".read /etc/passwd",
    },
)
def test_nothing_changes_the_state_of_the_database_or_waits(home: Path, sql: str):
    before = contents(home)
    with pytest.raises(InputError, match=r"give one SELECT|refused|Parser Error") as refused:
        run_query(home / "warehouse", sql)
    assert refused.value.exit_code == 2
    assert contents(home) == before
