"""What the commands share: the two consoles, common options, and the settings made from arguments."""

from __future__ import annotations

import atexit
import datetime as dt
import os
import shutil
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from smallcap.errors import InputError, NothingPublishedError
from smallcap.paths import usable_path
from smallcap.pipelines.command.completing_from_home import dates
from smallcap.pipelines.command.consoles import SafeConsole

UNLIMITED = 1_000_000_000
"""Columns of a pipe or file: what is not shown in a terminal is never broken, shortened or left out."""
OUT = SafeConsole(width=None if sys.stdout.isatty() else UNLIMITED)
ERR = SafeConsole(stderr=True)


class Format(StrEnum):
    """How `sql` writes its result."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"
    markdown = "markdown"
    parquet = "parquet"


class ScreenFormat(StrEnum):
    """How `screen` writes its result."""

    table = "table"
    csv = "csv"
    json = "json"


class RowFormat(StrEnum):
    """How `compare`, `tables` and `describe` write their result."""

    table = "table"
    csv = "csv"
    json = "json"
    markdown = "markdown"


class ListFormat(StrEnum):
    """How `explain-filing` writes its result."""

    table = "table"
    json = "json"


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder that holds everything a run makes. [default: see config]", show_default=False
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="The date asked about, YYYY-MM-DD. [default: the latest]",
        show_default=False,
        autocompletion=dates,
    ),
]
PresetOption = Annotated[
    str | None,
    typer.Option(
        help="Where data come from: sample, files (a folder; needs --input) or xfinlink (a key).",
        show_default=False,
    ),
]
InputOption = Annotated[
    Path | None, typer.Option("--input", help="The folder that the preset files reads.", show_default=False)
]
LimitOption = Annotated[
    int | None,
    typer.Option(help="Screen only the first so many listed lines, as the study did.", show_default=False),
]
RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        help="A folder of rule files over those of data/reference; the home keeps it.",
        show_default=False,
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be fetched and made; change nothing.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Make the years also where nothing that they depend on has changed.")
]
SelectOption = Annotated[
    str | None,
    typer.Option(
        "--select",
        metavar="TABLE[+]",
        help="Make only this table; with +, also what follows from it.",
        show_default=False,
    ),
]


def usable(path: Path | None) -> Path | None:
    """Check a path that was typed, before any library reads it. Raises what `usable_path` raises."""
    return None if path is None else usable_path(path, "the path", "Name another")


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


def written_as(output: Format) -> Literal["csv", "json", "jsonl", "markdown", "parquet"]:
    """Return a format that is written, for those who take its name."""
    return cast(Literal["csv", "json", "jsonl", "markdown", "parquet"], output.value)


def names_of(text: str | None) -> tuple[str, ...]:
    """Split names at commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


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


def date_of(text: str) -> dt.date:
    """Read a date that was typed.

    Raises
    ------
    InputError
        When it is none.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"--as-of '{text}' is not a date; write it as YYYY-MM-DD, for example 2025-12-31"
        ) from None
