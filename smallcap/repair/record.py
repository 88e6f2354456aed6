"""Repairing a damaged home.toml: its copy beside the tables takes its place."""

from __future__ import annotations

from pathlib import Path

from smallcap.errors import InputError
from smallcap.home_record import COPY, RECORD, check_record, write_record
from smallcap.repair.aside import move_aside
from smallcap.settings import require_allowed_record


def damage_of_record(home: Path) -> str | None:
    """Say what is wrong with the record of a home; None where it can be read, or there is none."""
    try:
        require_allowed_record(home)
    except InputError as error:
        return str(error).partition(". Correct it")[0]
    return None


def repair_record(home: Path) -> None:
    """Put the copy of the record in the place of the damaged one, which is kept aside.

    Raises
    ------
    InputError
        When there is no copy, as in a home of an earlier release, or it is damaged too.
    """
    try:
        text = (home / COPY).read_text(encoding="utf-8")
        check_record(text)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{home / COPY}, the copy of {home / RECORD}, cannot be read ({error}). Write into {RECORD} the "
            f"settings that the home was made with (preset, limit, index_name, sample_companies, "
            f"sample_seed, input), or move it away and name them to the next run"
        ) from None
    if (home / RECORD).exists():
        move_aside(home / RECORD)
    write_record(home, text)
