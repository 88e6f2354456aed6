"""Reading the published warehouse for the commands, as any analyst would."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from smallcap.reports.claims import claim, empty_screen, origin
from smallcap.reports.files import QUESTIONS_DIR
from smallcap.settings import Settings
from smallcap.warehouse import run_query
from smallcap.warehouse.frames import open_frames


class Claims(NamedTuple):
    """What can be claimed of a date, and why no company has a score where none has.

    Where another release published, what the data are.
    """

    told: str
    empty: str


def rows_of(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Run a query on the published warehouse, and return its rows by column name."""
    result = run_query(settings.warehouse_dir, query, "table")
    return [dict(zip(result.columns, row, strict=True)) for row in result.rows]


def label_of(settings: Settings) -> str:
    """Return what the published data are, in words; they say so where they are synthetic."""
    return str(rows_of(settings, "SELECT label FROM meta.catalogue")[0]["label"])


def claims_of(settings: Settings, as_of: dt.date | None) -> Claims:
    """Say what can be claimed of the published data of a date; without one, what they are."""
    question = (QUESTIONS_DIR / "claims.sql").read_text(encoding="utf-8")
    with open_frames(settings.warehouse_dir) as frames:
        found = frames(question, {"as_of": as_of})
    if found is None or found.is_empty():
        return Claims(origin(label_of(settings)), "")
    row = found.row(0, named=True)
    return Claims(claim(row), empty_screen(row))
