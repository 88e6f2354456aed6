"""SQL is written in .sql files: Python holds only statements that it generates from schemas and names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import PROJECT_ROOT

FOLDERS = ("smallcap", "pipelines", "assets")
GENERATES = {
    "pipelines/command/describing.py": "a query to begin with, of any table",
    "smallcap/fleet/view.py": "views over the homes of a fleet, from the schemas",
    "smallcap/tables/macros.py": "the macros, from the registry",
    "smallcap/warehouse/catalogue.py": "rows of the meta tables, from a frame",
    "smallcap/warehouse/contents.py": "reading of a meta table of the registry",
    "smallcap/warehouse/portable.py": "copies of all tables",
    "smallcap/warehouse/reading.py": "reading of every table to find damage",
    "smallcap/warehouse/row_checks.py": "the frame around a check, and views over files",
    "smallcap/warehouse/unqualified.py": "the views in schema main, from the catalogue's own names",
    "smallcap/warehouse/views.py": "the views, from the schemas",
    "smallcap/warehouse/diff/pairs.py": "comparison of any table",
    "smallcap/warehouse/diff/unequal.py": "comparison of any table",
}
"""Modules that generate SQL, and what. A fixed question is a file in sql/ instead."""
WORDS = re.compile(r"\b(SELECT|FROM|WITH)\b")
SELECT = re.compile(r"\b(SELECT\b.*\bFROM|SELECT \S+$)|^\s*(WITH|FROM)\b.*\b(SELECT|JOIN|WHERE)\b", re.DOTALL)


def modules() -> list[Path]:
    found = {path.resolve() for folder in FOLDERS for path in (PROJECT_ROOT / folder).rglob("*.py")}
    return sorted(found)


def texts(path: Path) -> Iterator[str]:
    """Every string of a module but its docstrings; of an f-string its fixed parts, joined."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
            yield "".join(map(str, parts))


def has_sql(path: Path) -> bool:
    # Most modules have none of the words, and need no parsing.
    return bool(WORDS.search(path.read_text(encoding="utf-8"))) and any(map(SELECT.search, texts(path)))


def test_only_these_modules_hold_sql() -> None:
    found = {str(path.relative_to(PROJECT_ROOT)) for path in modules() if has_sql(path)}
    assert found == set(GENERATES)


def test_every_module_is_looked_at() -> None:
    assert len(modules()) > 250


@pytest.mark.parametrize(
    "code",
    [
        "Q = 'SELECT a FROM b'",
        'Q = """\nSELECT a\nFROM b\n"""',
        "q = f'SELECT {a} FROM {b}'",
        "Q = 'FROM b WHERE c'",
    ],
)
def test_a_question_in_python_is_found(tmp_path: Path, code: str) -> None:
    file = tmp_path / "module.py"
    file.write_text(code, encoding="utf-8")
    assert has_sql(file)
