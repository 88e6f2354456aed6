"""Questions as files: each is one SELECT in a .sql file, whose first line is the question in words.

The lines after it may declare parameters (`parameters`), which the worked queries of users do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from smallcap.package_files import SQL_DIR
from smallcap.questions.parameters import Parameter, read_parameters, without_declarations

FOLDERS = ("report", "terminal")
"""Folders of `SQL_DIR`. A name occurs once in all of them, because terminal and report share questions."""

_PARAMETER = re.compile(r"\$([a-z_][a-z0-9_]*)")


@dataclass(frozen=True)
class Question:
    """A question of the published warehouse.

    Attributes
    ----------
    name
        The name of its file.
    words
        The question in words.
    sql
        The SELECT, without the line of words and the declared parameters.
    parameters
        Names of its parameters, ``$name`` in the SELECT.
    declared
        What its header says of them; nothing for a question of the program itself.
    """

    name: str
    words: str
    sql: str
    parameters: frozenset[str]
    declared: tuple[Parameter, ...] = ()


def question(name: str) -> Question:
    """Find a question by its name.

    Raises
    ------
    KeyError
        When there is no file of that name.
    """
    return questions()[name]


@cache
def questions() -> dict[str, Question]:
    """Read every question, by name.

    Raises
    ------
    ValueError
        When two files have one name, or a file does not begin with its question in words.
    """
    found: dict[str, Question] = {}
    for path in sorted(path for folder in FOLDERS for path in (SQL_DIR / folder).glob("*.sql")):
        if path.stem in found:
            raise ValueError(f"{path}: there is another question named {path.stem}; ask that one")
        found[path.stem] = read_question(path)
    return found


def read_question(path: Path) -> Question:
    """Read one question.

    Raises
    ------
    ValueError
        When the file does not begin with its question in words, or a declared parameter is wrong.
    """
    words, _, rest = path.read_text(encoding="utf-8").partition("\n")
    if not words.startswith("-- ") or "?" not in words:
        raise ValueError(f"{path}: the first line must be a comment that is the question in words")
    sql = without_declarations(rest)
    used = frozenset(_PARAMETER.findall(sql))
    return Question(path.stem, words.removeprefix("-- "), sql, used, read_parameters(path, rest, used))
