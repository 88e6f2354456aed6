"""What to answer about a date of which nothing is published: the nearest dates that there are, and the command that would make it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.settings import Settings
from smallcap.warehouse.query import run_query

WITHOUT_LIST = "SELECT as_of FROM marts.coverage WHERE NOT has_membership"


def date_refused(settings: Settings, what: str, as_of: dt.date, published: Collection[dt.date]) -> InputError:
    """Explain that a date is not among those published.

    Parameters
    ----------
    settings
        The settings; the warehouse is found by them.
    what
        What was asked for, as in "there is no funnel of".
    as_of
        The date.
    published
        The dates of which there is one.
    """
    if (as_of,) in run_query(settings.warehouse_dir, WITHOUT_LIST).rows:
        remedy = "no list of members is known close before it, so none can be made"
    else:
        remedy = f"make it with: {command_hint(settings, 'run', '--as-of', as_of)}"
    return InputError(f"there is no {what} of {as_of}; {_nearest(as_of, published)}; {remedy}")


def _nearest(as_of: dt.date, published: Collection[dt.date]) -> str:
    before = max((date for date in published if date < as_of), default=None)
    after = min((date for date in published if date > as_of), default=None)
    if before and after:
        return f"the nearest dates are {before} before it and {after} after it"
    if before or after:
        return f"the nearest date is {before or after}, none is {'after' if before else 'before'} it"
    return "no date is published"
