"""Every module that reads bytes or text from outside is fuzzed, or its input comes from this project."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.paths import PROJECT_ROOT
from tests.security.fuzz.readers import NOT_FROM_OUTSIDE, READ_BY, READERS

FOLDERS = ("smallcap", "pipelines")
READING = {
    *("read_bytes", "read_text", "open", "fdopen", "open_file", "memory_map", "loads", "load", "parse_json"),
    *("parse_toml", "read_csv", "read_parquet", "read_parquet_schema", "scan_parquet", "read_ipc_stream"),
    *("read_excel", "ParquetFile", "ZipFile", "decompress", "decompressobj", "reader", "DictReader"),
    *("DeltaTable", "from_pandas", "safe_load", "decode", "iterparse", "Settings"),
}
"""Names of functions and methods that read or parse."""
ATTACHES = "ATTACH {"


def modules() -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((PROJECT_ROOT / folder).rglob("*.py")):
            if not any(part.is_symlink() for part in path.parents):
                yield path.relative_to(PROJECT_ROOT).as_posix(), path


def reads(path: Path) -> bool:
    """Whether a module calls a function that reads, or attaches a database."""
    text = path.read_text(encoding="utf-8")
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    }
    return bool(called & READING) or ATTACHES in text


def test_every_module_that_reads_is_fuzzed_or_says_why_not() -> None:
    found = {name for name, path in modules() if reads(path)}
    assert found == set(READ_BY) | set(NOT_FROM_OUTSIDE)


def test_every_module_names_a_reader_that_exists() -> None:
    assert set(READ_BY.values()) <= set(READERS)
    assert not set(READ_BY) & set(NOT_FROM_OUTSIDE)
    assert all((PROJECT_ROOT / name).is_file() for name in (*READ_BY, *NOT_FROM_OUTSIDE))
