"""The attacks that the tests make: each has a name of its own in its class.

docs/security.md states how many there are of each class, and a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

CLASSES = (
    "foreign web pages",
    "DNS rebinding",
    "WebSockets",
    "access without the token",
    "SQL: reading and writing elsewhere",
    "SQL: state and resources",
    "terminal output",
    "pages and charts",
    "CSV formulas",
    "files, paths and archives",
    "keys",
    "permissions",
)
_NAMES: dict[str, list[str]] = {kind: [] for kind in CLASSES}


def attacks(kind: str, parameters: str, cases: Mapping[str, object]) -> pytest.MarkDecorator:
    """Parametrize a test with attacks of a class, and count them.

    Parameters
    ----------
    kind
        One of `CLASSES`.
    parameters
        The names of the test's parameters, as for `pytest.mark.parametrize`.
    cases
        The values of each attack by its name.
    """
    known = _NAMES[kind]
    repeated = [name for name in cases if name in known]
    assert not repeated, f"two attacks of the class '{kind}' are named {repeated}"
    known.extend(cases)
    return pytest.mark.parametrize(parameters, list(cases.values()), ids=list(cases))


def counts() -> dict[str, int]:
    """Count the attacks of the modules that were imported, by class."""
    return {kind: len(names) for kind, names in _NAMES.items()}
