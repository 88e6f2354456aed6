"""The two files that say how statements are read from XBRL facts, read as one object."""

from __future__ import annotations

from smallcap.errors import InputError
from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.concepts import (
    CONCEPTS_FILE,
    REFERENCE,
    STATEMENTS_FILE,
    Concept,
    Concepts,
    StatementRules,
)


def read_concepts(reference_dir: ReferenceDir) -> Concepts:
    """Read the concepts and the rules of statements; raises as `read_rows` and `read_rules` do.

    Raises
    ------
    InputError
        Also when a row refers to an item that the file does not have, or to itself.
    """
    rows = read_rows(reference_dir, CONCEPTS_FILE, Concept)
    items = {row.item for row in rows}
    for row in rows:
        named = row.tag.removeprefix(REFERENCE)
        if row.tag.startswith(REFERENCE) and (named not in items or _leads_back(named, row.item, rows)):
            problem = "refers to itself" if named in items else f"refers to '{named}', which has no row"
            raise InputError(f"rule set {reference_dir / CONCEPTS_FILE}: item '{row.item}' {problem}")
    return Concepts(rows, read_rules(reference_dir, STATEMENTS_FILE, StatementRules))


def _leads_back(start: str, target: str, rows: tuple[Concept, ...]) -> bool:
    """Whether the references of an item lead to another, in any number of steps."""
    seen, waiting = set[str](), [start]
    while waiting:
        item = waiting.pop()
        if item == target:
            return True
        if item not in seen:
            seen.add(item)
            waiting += [
                row.tag.removeprefix(REFERENCE)
                for row in rows
                if row.item == item and row.tag.startswith(REFERENCE)
            ]
    return False
