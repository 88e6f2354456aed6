"""Which parts of the tests may import which: unit tests stand alone, and an oracle is independent."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import PROJECT_ROOT

TESTS = PROJECT_ROOT / "tests"
FOLDERS = sorted(path.name for path in TESTS.iterdir() if (path / "__init__.py").is_file())
OPEN_TO = {
    "unit": {"unit", "oracle", "standin"},
    "component": {"component", "unit", "oracle", "standin"},
}
"""By folder, what its tests may import of the others."""
ORACLES = sorted(
    path.stem for kind in ("pandas", "python") for path in (TESTS / "oracle").glob(f"*_{kind}.py")
)
FAST_ORACLES = sorted(path.stem for path in (TESTS / "oracle").glob("*_polars.py"))
SHARED_WITH_FAST_ORACLES = (
    "smallcap.rules",
    "smallcap.tables",
    "smallcap.lake",
    # The names of the columns that are read.
    "smallcap.finance.funnel.inputs.METRIC_COLUMNS",
)


def imports(path: Path) -> Iterator[str]:
    """Give every dotted name that a module imports, wherever in the module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("folder", OPEN_TO)
def test_tests_of_a_part_import_nothing_from_tests_of_more(folder: str) -> None:
    closed = tuple(f"tests.{name}." for name in FOLDERS if name not in OPEN_TO[folder])
    assert "tests.integration." in closed
    found = {
        (str(path.relative_to(TESTS)), name)
        for path in (TESTS / folder).rglob("*.py")
        for name in imports(path)
        if f"{name}.".startswith(closed)
    }
    assert found == set()


@pytest.mark.parametrize("name", ORACLES)
def test_an_oracle_shares_no_code_with_the_project(name: str) -> None:
    found = set(imports(TESTS / "oracle" / f"{name}.py"))
    own = {imported for imported in found if imported.startswith("tests.")}
    assert {".".join(imported.split(".")[:3]) for imported in own} <= {
        f"tests.oracle.{one}" for one in ORACLES
    }
    assert {imported.split(".")[0] for imported in found - own} - sys.stdlib_module_names <= {
        "numpy",
        "pandas",
        "scipy",
    }


@pytest.mark.parametrize("name", FAST_ORACLES)
def test_a_fast_oracle_shares_only_rule_sets_and_names_with_the_project(name: str) -> None:
    ours = {
        imported for imported in imports(TESTS / "oracle" / f"{name}.py") if imported.startswith("smallcap.")
    }
    assert {imported for imported in ours if not imported.startswith(SHARED_WITH_FAST_ORACLES)} == set()


def test_every_rule_set_with_an_oracle_is_found() -> None:
    assert {"experiment_pandas", "funnel_pandas", "metrics_pandas", "quality_pandas"} <= set(ORACLES)
    assert {"funnel_polars", "index_polars", "lenses_polars", "quality_polars"} <= set(FAST_ORACLES)
