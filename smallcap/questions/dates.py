"""The answer about a date of which nothing is published: the nearest dates, and the command that makes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from smallcap.errors import InputError
from smallcap.hints import command_hint
from smallcap.questions.publication import Publication
from smallcap.settings import Settings


def date_refused(
    settings: Settings, publication: Publication, what: str, as_of: dt.date, published: Collection[dt.date]
) -> InputError:
    """Explain that a date is not among those published.

    Parameters
    ----------
    settings
        The settings.
    publication
        What is published.
    what
        What was requested, as in "there is no funnel of".
    as_of
        The date.
    published
        The dates for which there is one.
    """
    if publication.ask("date_without_list", as_of=as_of):
        remedy = "no list of members is known close before it, so none can be made"
    else:
        remedy = f"make it with: {command_hint(settings, 'run', '--as-of', as_of)}"
    return InputError(f"there is no {what} of {as_of}; {nearest_dates(as_of, published)}; {remedy}")


def nearest_dates(as_of: dt.date, published: Collection[dt.date]) -> str:
    """Name the published dates nearest to one, before it and after it."""
    before = max((date for date in published if date < as_of), default=None)
    after = min((date for date in published if date > as_of), default=None)
    if before and after:
        return f"the nearest dates are {before} before it and {after} after it"
    if before or after:
        return f"the nearest date is {before or after}, none is {'after' if before else 'before'} it"
    return "no date is published"
