"""The settings that a home records in its ``home.toml``, read for the next command."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from smallcap.home_record import RECORD, read_record
from smallcap.paths import usable_path


def recorded_settings(home: Path, names: Collection[str], project: Path) -> dict[str, object]:
    """Return what a home records; nothing where it does not exist yet.

    Parameters
    ----------
    home
        The home.
    names
        The settings that are taken over.
    project
        The folder in which a relative input folder of an earlier release may be.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    recorded = read_record(home) or {}
    if "input" in recorded:
        recorded["input"] = _input_folder(str(recorded["input"]), project, home / RECORD)
    return {name: value for name, value in recorded.items() if name in names}


def _input_folder(text: str, project: Path, record: Path) -> Path:
    """Find the input folder that a home records.

    Earlier releases recorded it as it was typed, so perhaps relative, and not to which folder. Where neither
    the current folder nor the project has it, it stays relative: `open_source` refuses that, other commands
    do without it.
    """
    folder = usable_path(Path(text), f"the input folder that {record} records", "Correct it there")
    if folder.is_absolute():
        return folder
    return next((place / folder for place in (Path.cwd(), project) if (place / folder).is_dir()), folder)
