"""The home's own Dagster instance: its configuration, and what to do where Dagster cannot use it."""

from __future__ import annotations

import shutil

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from smallcap.errors import InputError
from smallcap.package_files import DAGSTER_YAML
from smallcap.private_files import make_private
from smallcap.settings import Settings

# Dagster captures what a step writes by redirecting the process's own standard output and error to files that
# other processes follow. A run of the command has a terminal, or what the caller redirected; a bar cannot be
# drawn through such a file, and Ctrl-C reaches those other processes too. Runs that the UI starts are
# captured as always.
UNCAPTURED = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}
DATABASE_ERRORS = ("DatabaseError", "OperationalError")
"""Classes of errors of Dagster's database: it is damaged; it cannot be opened or written."""
_UNWRITABLE = ("disk is full", "disk I/O error", "readonly database")
"""What SQLite says where the disk is at fault."""


def open_instance(settings: Settings, *, is_captured: bool = True) -> dg.DagsterInstance:
    """Open the home's own Dagster instance, with the home's dagster.yaml.

    A home without one is given the project's; what a person changed in it stays.

    Parameters
    ----------
    settings
        The settings.
    is_captured
        Whether Dagster captures what steps write to standard output and error.

    Raises
    ------
    InputError
        When the home cannot be written to, or Dagster refuses its dagster.yaml.
    """
    configuration = settings.dagster_dir / DAGSTER_YAML.name
    if configuration.is_symlink() and not configuration.exists():
        raise InputError(
            f"{configuration} is a link to {configuration.readlink()}, which does not exist. Restore that "
            f"file, or remove the link: the next command then writes a {DAGSTER_YAML.name} of its own"
        )
    try:
        make_private(settings.dagster_dir)
        if not configuration.exists():
            shutil.copyfile(DAGSTER_YAML, configuration)
    except OSError as error:
        raise InputError(
            f"the home {settings.home} cannot be written to ({error.strerror}); choose another "
            f"with --home or SMALLCAP_HOME"
        ) from None
    overrides = None if is_captured else UNCAPTURED
    try:
        return dg.DagsterInstance.from_ref(
            InstanceRef.from_dir(str(settings.dagster_dir), overrides=overrides)
        )
    # Dagster, its parser of YAML and its database raise errors of many classes.
    except Exception as error:
        raise unusable(settings, error) from None


def unusable(settings: Settings, error: BaseException) -> InputError:
    """Say that Dagster's folder in a home cannot be used, and what to do."""
    reason = str(error).partition("[SQL")[0].partition("(Background")[0]
    if any(words in reason for words in _UNWRITABLE):
        return InputError(
            f"Dagster cannot write to {settings.dagster_dir} ({' '.join(reason.split())}); check the space "
            f"and the permissions there, and run again; what was published is still served"
        )
    return InputError(
        f"Dagster cannot use {settings.dagster_dir} ({' '.join(reason.split())}). Correct its "
        f"{DAGSTER_YAML.name}, or run 'smallcap doctor --repair', which moves a damaged database aside, or "
        f"remove the folder: it holds Dagster's history of runs only, and the next command makes it again"
    )
