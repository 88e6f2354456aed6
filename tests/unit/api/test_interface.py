"""What `import smallcap` offers: it loads no library, its types are those declared, its examples hold."""

from __future__ import annotations

import ast
import doctest
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import smallcap
from tests.paths import PROJECT_ROOT

MODULES = sorted({f"smallcap.{module}" for module in smallcap._MODULES.values() if module.startswith("api.")})
HEAVY = {
    "polars",
    "pandas",
    "pyarrow",
    "duckdb",
    "dagster",
    "narwhals",
    "numpy",
    "pydantic",
    "smallcap.settings",
}


def test_importing_the_package_loads_no_library():
    code = "import smallcap, sys; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "smallcap" in loaded
    assert HEAVY & set(loaded) == set()


def test_every_name_is_found_and_offered_for_completion():
    for name in smallcap.__all__:
        assert getattr(smallcap, name).__doc__, name
    assert set(smallcap.__all__) <= set(dir(smallcap))


def test_a_name_that_does_not_exist_is_no_attribute():
    with pytest.raises(AttributeError, match="no attribute 'scores'"):
        _ = smallcap.scores  # type: ignore[attr-defined]


def test_the_declared_names_are_those_that_are_looked_up():
    stub = ast.parse((Path(smallcap.__file__).with_suffix(".pyi")).read_text(encoding="utf-8"))
    declared = {
        alias.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert declared == {name: f"smallcap.{module}" for name, module in smallcap._MODULES.items()}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_docstrings_hold(name: str):
    found = doctest.DocTestFinder().find(importlib.import_module(name))
    # The examples that read a home run in tests/integration/test_python_interface.py.
    told = [test for test in found if test.examples and "home_folder" not in test.docstring]
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for test in told:
        assert runner.run(test).failed == 0


def test_every_function_on_own_frames_has_an_example():
    for name in ("score", "funnel", "regress", "point_in_time", "open_home"):
        assert ">>> " in getattr(smallcap, name).__doc__
