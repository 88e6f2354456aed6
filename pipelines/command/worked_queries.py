"""The worked queries: which there are, with their questions and parameters, and the text of one."""

from __future__ import annotations

import sys

from smallcap.errors import InputError
from smallcap.pipelines.command.consoles import made_visible
from smallcap.pipelines.command.options import OUT
from smallcap.questions import Question, worked_queries, worked_query
from smallcap.questions.worked import text_of
from smallcap.reports.terminal import rows_table
from smallcap.warehouse.formats import TEXT_WRITERS, ListedRows

COLUMNS = ("name", "question", "parameters")


def list_worked_queries(written_as: str) -> None:
    """List the worked queries, the questions that they answer, and their parameters.

    Parameters
    ----------
    written_as
        table, csv, json, jsonl or markdown.

    Raises
    ------
    InputError
        When it is another.
    """
    rows = [(one.name, one.words, _parameters_of(one)) for one in worked_queries().values()]
    if written_as == "table":
        OUT.print(rows_table(COLUMNS, rows))
    elif written_as in TEXT_WRITERS:
        TEXT_WRITERS[written_as](ListedRows(rows), COLUMNS, made_visible(sys.stdout))
    else:
        raise InputError(f"--list is written as table, {', '.join(TEXT_WRITERS)}, not as {written_as}")


def show_worked_query(name: str) -> None:
    """Print the text of a worked query as it is in its file.

    Raises
    ------
    InputError
        When there is no worked query of that name.
    """
    sys.stdout.write(text_of(worked_query(name)))


def _parameters_of(chosen: Question) -> str:
    return ", ".join(
        one.name if one.default is None else f"{one.name}={one.default}" for one in chosen.declared
    )
