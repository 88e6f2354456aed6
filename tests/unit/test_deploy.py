"""The files of deploy/ agree with the program.

Commands and options exist, settings are settings, nothing runs as root, and what the units, the compose file
and the manifest promise of addresses and tokens holds.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from smallcap.exit_codes import ExitCode
from smallcap.package_files import DAGSTER_YAML
from smallcap.pipelines.command.app import app
from smallcap.pipelines.web.group import GRACE_SECONDS
from smallcap.settings import Settings
from tests.paths import PROJECT_ROOT

DEPLOY = PROJECT_ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
CONTAINERFILE = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "night.yaml").read_text(encoding="utf-8")))
POSTGRES_YAML = DEPLOY / "container" / "dagster-postgres.yaml"
GROUP = typer.main.get_command(app)
SETTINGS = {f"SMALLCAP_{name.upper()}" for name in Settings.model_fields}
INSTALLED = "/opt/smallcap/bin/smallcap"
ROOTS = ("", "0", "root")
SERVICE = COMPOSE["services"]["smallcap"]
CRON_JOB = next(manifest for manifest in MANIFESTS if manifest["kind"] == "CronJob")["spec"]
POD = CRON_JOB["jobTemplate"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]


def lines_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def units(kind: str) -> list[Any]:
    """The units of a kind, as cases of a test."""
    return [pytest.param(path, id=path.stem) for path in UNITS if path.suffix == f".{kind}"]


def unit_values(path: Path, key: str) -> list[str]:
    """The values of a key of a unit, in order."""
    return [line.partition("=")[2] for line in lines_of(path) if line.startswith(f"{key}=")]


def files() -> list[Path]:
    """Every file of the folder that a person wrote."""
    return [path for path in sorted(DEPLOY.rglob("*")) if path.is_file() and path.suffix != ".lock"]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command that the files start: where it is, and its arguments."""
    for path in UNITS:
        for line in unit_values(path, "ExecStart"):
            program, *arguments = shlex.split(line)
            assert program == INSTALLED, path
            yield path.name, arguments
    for line in lines_of(DEPLOY / "cron" / "smallcap"):
        if found := re.search(rf"{INSTALLED} (.+?) >>", line):
            yield "cron", shlex.split(found[1])
    yield "Containerfile", yaml.safe_load(re.findall(r"^CMD (\[.*\])$", CONTAINERFILE, re.MULTILINE)[-1])
    yield "compose", SERVICE["command"]
    yield "kubernetes", CONTAINER["args"]
    for text in (CONTAINERFILE, SERVICE["healthcheck"]["test"][1]):
        yield "health check", shlex.split(re.findall(r"smallcap (health)\b", text)[0])


def test_commands_are_accepted_as_they_stand() -> None:
    found = list(commands())
    assert {arguments[0] for _, arguments in found} == {"serve", "night", "backup", "health"}
    for place, (name, *arguments) in found:
        try:
            GROUP.commands[name].make_context(name, arguments)  # type: ignore[attr-defined]
        except Exception as error:
            raise AssertionError(f"{place}: smallcap {name} {shlex.join(arguments)}: {error}") from error


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_variables_are_settings(path: Path) -> None:
    assert set(re.findall(r"\bSMALLCAP_\w+", path.read_text(encoding="utf-8"))) <= SETTINGS


def test_every_file_is_listed() -> None:
    listed = re.findall(r"`([\w./-]+)`", (DEPLOY / "README.md").read_text(encoding="utf-8"))
    for path in files():
        name = path.relative_to(DEPLOY).as_posix()
        assert name == "README.md" or any(name == one or name.startswith(one) for one in listed), name
    assert all((DEPLOY / one).exists() for one in listed if not one.startswith("make"))


# -- systemd --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.stem
)
def test_a_unit_runs_as_a_user_of_its_own_with_the_settings_of_the_environment_file(path: Path) -> None:
    assert unit_values(path, "User") == ["smallcap"]
    assert unit_values(path, "EnvironmentFile") == ["/etc/smallcap/smallcap.env"]
    assert unit_values(path, "ProtectSystem") == ["strict"]
    home = dict(line.split("=", 1) for line in lines_of(DEPLOY / "smallcap.env.example") if "=" in line)
    (state,) = unit_values(path, "StateDirectory")
    assert home["SMALLCAP_HOME"].startswith(f"/var/lib/{state}/")
    assert home["SMALLCAP_RATE_DIR"].startswith(f"/var/lib/{state}/")


def test_the_server_is_given_the_time_to_end_and_a_wrong_setting_does_not_start_it_again() -> None:
    path = DEPLOY / "systemd" / "smallcap.service"
    assert int(unit_values(path, "TimeoutStopSec")[0]) > GRACE_SECONDS
    assert unit_values(path, "SuccessExitStatus") == [str(ExitCode.TERMINATED.value)]
    assert unit_values(path, "RestartPreventExitStatus") == [str(ExitCode.INPUT.value)]
    night = DEPLOY / "systemd" / "smallcap-night.service"
    assert unit_values(night, "SuccessExitStatus") == [str(ExitCode.DEGRADED.value)]


@pytest.mark.parametrize(
    "path", [path for path in UNITS if path.suffix == ".timer"], ids=lambda path: path.stem
)
def test_a_timer_starts_a_unit_that_there_is_and_makes_up_for_a_machine_that_was_off(path: Path) -> None:
    (unit,) = unit_values(path, "Unit")
    assert (path.parent / unit).is_file()
    assert unit_values(path, "Persistent") == ["true"]


@pytest.mark.service
@pytest.mark.drill
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in UNITS:
        # The program is not installed there, and systemd insists that it exists.
        text = path.read_text(encoding="utf-8").replace(INSTALLED, shutil.which("true") or "/bin/true")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *(path.name for path in UNITS)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# -- containers -----------------------------------------------------------------------------------------


def test_the_image_holds_what_the_package_is_built_from_and_runs_without_root() -> None:
    lines = re.findall(r"^COPY (?!--)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    copied = {source for line in lines for source in line.split()}
    links = [path.resolve() for path in (PROJECT_ROOT / "smallcap").iterdir() if path.is_symlink()]
    assert {path.relative_to(PROJECT_ROOT).as_posix() for path in links} <= copied
    assert all((PROJECT_ROOT / source).exists() for source in copied)
    allowed = {line.removeprefix("!") for line in lines_of(PROJECT_ROOT / ".dockerignore") if line[:1] == "!"}
    assert allowed == copied
    (user,) = re.findall(r"^USER (\d+):\d+$", CONTAINERFILE, re.MULTILINE)
    assert user not in ROOTS
    assert f"--uid {user} " in CONTAINERFILE


def test_the_image_is_of_a_python_that_is_supported() -> None:
    assert set(re.findall(r"^FROM docker.io/library/python:(\S+?)-", CONTAINERFILE, re.MULTILINE)) == {"3.11"}


def test_the_compose_file_serves_other_addresses_with_a_token_and_named_hosts_only() -> None:
    variables = SERVICE["environment"]
    assert variables["SMALLCAP_BIND"] == "0.0.0.0"
    assert variables["SMALLCAP_UI_TOKEN"].startswith("${SMALLCAP_UI_TOKEN:?")
    assert variables["SMALLCAP_ALLOWED_HOSTS"] == "${SMALLCAP_ALLOWED_HOSTS:-localhost:3000}"
    assert all(port.startswith("127.0.0.1:") for port in SERVICE["ports"])
    assert SERVICE["user"].split(":")[0] not in ROOTS
    assert SERVICE["cap_drop"] == ["ALL"]
    assert int(SERVICE["stop_grace_period"].removesuffix("s")) > GRACE_SECONDS


def test_dagsters_records_are_in_the_database_of_the_compose_file() -> None:
    database = COMPOSE["services"]["postgres"]
    assert database["environment"]["POSTGRES_PASSWORD"].startswith("${POSTGRES_PASSWORD:?")
    assert "ports" not in database
    own = database["environment"]
    assert SERVICE["environment"]["DAGSTER_POSTGRES_URL"] == (
        f"postgresql://{own['POSTGRES_USER']}:${{POSTGRES_PASSWORD}}@postgres:5432/{own['POSTGRES_DB']}"
    )
    home = re.findall(r"SMALLCAP_HOME=(\S+)", CONTAINERFILE)[0]
    assert f"./{POSTGRES_YAML.name}:{home}/dagster/dagster.yaml:ro" in SERVICE["volumes"]


def test_dagsters_settings_for_postgresql_differ_from_those_of_a_home_in_the_storage_alone() -> None:
    documented = yaml.safe_load(POSTGRES_YAML.read_text(encoding="utf-8"))
    storage = documented.pop("storage")
    assert storage == {"postgres": {"postgres_url": {"env": "DAGSTER_POSTGRES_URL"}}}
    assert documented == yaml.safe_load(DAGSTER_YAML.read_text(encoding="utf-8"))


# -- Kubernetes -----------------------------------------------------------------------------------------


def test_the_cron_job_runs_one_night_at_a_time_without_root() -> None:
    assert CRON_JOB["concurrencyPolicy"] == "Forbid"
    assert CRON_JOB["timeZone"] == "America/New_York"
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert (
        str(POD["securityContext"]["runAsUser"]) == re.findall(r"^USER (\d+)", CONTAINERFILE, re.MULTILINE)[0]
    )
    assert POD["terminationGracePeriodSeconds"] > GRACE_SECONDS
    assert CONTAINER["securityContext"]["allowPrivilegeEscalation"] is False


def test_the_cron_job_keeps_its_home_on_the_claim() -> None:
    claims = {
        manifest["metadata"]["name"] for manifest in MANIFESTS if manifest["kind"] == "PersistentVolumeClaim"
    }
    volumes: dict[str, Any] = {volume["name"]: volume for volume in POD["volumes"]}
    mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in CONTAINER["volumeMounts"]}
    assert {mounts["/data"]["persistentVolumeClaim"]["claimName"]} == claims
    variables = {variable["name"]: variable["value"] for variable in CONTAINER["env"]}
    assert variables["SMALLCAP_HOME"].startswith("/data/")


def test_the_night_is_at_the_same_time_everywhere() -> None:
    assert CRON_JOB["schedule"] == "30 2 * * 2-6"
    night = next(line for line in lines_of(DEPLOY / "cron" / "smallcap") if " night " in line)
    assert night.startswith("30 2 * * 2-6 ")
    assert unit_values(DEPLOY / "systemd" / "smallcap-night.timer", "OnCalendar") == [
        "Tue..Sat 02:30 America/New_York"
    ]
