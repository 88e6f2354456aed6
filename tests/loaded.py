"""The command in a process that was forked after everything had been loaded."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Mapping, Sequence

# What a run and the other commands load late; in a fork it is there already.
import exchange_calendars  # noqa: F401
import scipy.stats  # noqa: F401
import statsmodels.regression.linear_model  # noqa: F401

import smallcap.pipelines.command.run
import smallcap.pipelines.definitions  # noqa: F401
from smallcap.pipelines import execute
from smallcap.pipelines.command import app
from smallcap.settings import Settings
from tests.paths import PROJECT_ROOT


def command(
    arguments: Sequence[str], environment: Mapping[str, str], out: str, messages: str, tables: Sequence[str]
) -> None:
    """Become the command: its variables, its files of output, its arguments.

    Parameters
    ----------
    arguments
        The program's name and its arguments.
    environment
        All variables.
    out, messages
        Files that take standard output and standard error.
    tables
        What a run makes; none for all.
    """
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT_ROOT)
    opened = (os.devnull, os.O_RDONLY), (out, os.O_WRONLY | os.O_CREAT), (messages, os.O_WRONLY | os.O_CREAT)
    for number, (path, mode) in enumerate(opened):
        os.dup2(os.open(path, mode), number)
    sys.argv = list(arguments)
    if tables:
        execute.run_years = _making(tables)
    app.process()


def _making(tables: Sequence[str]) -> Callable[..., str]:
    run_years = execute.run_years

    def run_some(
        settings: Settings,
        first: int,
        last: int,
        as_of: dt.date | None,
        _: Sequence[str] | None,
        command: str,
        *,
        is_forced: bool,
    ) -> str:
        """Run the job for some tables, whichever were asked for."""
        return run_years(settings, first, last, as_of, tables, command, is_forced=is_forced)

    return run_some
