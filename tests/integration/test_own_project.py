"""A Dagster project of a user's own, which merges our location and reads what is published."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import environment, published
from tests.paths import PROJECT_ROOT

PAGE = PROJECT_ROOT / "docs" / "operations.md"
READS = """
    from smallcap import open_home

    with open_home() as home:
        best = home.sql("SELECT ticker FROM latest_quality ORDER BY score DESC, ticker LIMIT 5")
    with open("ranking.txt", "w") as file:
        file.write(" ".join(best["ticker"]))
"""


def project() -> str:
    """The project of the page, whose asset writes the best names into a file."""
    section = PAGE.read_text(encoding="utf-8").split("## In your own Dagster project")[1]
    block = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert block is not None
    written, count = re.subn(r'( {4}"""Read the warehouse .*\n)', rf"\1{READS}", block[1])
    assert count == 1
    return written


def dagster(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Dagster's own command in the folder of the project."""
    (folder / "dagster_home").mkdir(exist_ok=True)
    return subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), *arguments, "-f", "project.py"],
        cwd=folder,
        env=environment(home=home) | {"DAGSTER_HOME": str(folder / "dagster_home")},
        capture_output=True,
        text=True,
    )


@pytest.mark.drill
def test_an_asset_of_ones_own_is_made_from_what_is_published(small_home: Path, tmp_path: Path):
    (tmp_path / "project.py").write_text(project(), encoding="utf-8")
    listed = dagster(tmp_path, small_home, "asset", "list", "--select", "my_ranking+")
    assert listed.stdout.split() == ["my_ranking"], listed.stderr
    made = dagster(tmp_path, small_home, "asset", "materialize", "--select", "my_ranking")
    assert made.returncode == 0, made.stderr
    best = published(
        small_home, "SELECT ticker FROM marts.latest_quality ORDER BY score DESC, ticker LIMIT 5"
    )
    assert (tmp_path / "ranking.txt").read_text(encoding="utf-8").split() == best["ticker"].tolist()
