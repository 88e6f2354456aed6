"""A run with nothing to make: what it loads."""

from __future__ import annotations

import subprocess
import sys

LIBRARIES = ("dagster", "dataframely", "deltalake", "pandas", "polars", "pyarrow")


def test_it_loads_neither_dagster_nor_the_libraries_that_compute() -> None:
    modules = ("command.again", "command.making", "logged")
    imports = ", ".join(f"smallcap.pipelines.{name}" for name in modules)
    code = f"import sys, {imports}; print(sorted({{*{LIBRARIES}}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
