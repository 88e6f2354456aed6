"""What the commands share: the two consoles, common options, and values that were typed."""

from __future__ import annotations

import datetime as dt
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from smallcap.errors import InputError
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
    typer.Option("--home", help="Folder that holds everything a run makes.", show_default="see config"),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(help="The date asked about, YYYY-MM-DD.", show_default="the latest", autocompletion=dates),
]
MethodOption = Annotated[
    str, typer.Option(help="Method of the quality score: published, debt_free_aware or trailing.")
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
FormatOption = Annotated[RowFormat, typer.Option("--format", help="How to write the result.")]


def usable(path: Path | None) -> Path | None:
    """Check a path that was typed, before any library reads it. Raises what `usable_path` raises."""
    return None if path is None else usable_path(path, "the path", "Name another")


def written_as(output: Format) -> Literal["csv", "json", "jsonl", "markdown", "parquet"]:
    """Return a format that is written, for those who take its name."""
    return cast(Literal["csv", "json", "jsonl", "markdown", "parquet"], output.value)


def names_of(text: str | None) -> tuple[str, ...]:
    """Split names at commas."""
    return tuple(name.strip() for name in text.split(",") if name.strip()) if text else ()


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
