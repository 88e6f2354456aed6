"""The settings of a command's home, and its catalogue, which must point to where the home is."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from smallcap.errors import InputError, NothingPublishedError
from smallcap.pipelines.command.options import ERR


def settings_of(**given: object) -> Any:
    """Read the settings, with the arguments that were given; pydantic is loaded only now."""
    from smallcap.settings import load_settings

    return load_settings(**given)


def served(home: Path | None) -> Any:
    """Return the settings of a home whose catalogue points into it, also when the home was moved.

    Raises
    ------
    NothingPublishedError
        When nothing was published yet; the message has the command that does it.
    InputError
        When the home is a file.
    """
    from smallcap.warehouse import is_home_current

    settings = settings_of(home=home)
    serve_again_if_damaged(settings)
    require_published(settings)
    return settings if is_home_current(settings.warehouse_dir, settings.home) else pointed_to_home(settings)


def require_published(settings: Any) -> None:
    """Check that there is a catalogue. Raises what `served` raises."""
    from smallcap.hints import command_hint
    from smallcap.warehouse.reading import served_path

    try:
        served_path(settings.warehouse_dir)
    except NothingPublishedError:
        if settings.home.exists() and not settings.home.is_dir():
            raise InputError(f"{settings.home} is a file; --home names the folder of a home") from None
        raise NothingPublishedError(
            f"nothing is published in {settings.home} yet; make it with: {command_hint(settings, 'run')}"
        ) from None


def serve_again_if_damaged(settings: Any) -> None:
    """Repair the catalogue of a home where it is damaged; what was served is needed now."""
    from smallcap.warehouse.reading import CATALOGUE_FILE, is_damaged

    path = settings.warehouse_dir / CATALOGUE_FILE
    # A folder that this user may not look into is explained where the catalogue is read.
    if os.path.exists(path) and is_damaged(path):
        from smallcap.pipelines.command.repair import repair_served

        repair_served(settings, ERR)


def pointed_to_home(settings: Any) -> Any:
    """Return settings whose catalogue reads the files of the home where it is now.

    Where the home cannot be written to, that is a copy of the catalogue, which ends with the command.
    """
    if os.access(settings.warehouse_dir, os.W_OK):
        point_to_home(settings)
        return settings
    from smallcap.package_files import SQL_DIR
    from smallcap.warehouse.relocate import copy_for_reading

    folder = Path(tempfile.mkdtemp(prefix="smallcap-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copy_for_reading(settings.warehouse_dir, settings.home, SQL_DIR / "views", folder)
    return settings.with_catalogue_in(folder)


def point_to_home(settings: Any) -> None:
    """Point the views of the served catalogue to where the home is now."""
    from smallcap.package_files import SQL_DIR
    from smallcap.warehouse import ensure_home

    ensure_home(settings.warehouse_dir, settings.home, SQL_DIR / "views")
