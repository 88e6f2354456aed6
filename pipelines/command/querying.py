"""The command `sql`: which text is run, and where its rows go."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.markup import escape

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.no_rows import why_no_rows
from smallcap.pipelines.command.options import ERR, OUT, Format, written_as
from smallcap.pipelines.command.paging import print_paged
from smallcap.questions import Question, open_publication, worked_query
from smallcap.questions.parameters import bound_values
from smallcap.reports.terminal import rows_table
from smallcap.settings import Settings
from smallcap.warehouse import run_query
from smallcap.warehouse.limits import QueryLimits
from smallcap.warehouse.query import Output, QueryResult

LOOKING = {"SHOW": "rows, years and meaning of each", "DESCRIBE": "units, meaning and joins"}
HINTS = {"SHOW": ("tables",), "DESCRIBE": ("describe", "TABLE")}


class Asked(NamedTuple):
    """What is run: a text, and a value for each of its parameters."""

    text: str
    values: Mapping[str, object]


def require_place_for(output: Format, target: Path | None) -> None:
    """Refuse a file for a table of the terminal, and Parquet, which is binary, on the terminal.

    Raises
    ------
    InputError
        When `output` and `target` do not go together.
    """
    if output is Format.table and target is not None:
        raise InputError("--output needs --format csv, json, jsonl, markdown or parquet")
    if output is Format.parquet and target is None and sys.stdout.isatty():
        raise InputError("--format parquet is not for a terminal: name a file, --output FILE, or use a pipe")


def asked_query(
    settings: Settings, query: str | None, worked: str | None, given: Sequence[str], max_characters: int
) -> Asked:
    """Return what to run: a worked query with its values, or else `query`; ``-`` is read from standard input.

    Raises
    ------
    InputError
        When there is no worked query of that name, or a value is not one of its parameters.
    """
    if worked is not None:
        chosen = worked_query(worked)
        ERR.print(escape(chosen.words), style="bold", highlight=False, soft_wrap=True)
        return Asked(chosen.sql, _values(settings, chosen, given))
    return Asked(_typed_in(max_characters) if query == "-" else str(query), {})


def _typed_in(max_characters: int) -> str:
    """Read a query from standard input; one character more than is allowed is enough to refuse it."""
    try:
        return sys.stdin.read(max_characters + 1)
    except UnicodeDecodeError:
        raise InputError("the query on standard input is no text in UTF-8: write it in UTF-8") from None


def write_answer(
    settings: Settings, asked: Asked, limits: QueryLimits, output: Format, target: Path | None
) -> None:
    """Run a query, and write its rows to a file or to standard output."""
    if target is not None:
        result = _run(settings, asked, limits, written_as(output), target=target)
        _explain(settings, asked, result)
        count = "1 row" if result.row_count == 1 else f"{result.row_count:,} rows"
        ERR.print(f"{count} written to {escape(str(target))}")
    else:
        stream = sys.stdout.buffer if output is Format.parquet else made_visible(sys.stdout)
        try:
            result = _run(settings, asked, limits, written_as(output), stream=stream)
            sys.stdout.flush()
        except BrokenPipeError:  # the reader, `head` for example, has what it wanted
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        _explain(settings, asked, result)


def _run(settings: Settings, asked: Asked, limits: QueryLimits, output: Output, **where: Any) -> QueryResult:
    return run_query(
        settings.warehouse_dir, asked.text, output, limits=limits, parameters=asked.values, **where
    )


def _explain(settings: Settings, asked: Asked, result: QueryResult) -> None:
    """Say on standard error why there are no rows, and where more is known of a table that was looked at."""
    word = asked.text.split(maxsplit=1)[0].upper() if asked.text.split() else ""
    if word in LOOKING:
        told = f"{LOOKING[word]}: {command_hint(settings, *HINTS[word])}"
    elif result.row_count:
        return
    else:
        with open_publication(settings.warehouse_dir) as publication:
            told = ": ".join(filter(None, ("no rows", why_no_rows(publication, asked.text, asked.values))))
    ERR.print(escape(told), style="dim", highlight=False, soft_wrap=True)


def _values(settings: Settings, chosen: Question, given: Sequence[str]) -> dict[str, object]:
    """Read what was given as NAME=VALUE, and complete it with the defaults."""
    texts: dict[str, str] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise InputError(f"--set '{one}' has no value: write --set NAME=VALUE")
        if name in texts:
            raise InputError(f"--set gives '{name}' twice, {texts[name]!r} and {text!r}; give it once")
        texts[name] = text
    latest = None
    if any(one.needs_latest(texts) for one in chosen.declared):
        with open_publication(settings.warehouse_dir) as publication:
            latest = publication.ask("headline")[0]["newest"]
    return bound_values(chosen.name, chosen.declared, texts, latest)


def show_answer(
    settings: Settings, asked: Asked, limits: QueryLimits, max_rows: int, *, is_paged: bool
) -> None:
    """Run a query, show its rows as a table, at most `max_rows`, and say where there are more."""
    result = _run(settings, asked, limits, "table", max_rows=max_rows)
    _explain(settings, asked, result)
    print_paged(rows_table(result.columns, result.rows, rest="--format csv"), OUT, is_paged=is_paged)
    if result.is_truncated:
        ERR.print(f"the first {max_rows} rows; --rows shows more, --format csv all", style="dim")
