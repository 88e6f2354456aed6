"""Which SQL may be run on the published warehouse: one statement that reads, and nothing else.

DuckDB says what kind of statement a text is, and shows its parse tree. Its kind alone is not enough: since
2.0 a SELECT may carry ``WITH x AS (COPY … TO …)``, and a table function may run SQL that it is handed as
data; both overwrite files that are allowed to be read, even in a locked, read-only connection. So the tree
may hold only known kinds of queries, known table functions and the catalogue's own macros, and no function
that waits, or leaves something behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from smallcap.errors import InputError
from smallcap.warehouse.statements import rows_of

ADVICE = "give one SELECT, or EXPLAIN followed by one"

READING_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})

TABLE_FUNCTIONS = frozenset(
    """
    range generate_series unnest repeat repeat_row json_each json_tree histogram histogram_values summary
    read_parquet parquet_scan parquet_metadata parquet_file_metadata parquet_schema
    duckdb_columns duckdb_constraints duckdb_databases duckdb_functions duckdb_keywords duckdb_schemas
    duckdb_settings duckdb_tables duckdb_types duckdb_views
    pragma_database_size pragma_show pragma_table_info pragma_version
    icu_calendar_names pg_timezone_names
    """.split()  # noqa: SIM905 - a list this long reads better as text
)

REFUSED_FUNCTIONS = frozenset(
    ["sleep_ms", "pg_sleep", "write_log", "setseed", "nextval", "currval", "setval", "json_serialize_plan"]
)
"""Functions that do more than compute: wait, log, set the seed, advance a sequence, plan other SQL."""


def check_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """Return the one reading statement that `sql` is, ready to be executed.

    Raises
    ------
    InputError
        When `sql` is anything else; the message says what was found and what to write instead.
    """
    statement = _only_statement(connection, sql)
    if _kind(statement) == "EXPLAIN":
        # The explained text is checked by itself, so ANALYZE, which would run it, and other options never get
        # through.
        explained = _without_first_word(statement.query)
        try:
            _check_select(connection, _only_statement(connection, explained))
        except InputError:
            raise InputError(
                f"EXPLAIN is for one SELECT that only reads, without ANALYZE or other options: {ADVICE}"
            ) from None
        return f"EXPLAIN {explained}"
    _check_select(connection, statement)
    return statement.query


def require_text(sql: str) -> None:
    """Check that a query is text; bytes of another encoding come as halves of characters.

    Raises
    ------
    InputError
        When it is not.
    """
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"the query is no text in UTF-8, at character {error.start + 1}: write it in UTF-8"
        ) from None


def _only_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    require_text(sql)
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise InputError(str(error)) from None
    if len(statements) != 1:
        found = "there is no statement" if not statements else f"there are {len(statements)} statements"
        raise InputError(f"{found}: {ADVICE}")
    return statements[0]


def _check_select(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    kind = _kind(statement)
    if kind == "MULTI":
        raise InputError(
            f"a PIVOT is several statements unless it lists its values: write ON column IN (…); {ADVICE}"
        )
    if kind != "SELECT":
        raise InputError(f"{kind} is refused, because this only reads what is published: {ADVICE}")
    for node in _objects(_parse_tree(connection, statement.query)):
        _check_node(connection, node)


def _kind(statement: duckdb.Statement) -> str:
    try:
        return statement.type.name
    except ValueError:
        # DuckDB has kinds of statements that its Python module has no name for, as UPDATE EXTENSIONS.
        return "this kind of statement"


def _parse_tree(connection: duckdb.DuckDBPyConnection, sql: str) -> object:
    ((text,),) = rows_of(connection, "parse_tree", statement=sql)
    try:
        tree: dict[str, object] = json.loads(text)
    except RecursionError:
        raise InputError("the statement is nested too deeply to be checked: split it with WITH") from None
    if tree["error"]:
        raise InputError(f"the statement cannot be checked ({tree['error_message']}): {ADVICE}")
    return tree


def _check_node(connection: duckdb.DuckDBPyConnection, node: dict[str, Any]) -> None:
    kind = node.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in READING_NODES:
        word = kind.removesuffix("_NODE").removesuffix("_QUERY")
        raise InputError(
            f"{word} inside WITH is refused, because this only reads what is published: {ADVICE}"
        )
    if kind == "TABLE_FUNCTION":
        name = str(node["function"].get("function_name", "")).lower()
        if name not in TABLE_FUNCTIONS and (name,) not in rows_of(connection, "own_macros"):
            raise InputError(
                f"the table function {name}() is refused: read the published tables ('SHOW ALL "
                f"TABLES' lists them)"
            )
    function = str(node.get("function_name", "")).lower()
    if function in REFUSED_FUNCTIONS:
        raise InputError(
            f"the function {function}() is refused, because this only reads what is published: {ADVICE}"
        )


def _objects(tree: object) -> Iterator[dict[str, Any]]:
    """Walk over every JSON object of the tree; a loop rather than recursion, because queries nest deeply."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)


def _without_first_word(sql: str) -> str:
    """Drop the leading keyword and the comments before it; DuckDB's tokens count bytes."""
    words = [start for start, kind in duckdb.tokenize(sql) if kind != duckdb.token_type.comment]
    return sql.encode()[words[1] :].decode()
