"""Which companies filed statements since their figures were fetched, by EDGAR's daily indexes.

The figures of a company come without a date or a version, so only its filings say that they changed. One
index a day says it for all companies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from smallcap.errors import InputError
from smallcap.rules.types.sec import SecRules
from smallcap.sources.edgar.files import SecRecords

EASTERN: Final = ZoneInfo("America/New_York")
"""EDGAR dates filings by this clock."""
DATASET: Final = "daily_index"
_COLUMNS: Final = "CIK|Company Name|Form Type|Date Filed|File Name"
_SATURDAY: Final = 5


def eastern_day(moment: dt.datetime) -> dt.date:
    """Return the day on which EDGAR dates what is filed at a time."""
    return moment.astimezone(EASTERN).date()


def filers(payload: bytes, is_statement: Callable[[str], bool]) -> set[str]:
    """Return who filed statements by an index, as keys of ten digits.

    Parameters
    ----------
    payload, is_statement
        A master index: a header, then lines ``CIK|Company Name|Form Type|Date Filed|File Name``; and whether
        a form brings statements.

    Raises
    ------
    InputError
        When it is not a master index: a reader that skipped what it does not know would see no filing.
    """
    lines = iter(payload.decode("latin-1").splitlines())
    if not any(line.strip() == _COLUMNS for line in lines):
        raise InputError(f"a daily index of the SEC has no line '{_COLUMNS}'; its layout changed")
    found = set()
    for line in lines:
        parts = line.split("|")
        if len(parts) == 5:
            if is_statement(parts[2].strip()) and parts[0].strip().isdigit():
                found.add(parts[0].strip().zfill(10))
        elif line.strip(" -"):
            raise InputError(f"a daily index of the SEC has a line of {len(parts)} parts, not 5")
    return found


def stale_companies(
    records: SecRecords, received: Mapping[str, dt.datetime], wanted: Collection[str], today: dt.date
) -> list[str]:
    """Return whose figures are to be asked for: those never fetched, and who has filed since.

    Parameters
    ----------
    records
        Where the indexes come from.
    received
        When the figures of each company were last received.
    wanted
        The companies, as keys of ten digits.
    today
        The current day, whose index is not complete.

    Returns
    -------
    list of str
        In ascending order. All of them where asking for the indexes would take more requests, or the gap is
        longer than the rules bridge.
    """
    known = {cik: eastern_day(received[cik]) for cik in wanted if cik in received}
    unknown = sorted(set(wanted) - set(known))
    if not known:
        return unknown
    days = list(_weekdays(min(known.values()), today))
    missing = [day for day in days if records.kept(DATASET, _names(day)) is None]
    if (today - min(known.values())).days > records.rules.index_gap_days or len(missing) > len(known):
        return sorted(set(wanted))
    filed = _filed_on(records, days, today)
    stale = (cik for cik, day in known.items() if any(cik in who for on, who in filed.items() if on >= day))
    return sorted({*unknown, *stale})


def ask_for_newest_days(records: SecRecords, today: dt.date, max_age: dt.timedelta) -> None:
    """Ask for the index of the last weekday, which may not have been there yet when it was asked for.

    Parameters
    ----------
    records
        Where the indexes come from.
    today
        The current day, whose index is not complete.
    max_age
        An older answer is asked for again.
    """
    days = list(_weekdays(today - dt.timedelta(days=records.rules.index_settles_days), today))
    for day in days[-1:]:
        records.fetch(DATASET, _names(day), max_age)


def _filed_on(records: SecRecords, days: Iterable[dt.date], today: dt.date) -> dict[dt.date, set[str]]:
    rules: SecRules = records.rules
    filed = {}
    for day in days:
        is_settled = (today - day).days > rules.index_settles_days
        # The day may have had no index yet when it was asked for last.
        payload = records.fetch(DATASET, _names(day), None if is_settled else dt.timedelta(hours=12))
        if payload is not None:
            filed[day] = filers(payload, rules.is_statement)
    return filed


def _weekdays(first: dt.date, today: dt.date) -> Iterator[dt.date]:
    for ordinal in range(first.toordinal(), today.toordinal()):
        day = dt.date.fromordinal(ordinal)
        if day.weekday() < _SATURDAY:
            yield day


def _names(day: dt.date) -> dict[str, str]:
    return {"year": str(day.year), "quarter": str((day.month + 2) // 3), "day": f"{day:%Y%m%d}"}
