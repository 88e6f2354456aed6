"""The worked queries of sql/queries, which a person runs by name. Nothing is run here."""

from __future__ import annotations

import difflib

from smallcap.errors import InputError
from smallcap.package_files import SQL_DIR
from smallcap.questions.files import Question, read_question

FOLDER = SQL_DIR / "queries"


def worked_queries() -> dict[str, Question]:
    """Read the worked queries, by name and sorted by it."""
    return {path.stem: read_question(path) for path in sorted(FOLDER.glob("*.sql"))}


def worked_query(name: str) -> Question:
    """Find a worked query by its name.

    Raises
    ------
    InputError
        When there is none of that name; the message names the nearest, else all.
    """
    queries = worked_queries()
    if name not in queries:
        near = difflib.get_close_matches(name.lower().replace("-", "_"), list(queries))
        told = f"nearest: {', '.join(near)}; --list shows all" if near else f"they are: {', '.join(queries)}"
        raise InputError(f"there is no worked query '{name}'; {told}")
    return queries[name]


def text_of(query: Question) -> str:
    """Return the text of a worked query's file: the question, its parameters and the SELECT."""
    return (FOLDER / f"{query.name}.sql").read_text(encoding="utf-8")
