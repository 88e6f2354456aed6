"""A run of years that are up to date: it ends at once, and still shows what is served."""

from __future__ import annotations

import datetime as dt

from rich.console import Console

from smallcap.engine.unchanged import unchanged_since
from smallcap.pipelines.command.summary import show_summary
from smallcap.settings import Settings

NOTHING_TO_MAKE = (
    "nothing is out of date: what is served is what a run would make (--force makes it all the same)"
)


def is_done_already(
    settings: Settings, first: int | None, last: int | None, as_of: dt.date | None, out: Console, err: Console
) -> bool:
    """Show what is served, where a run of the same years or date has nothing to make.

    Return whether it had nothing.

    Parameters
    ----------
    settings
        The settings.
    first, last, as_of
        As for `run`.
    out, err
        Where results and where progress go.
    """
    about = unchanged_since(settings, f"{first} {last} {as_of}")
    if about is None:
        return False
    err.print(NOTHING_TO_MAKE, soft_wrap=True)
    show_summary(settings, dt.date.fromisoformat(about) if about else None, out, err)
    return True
