"""The notebook of examples/ runs from its first cell to its picture, on a home of the sample universe."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.paths import PROJECT_ROOT

NOTEBOOK = PROJECT_ROOT / "examples" / "first_picture.py"


@pytest.mark.drill
def test_the_notebook_draws_what_is_published(small_home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SMALLCAP_HOME", str(small_home))
    _, defined = runpy.run_path(str(NOTEBOOK))["app"].run()
    drawn = defined["chart"].to_dict()
    (rows,) = drawn["datasets"].values()
    assert {row["ticker"] for row in rows} == set(defined["scored"]["ticker"])
    assert {row["quintile"] for row in rows} == {1, 2, 3, 4, 5}
    assert defined["company"].symbol == defined["best"]
    assert defined["sectors"].height > 1
    # More debt for all changes scores, but nobody's reason to be without one for want of data.
    missing = defined["quality"]["exclusion_reason"].str.starts_with("missing").sum()
    assert defined["rescored"]["exclusion_reason"].str.startswith("missing").sum() == missing
