"""What the commands say of the published data: what they are, and what can be claimed of a date."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from smallcap.questions import OlderPublicationError, Publication
from smallcap.reports.claims import claim, origin
from smallcap.reports.empty_screen import empty_screen


class Claims(NamedTuple):
    """What can be claimed of a date, and why no company has a score where none has.

    Where an older release published, what the data are.
    """

    told: str
    empty: str


def label_of(publication: Publication) -> str:
    """Return what the published data are, in words; they say so where they are synthetic."""
    return str(publication.ask("label")[0]["label"])


def claims_of(publication: Publication, as_of: dt.date | None) -> Claims:
    """Say what can be claimed of the published data of a date; without one, what they are."""
    try:
        found = publication.ask("claims", as_of=as_of)
    except OlderPublicationError:
        found = []
    if not found:
        return Claims(origin(label_of(publication)), "")
    return Claims(claim(found[0]), empty_screen(found[0]))
