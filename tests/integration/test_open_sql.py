"""`smallcap open sql` with the real command-line client of DuckDB, in an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import COMMAND, environment, published

pytestmark = [pytest.mark.service, pytest.mark.drill]
CLIENT = "duckdb-cli==1.5.6"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the client's program."""
    folder = tmp_path_factory.mktemp("client")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
    install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", CLIENT]
    if subprocess.run(install, capture_output=True, check=False, timeout=300).returncode:
        pytest.skip(f"no package index has {CLIENT}")
    return folder / "bin"


def test_the_client_reads_names_without_their_layer_and_writes_nothing(client: Path, small_home: Path):
    def typed(text: str) -> subprocess.CompletedProcess[str]:
        """Type into `smallcap open sql`."""
        variables = environment(home=small_home)
        variables["PATH"] = f"{client}{os.pathsep}{variables['PATH']}"
        return subprocess.run(
            [str(COMMAND), "open", "sql"], input=text, env=variables, capture_output=True, text=True
        )

    answered = typed(".mode csv\nSELECT count(*) AS n FROM latest_quality;\nSELECT count(*) FROM members;\n")
    assert answered.returncode == 0, answered.stderr
    expected = published(
        small_home, "SELECT (SELECT count(*) FROM marts.latest_quality), (SELECT count(*) FROM core.members)"
    )
    assert [line for line in answered.stdout.split() if line.isdigit()] == [
        str(count) for count in expected.iloc[0]
    ]
    refused = typed("CREATE TABLE main.mine (one INTEGER);\n")
    assert refused.returncode == 1
    assert "read-only mode" in refused.stderr
    assert "its last statement failed" in refused.stderr
