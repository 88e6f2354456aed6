"""The worked queries of sql/queries: each answers the question in its first line. Nothing is run here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import InputError


@dataclass(frozen=True)
class WorkedQuery:
    """A worked query: its name, the question that it answers, and its text."""

    name: str
    question: str
    sql: str


def worked_queries(folder: Path) -> list[WorkedQuery]:
    """Read the worked queries of a folder, sorted by name."""
    queries = []
    for path in sorted(folder.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        queries.append(WorkedQuery(path.stem, text.splitlines()[0].removeprefix("--").strip(), text))
    return queries


def worked_query(folder: Path, name: str) -> WorkedQuery:
    """Find a worked query by its name.

    Raises
    ------
    InputError
        When there is none of that name; the message lists those there are.
    """
    queries = {query.name: query for query in worked_queries(folder)}
    if name not in queries:
        raise InputError(f"there is no worked query '{name}'; they are: {', '.join(queries)}")
    return queries[name]
