"""Quoting of names and text for SQL; everything that enters a statement as text passes through here."""

from __future__ import annotations

from collections.abc import Iterable


def quote_name(name: str) -> str:
    """Quote an identifier; a dotted table name is quoted part by part with `quote_table`."""
    return '"' + name.replace('"', '""') + '"'


def quote_names(names: Iterable[str]) -> str:
    """Write a list of identifiers, for a SELECT or a GROUP BY."""
    return ", ".join(quote_name(name) for name in names)


def quote_table(name: str) -> str:
    """Quote ``schema.table``."""
    return ".".join(quote_name(part) for part in name.split(".", maxsplit=1))


def quote_text(text: object) -> str:
    """Quote a string literal."""
    return "'" + str(text).replace("'", "''") + "'"


def quote_list(texts: Iterable[object]) -> str:
    """Write a list of string literals."""
    return "[" + ", ".join(quote_text(text) for text in texts) + "]"
