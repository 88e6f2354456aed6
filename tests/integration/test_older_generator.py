"""A home that an older generator of the sample made: the run is refused, what was published is still served,
and the command of the message makes the home again.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from smallcap.exit_codes import ExitCode
from smallcap.home_record import write_record
from tests.command_line import COMMAND, environment, must_succeed, published, smallcap

pytestmark = pytest.mark.drill
DATES = "SELECT DISTINCT year(as_of) AS year FROM core.members ORDER BY 1"


def test_an_older_home_is_refused_with_the_command_that_makes_it_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    must_succeed("backfill", "--from", 2024, "--to", 2025, "--home", home, sample_companies=60)
    record = (home / "home.toml").read_text().splitlines(keepends=True)
    write_record(home, "".join(line for line in record if "sample_generator" not in line))
    refused = smallcap("run", "--home", home)
    assert refused.returncode == ExitCode.INPUT
    assert published(home, DATES)["year"].to_list() == [2024, 2025]
    command = " ".join(refused.stderr.split()).partition("beside this one: ")[2]
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(["sh", "-c", command], env={**environment(), "PATH": path}, check=True, timeout=600)
    (beside,) = tmp_path.glob("home-generator-*")
    assert published(beside, DATES)["year"].to_list() == [2024, 2025]
