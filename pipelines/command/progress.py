"""The progress display of a run: one line per table, reported by the assets to logger `smallcap.progress`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from smallcap.tables import TABLES

BAR_WIDTH = 20
"""Less than 80 columns: the ^C that a terminal shows would wrap a full line, which then stays."""


class _Steps(logging.Handler):
    """Turns progress records into a bar.

    Where nobody watches a terminal, into one line per table that is made.
    """

    def __init__(self, progress: Progress, console: Console, total: int) -> None:
        super().__init__()
        self._progress, self._console, self._is_watched = progress, console, console.is_terminal
        self._task = progress.add_task("starting", total=total)

    def emit(self, record: logging.LogRecord) -> None:
        """Show the phase of a table that a record reports."""
        name, phase = record.getMessage(), getattr(record, "phase", "")
        if phase == "start":
            self._progress.update(self._task, description=name)
        elif phase == "end":
            self._progress.advance(self._task)
            if not self._is_watched:
                self._console.print(_sentence(name, record), highlight=False)
        elif phase == "part":
            self._progress.update(self._task, description=name)
            if not self._is_watched:
                self._console.print(f"  {name}", highlight=False)
        elif phase == "skipped":
            self._progress.advance(self._task)


def _sentence(name: str, record: logging.LogRecord) -> str:
    rows, years = getattr(record, "rows", None), getattr(record, "years", None)
    told = f"{rows:,} rows" if rows is not None else ""
    made = f"  in {years} year{'' if years == 1 else 's'}" if years else ""
    return f"  {name:<{max(map(len, TABLES))}}{told:>16}{made}"


def counting_bar(console: Console) -> Progress:
    """Make a bar that counts what is done, in a terminal alone; nothing is left of it at the end.

    Parameters
    ----------
    console
        Standard error.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(BAR_WIDTH),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


@contextmanager
def show_progress(total: int, console: Console) -> Iterator[None]:
    """Show the steps of a run while it lasts.

    Parameters
    ----------
    total
        Number of steps that will end.
    console
        Where to show them; standard error, so that results can be piped.
    """
    bar = BarColumn(BAR_WIDTH)
    text = TextColumn("{task.description}")
    columns = (SpinnerColumn(), text, bar, MofNCompleteColumn(), TimeElapsedColumn())
    logger = logging.getLogger("smallcap.progress")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        handler = _Steps(progress, console, total)
        logger.addHandler(handler)
        try:
            yield
        finally:
            logger.removeHandler(handler)
