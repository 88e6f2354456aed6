"""docs/security.md states how many attacks of each class the tests make."""

from __future__ import annotations

import importlib
import re

from tests.attacks import CLASSES, counts
from tests.paths import PROJECT_ROOT

ELSEWHERE = (
    "tests.integration.test_warehouse_limits",
    "tests.component.pipelines.test_consoles",
    "tests.unit.reports.test_page",
    "tests.unit.reports.test_svg",
)
"""Modules outside of this folder that make attacks, beside the tests of what they attack."""
LEAST = 100


def made() -> dict[str, int]:
    """Import every module that makes attacks, and count them."""
    here = sorted(path.stem for path in (PROJECT_ROOT / "tests" / "security").glob("test_*.py"))
    for name in (*(f"tests.security.{stem}" for stem in here), *ELSEWHERE):
        importlib.import_module(name)
    return counts()


def test_the_page_states_the_number_of_attacks_by_class() -> None:
    page = (PROJECT_ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+) \| .*\|$", page, flags=re.MULTILINE)
    found = made()
    assert [(kind, int(number)) for kind, number in rows] == [*found.items(), ("all", sum(found.values()))]


def test_there_are_enough_of_every_class() -> None:
    found = made()
    assert sum(found.values()) >= LEAST
    assert {kind for kind, number in found.items() if number < len(CLASSES) // 2} == set()


def test_every_module_with_attacks_is_counted() -> None:
    using = {
        ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts)
        for path in (PROJECT_ROOT / "tests").rglob("test_*.py")
        if "import attacks\n" in path.read_text(encoding="utf-8")
    }
    assert {name for name in using if not name.startswith("tests.security.")} == set(ELSEWHERE)
