"""Questions of all homes together: the files of ``sql/fleet``, asked of ``fleet.duckdb``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from smallcap.errors import InputError, SmallcapError
from smallcap.fleet.view import require_view
from smallcap.package_files import SQL_DIR
from smallcap.questions.files import Question, read_question
from smallcap.warehouse.reading import connect, require_readable

if TYPE_CHECKING:
    import polars as pl

FOLDER = SQL_DIR / "fleet"


def fleet_questions() -> dict[str, Question]:
    """Read the questions that a person can ask by name: those without parameters."""
    found = (read_question(path) for path in sorted(FOLDER.glob("*.sql")))
    return {question.name: question for question in found if not question.parameters}


def fleet_question(name: str) -> Question:
    """Find a question by its name.

    Raises
    ------
    InputError
        When there is none; the message lists them.
    """
    known = fleet_questions()
    if name not in known:
        raise InputError(f"there is no question '{name}' of a fleet; there are: {', '.join(known)}")
    return known[name]


def ask(root: Path, name: str, **parameters: object) -> pl.DataFrame:
    """Ask a question of what the homes below a root serve, as ``fleet.duckdb`` has them.

    Raises
    ------
    NothingPublishedError
        When there is no ``fleet.duckdb``.
    MissingFilesError
        When a home removed files since it was written: write it again.
    """
    path = require_view(root)
    try:
        with connect(path) as connection:
            asked = read_question(FOLDER / f"{name}.sql")
            found: pl.DataFrame = connection.sql(asked.sql, params=parameters).pl()
            return found
    except duckdb.Error as error:
        require_readable(path)
        raise SmallcapError(f"{error}; write {path} again by 'smallcap fleet view'") from error
