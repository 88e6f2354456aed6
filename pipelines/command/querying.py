"""The command `sql`: which text is run, and where its rows go."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.markup import escape

from smallcap.errors import InputError
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.options import ERR, OUT, Format, written_as
from smallcap.questions import worked_queries, worked_query
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings
from smallcap.warehouse import run_query
from smallcap.warehouse.limits import QueryLimits


def list_worked_queries() -> None:
    """List the worked queries and the questions that they answer."""
    OUT.print(rows_table(("name", "question"), [(one.name, one.words) for one in worked_queries().values()]))


def require_file_for(output: Format, target: Path | None) -> None:
    """Refuse a file for a table on the terminal, and Parquet without a file.

    Raises
    ------
    InputError
        When `output` and `target` do not go together.
    """
    if output is Format.table and target is not None:
        raise InputError("--output needs --format csv, json or parquet")
    if output is Format.parquet and target is None:
        raise InputError("--format parquet needs a file: --output FILE")


def query_text(query: str | None, worked: str | None, max_characters: int) -> str:
    """Return the text to run: that of a worked query, else `query`, from standard input where it is ``-``.

    Raises
    ------
    InputError
        When there is no worked query of that name.
    """
    if worked is not None:
        chosen = worked_query(worked)
        ERR.print(escape(chosen.words), style="bold", highlight=False, soft_wrap=True)
        return chosen.sql
    # One character more than is allowed is enough to refuse it.
    return sys.stdin.read(max_characters + 1) if query == "-" else str(query)


def write_answer(
    settings: Settings, text: str, limits: QueryLimits, output: Format, target: Path | None, max_rows: int
) -> None:
    """Run a query and show its rows, at most `max_rows` of a table, or write them to a file or a stream."""
    if output is Format.table:
        _show_table(settings, text, limits, max_rows)
    elif target is not None:
        result = run_query(settings.warehouse_dir, text, written_as(output), target=target, limits=limits)
        ERR.print(f"{result.row_count:,} rows written to {escape(str(target))}")
    else:
        stream = made_visible(sys.stdout)
        run_query(settings.warehouse_dir, text, written_as(output), stream=stream, limits=limits)


def _show_table(settings: Settings, text: str, limits: QueryLimits, max_rows: int) -> None:
    """Show the rows as a table, and say where there are more."""
    result = run_query(settings.warehouse_dir, text, "table", max_rows=max_rows, limits=limits)
    OUT.print(rows_table(result.columns, result.rows, rest="--format csv"))
    if result.is_truncated:
        ERR.print(f"the first {max_rows} rows; --rows shows more, --format csv all", style="dim")
