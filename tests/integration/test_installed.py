"""The built wheel in an environment of its own, away from the repository: it runs, checks, and merges into
another project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from smallcap.warehouse.row_checks import read_row_checks
from tests.once import made_once
from tests.paths import PROJECT_ROOT

pytestmark = pytest.mark.drill

COMPANIES = 60
USERS_PROJECT = '''
import dagster as dg
import assets
from smallcap.pipelines import definitions as smallcap

@dg.asset(
    deps=[dg.AssetKey(["publish", "warehouse"])],
    partitions_def=dg.DailyPartitionsDefinition("2025-01-01"),
)
def my_ranking(lake: dg.ResourceParam[str]) -> None:
    """Use what smallcap publishes."""

own = dg.Definitions(assets=[my_ranking, assets.mine], resources={"lake": "the user's own lake"})
defs = dg.Definitions.merge(smallcap.defs(), own)
'''
VALIDATE = """
import sys
import dagster as dg
sys.path.insert(0, sys.argv[1])
import my_definitions
dg.Definitions.validate_loadable(my_definitions.defs)
"""
USERS_ASSETS = '''
import dagster as dg

@dg.asset
def mine() -> None:
    """An asset of the user's own package `assets`."""
'''
COUNTS = """
import json
from smallcap.pipelines.definitions import defs
location = defs()
checks = [spec for check in location.asset_checks for spec in check.check_specs]
print(json.dumps({"assets": len(list(location.assets)), "checks": [spec.name for spec in checks]}))
"""


class Installed:
    """An environment with the wheel and its dependencies, and a folder to work in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bin = folder, folder / "venv" / "bin"

    def run(self, *command: object, **settings: object) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment from a folder that is not the repository."""
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SMALLCAP_") and name != "PYTHONPATH"
        }
        variables = {"XDG_DATA_HOME": str(self.folder / "data"), "SMALLCAP_SAMPLE_COMPANIES": str(COMPANIES)}
        given = {f"SMALLCAP_{name.upper()}": str(value) for name, value in settings.items()}
        program, *arguments = map(str, command)
        work = self.folder / "work"
        work.mkdir(exist_ok=True)
        return subprocess.run(
            [self.bin / program, *arguments],
            cwd=work,
            env={**own, **variables, **given},
            capture_output=True,
            text=True,
            timeout=600,
        )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Installed:
    return Installed(made_once(tmp_path_factory, worker_id, "installed", _install))


def _install(folder: Path) -> Path:
    wheels, venv = folder / "wheels", folder / "venv"
    source = folder / "source"
    _copy_tracked_files(source)
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        wheels,
        source,
    ]
    subprocess.run(build, check=True, capture_output=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True, capture_output=True)
    packages = next((venv / "lib").glob("python*")) / "site-packages"
    # The dependencies are those of this environment; a path file inside a path file is not followed, so its
    # own smallcap is not found.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    into = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        venv,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        *wheels.glob("*.whl"),
    ]
    subprocess.run(into, check=True, capture_output=True)
    return folder


def _copy_tracked_files(target: Path) -> None:
    """Check the tracked files out, as they are in the working tree, with their links."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT_ROOT, check=True, capture_output=True, text=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        source, path = PROJECT_ROOT / name, target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink():
            path.symlink_to(os.readlink(source))
        elif source.is_file():
            path.write_bytes(source.read_bytes())


def test_the_wheel_brings_one_package_with_its_questions_and_rule_sets(installed: Installed):
    names = zipfile.ZipFile(next((installed.folder / "wheels").glob("*.whl"))).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"smallcap"}
    for folder, ending in (
        ("sql/checks", "sql"),
        ("sql/views", "sql"),
        ("sql/queries", "sql"),
        ("sql/report", "sql"),
        ("sql/terminal", "sql"),
        ("sql/catalogue", "sql"),
    ):
        ours = {f"smallcap/{folder}/{path.name}" for path in (PROJECT_ROOT / folder).glob(f"*.{ending}")}
        assert ours
        assert ours <= set(names)
    rules = {
        f"smallcap/reference/{path.name}"
        for path in (PROJECT_ROOT / "data" / "reference").iterdir()
        if path.is_file()
    }
    assert rules <= set(names)
    assert {"smallcap/py.typed", "smallcap/dagster.yaml", "smallcap/reports/page/style.css"} <= set(names)


def test_a_run_publishes_into_the_users_data_folder_and_answers(installed: Installed):
    done = installed.run("smallcap", "run")
    assert done.returncode == 0, done.stderr
    home = installed.folder / "data" / "smallcap" / "home"
    assert (home / "warehouse" / "warehouse.duckdb").is_file()
    assert str(home) in installed.run("smallcap", "status").stdout
    answer = installed.run(
        "smallcap", "sql", "SELECT count(*) AS members FROM marts.latest_quality", "--format", "json"
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)[0]["members"] >= 0
    listed = installed.run("smallcap", "sql", "--list")
    assert all(path.stem in listed.stdout for path in (PROJECT_ROOT / "sql" / "queries").glob("*.sql"))


def test_every_check_is_there(installed: Installed):
    counted = installed.run("python", "-c", COUNTS)
    assert counted.returncode == 0, counted.stderr
    found = json.loads(counted.stdout)["checks"]
    assert {check.name for check in read_row_checks(PROJECT_ROOT / "sql" / "checks")} <= set(found)
    of_kind = list((PROJECT_ROOT / "sql" / "checks").glob("*.no_look_ahead.sql"))
    assert found.count("no_look_ahead") == len(of_kind) >= 3


def test_the_location_merges_into_a_project_with_a_package_named_assets(installed: Installed):
    project = installed.folder / "project"
    (project / "assets").mkdir(parents=True, exist_ok=True)
    (project / "assets" / "__init__.py").write_text(USERS_ASSETS)
    (project / "my_definitions.py").write_text(USERS_PROJECT)
    validated = installed.run("python", "-c", VALIDATE, project)
    assert validated.returncode == 0, validated.stderr + validated.stdout


def test_a_broken_default_home_does_not_break_a_run_in_another(installed: Installed):
    broken = installed.folder / "broken"
    broken.write_text("a file, not a folder")
    done = installed.run(
        "smallcap", "run", "--home", installed.folder / "good", home=broken / "below", is_report_written=False
    )
    assert done.returncode == 0, done.stderr
