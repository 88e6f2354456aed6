"""What a run would do: which years of which tables, for which dates; nothing is fetched or written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from smallcap.engine.context import Run, open_run
from smallcap.engine.lineage import READS, followers
from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.settings import Settings
from smallcap.sources.base import Source
from smallcap.tables import TABLES


@dataclass(frozen=True)
class Step:
    """One table of a plan.

    Attributes
    ----------
    table
        The table.
    years
        The years that would be made, each with the reasons in words; a table without partitions has the one
        year 0.
    follows
        Tables of the plan that it reads: where they come out different, years of this one follow.
    is_fetched
        Whether its rows come from the source.
    """

    table: str
    years: dict[int, list[str]]
    follows: list[str]
    is_fetched: bool


@dataclass(frozen=True)
class Plan:
    """What a run would do: its dates, and the tables of which anything is made or may follow."""

    dates: list[dt.date]
    steps: list[Step]


def choose_as_of(settings: Settings, source: Source) -> dt.date:
    """Choose the date of a run that names none.

    It is the end of the latest complete year, else the newest month end with a list.

    Raises
    ------
    InputError
        When the source knows no list of members at all.
    """
    ends = [date for date in month_ends_until(source.clock) if has_list(settings, source, date)]
    if not ends:
        raise InputError(
            f"source '{source.name}' knows no list of members of {settings.index_name} up to {source.clock}"
        )
    year_ends = [date for date in ends if date.month == 12 and date.year < source.clock.year]
    return max(year_ends) if year_ends and max(year_ends).year >= source.clock.year - 1 else max(ends)


def month_ends_until(day: dt.date) -> list[dt.date]:
    """List the month ends of the last ten years up to a day."""
    firsts = [
        dt.date(year, month, 1) for year in range(day.year - 10, day.year + 2) for month in range(1, 13)
    ]
    return [first - dt.timedelta(days=1) for first in firsts if first - dt.timedelta(days=1) <= day]


def has_list(settings: Settings, source: Source, as_of: dt.date) -> bool:
    """Say whether the source knows a list of members that is not too old for a date."""
    return any(
        dt.timedelta(0) <= as_of - date <= dt.timedelta(days=source.max_list_age_days)
        for date in source.membership_dates(settings.index_name)
    )


def require_list(settings: Settings, source: Source, as_of: dt.date) -> None:
    """Refuse a date for which no list of members is known.

    Raises
    ------
    InputError
        Naming the nearest dates that there are.
    """
    if as_of > source.clock:
        raise InputError(
            f"as_of {as_of} is after {source.clock}, the last day that source '{source.name}' knows"
        )
    if has_list(settings, source, as_of):
        return
    known = source.membership_dates(settings.index_name)
    near = ", ".join(str(date) for date in sorted(known, key=lambda date: abs(date - as_of))[:3])
    raise InputError(
        f"no list of members of {settings.index_name} is known at {as_of} or at most "
        f"{source.max_list_age_days} days before it; "
        f"the nearest lists are of {near or 'no date at all'}"
    )


def require_tables(selection: str) -> list[str]:
    """Resolve ``TABLE`` or ``TABLE+`` to the tables to make.

    With the plus, everything that follows and the publication.

    Raises
    ------
    InputError
        When there is no such table.
    """
    name = selection.removesuffix("+")
    if name not in READS:
        raise InputError(f"there is no table '{name}' to make; the tables are: {', '.join(READS)}")
    if not selection.endswith("+"):
        return [name]
    wanted = followers(name)
    return [*(table for table in READS if table in wanted), "publish.warehouse", "publish.report"]


def make_plan(run: Run, tables: list[str] | None = None) -> Plan:
    """Work out what a run would do: what is missing or out of date now, and what may follow from it.

    Parameters
    ----------
    run
        The run, put together for it.
    tables
        Only these tables; None for all.
    """
    steps: list[Step] = []
    for name, reads in READS.items():
        if tables is not None and name not in tables:
            continue
        planned = {step.table for step in steps}
        follows = [upstream for upstream in reads if upstream in planned]
        years = run.years.why(name)
        if years or follows:
            steps.append(Step(name, years, follows, TABLES[name].layer == "raw"))
    return Plan(run.dates.of(run.asked), steps)


def plan_run(
    settings: Settings,
    source: Source,
    first: int,
    last: int,
    as_of: dt.date | None,
    *,
    is_forced: bool = False,
) -> Run:
    """Put together a run that is not made, to ask it what it would make."""
    return open_run(
        Home(settings), source, settings, "plan", "plan", range(first, last + 1), as_of, is_forced=is_forced
    )
