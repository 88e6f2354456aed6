"""How the benchmarks are shown: as tables on the terminal, and as the page docs/benchmarks.md."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version

import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.table import Table

from benchmarks.results import Limit, Section

LIBRARIES = ("polars", "duckdb", "deltalake", "dagster", "dataframely", "numpy", "pandas", "statsmodels")


def machine() -> str:
    """Describe the machine in words that fit any."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} on {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}"
    )


def show(section: Section, console: Console) -> None:
    """Print one benchmark."""
    table = Table(title=section.title, title_justify="left")
    for number, column in enumerate(section.columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in section.rows:
        table.add_row(*(cell.replace("**", "") for cell in row))
    console.print(table)
    if section.load:
        console.print(f"  {section.load}", highlight=False)
    for limit in section.limits:
        console.print(
            f"  {_verdict(limit)}  {_sentence(limit)}", style="" if limit.is_held else "red", highlight=False
        )
    console.print()


def write(sections: Sequence[Section], day: dt.date, load: str) -> str:
    """Write the page.

    Parameters
    ----------
    sections
        The benchmarks, in order.
    day
        When they ran.
    load
        What else the machine did, in words.
    """
    limits = [limit for section in sections for limit in section.limits]
    missed = sum(not limit.is_held for limit in limits)
    lines = [
        "# Speed and memory",
        "",
        "Written by `make bench`; not to be edited by hand. Everything is measured as a ratio "
        "within one run, because seconds depend "
        "on the machine and on what else it does. The command ends with an error where a limit is missed.",
        "",
        f"Measured on {day:%d %B %Y}: {machine()}. {load}",
        "",
        "## Limits",
        "",
        f"{len(limits)} limits, {len(limits) - missed} held, {missed} missed.",
        "",
        *_markdown(("what", "limit", "measured", "held"), [_limit_cells(limit) for limit in limits]),
    ]
    for section in sections:
        lines += [
            "",
            f"## {section.title}",
            "",
            f"{section.text} {section.load}".strip(),
            "",
            *_markdown(section.columns, section.rows),
        ]
    return "\n".join(lines) + "\n"


def _markdown(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    alignment = ["---", *("---:" for _ in columns[1:])]
    return [f"| {' | '.join(cells)} |" for cells in (columns, alignment, *rows)]


def _limit_cells(limit: Limit) -> list[str]:
    bound = f"{'at least' if limit.is_least else 'at most'} {limit.bound:g}{limit.unit}"
    return [limit.what, bound, f"{limit.measured:.2f}{limit.unit}", _verdict(limit)]


def _sentence(limit: Limit) -> str:
    what, bound, measured, _ = _limit_cells(limit)
    return f"{what}: {measured} ({bound})"


def _verdict(limit: Limit) -> str:
    return "yes" if limit.is_held else "NO"
