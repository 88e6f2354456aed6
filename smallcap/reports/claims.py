"""What a home can claim at a date and what it cannot, in one sentence for the head of every output."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from smallcap.settings import Settings

Row = Mapping[str, Any]
"""A row of the question ``claims``."""

MANY = 0.1
"""Share of the members, or of their records, from which on it is said what they lack."""
OLD_LIST_DAYS = 21
OLD_RECORDS_DAYS = 183
"""Companies report all year: half a year without any record, of many companies, means missing data."""
MANY_RECORDS = 100
OLD_RECORD_MONTHS: int = Settings.model_fields["stale_months"].default
"""The stale limit unless a setting raises it: a record of that age is old, whether it is used or not."""

_LIMITED = re.compile(r"^(?P<source>.*), (?P<limit>first \d+ listed lines only)$")


def claim(row: Row) -> str:
    """Say in one sentence what the data of a date are: synthetic, as filed or restated.

    Whether they are stale; and what they leave out.

    Parameters
    ----------
    row
        The answer to the question ``claims``.
    """
    source, limit = _source_and_limit(row["label"])
    told = [f"{source}: {_values(row)}"]
    for kind, facts in (("stale", _stale(row)), ("partial", [*limit, *_partial(row)])):
        if facts:
            told.append(f"{kind}: {', '.join(facts)}")
    return f"{'; '.join(told)}."


def origin(label: str) -> str:
    """Say what the data of a home are, whatever the date."""
    return f"{label}: no company here exists" if is_synthetic(label) else label


def is_synthetic(label: str) -> bool:
    """Say whether the companies are made up."""
    return label.startswith("synthetic")


def _source_and_limit(label: str) -> tuple[str, list[str]]:
    found = _LIMITED.match(label)
    return (found["source"], [found["limit"]]) if found else (label, [])


def _values(row: Row) -> str:
    records, restated = row["with_fundamentals"], row["restated_values"]
    if is_synthetic(row["label"]):
        return "no company here exists, so no figure says anything about a real one"
    if not records:
        return "no member has an annual record"
    if restated:
        return (
            f"{share(restated, records)} of the annual records ({restated:,} of {records:,}) hold "
            f"values that were restated later under "
            f"their original dates, so these are not the values that were known on {row['as_of']}"
        )
    return f"the annual records are as filed, so these are the values that were known on {row['as_of']}"


def _stale(row: Row) -> list[str]:
    facts = []
    if row["snapshot_date"] and (days := (row["as_of"] - row["snapshot_date"]).days) > OLD_LIST_DAYS:
        facts.append(f"the list of members is {days} days old")
    newest = row["newest_available_date"]
    if (
        row["with_fundamentals"] >= MANY_RECORDS
        and newest
        and row["as_of"] - newest > dt.timedelta(days=OLD_RECORDS_DAYS)
    ):
        facts.append(f"no annual record became known after {newest}")
    elif (months := row["median_record_months"]) is not None and months > OLD_RECORD_MONTHS:
        facts.append(
            f"half of the annual records describe years that ended {months} months before or earlier"
        )
    return facts


def _partial(row: Row) -> list[str]:
    facts = [
        f"{few:,} of {of:,} {what} ({share(few, of)}) {lack}"
        for few, of, what, lack in _lacking(row)
        if of and few / of >= MANY
    ]
    if row["members"] and not row["is_as_published_final"]:
        facts.append("the basis as_published is not final")
    return facts


def _lacking(row: Row) -> tuple[tuple[int, int, str, str], ...]:
    """Count what is lacking: how many, of how many, of what, and what they lack."""
    members, records = row["members"], row["with_fundamentals"]
    return (
        (members - records, members if records else 0, "members", "have no annual record"),
        (members - row["priced"], members, "members", "have no price"),
        (
            row["assumed_available_dates"],
            records,
            "annual records",
            "have no filing date, so that one is assumed",
        ),
        (
            row["splits_unchecked"],
            row["market_caps"],
            "market values",
            "rest on share counts whose splits up to the price are unknown",
        ),
    )


def share(part: int, whole: int) -> str:
    """Write a share as a whole percentage that says neither none nor all where there are some."""
    told = round(100 * part / whole)
    if told == 0 and part:
        return "under 1%"
    return "over 99%" if told == 100 and part < whole else f"{told}%"
