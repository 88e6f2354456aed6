"""Refuses rows with implausible dates in the preset `files`, so that they do not move the clock."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from smallcap.errors import InputError
from smallcap.reference import ReferenceDir
from smallcap.rules.files import read_rules
from smallcap.rules.types.sanity import ClockRules, DateRules, SanityRules
from smallcap.sources.files.canonical_tables import CanonicalTable
from smallcap.sources.refusals import write_refused

RULE = "date_implausible"
"""The rule in core.rejects; `problem` in the row names the date and the reason."""


@dataclass(frozen=True)
class DateLimits:
    """Limits of plausible dates in the files of a folder.

    Attributes
    ----------
    dates, clock
        The rules (data/reference/sanity.toml).
    today
        The day of the run.
    given_clock
        The last day of the files according to the user (setting `clock`).
    """

    dates: DateRules
    clock: ClockRules
    today: dt.date
    given_clock: dt.date | None = None

    @property
    def last_day(self) -> dt.date:
        """The last plausible day."""
        return self.today + dt.timedelta(days=self.dates.max_days_ahead)


@dataclass(frozen=True)
class Dated:
    """The rows of a table, by whether their dates are plausible.

    Attributes
    ----------
    rows
        Rows with plausible dates.
    refused
        The other rows, in the columns of `REFUSED_SCHEMA`; the year is null where the date that decides it is
        implausible.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame


def load_date_limits(
    reference_dir: ReferenceDir, today: dt.date, given_clock: dt.date | None = None
) -> DateLimits:
    """Read the rules. Raises what `read_rules` raises.

    A clock later than the machine's date counts as the day of the run.
    """
    rules = read_rules(reference_dir, "sanity.toml", SanityRules)
    return DateLimits(rules.dates, rules.clock, max(today, given_clock or today), given_clock)


def within_limits(rows: pl.DataFrame, table: CanonicalTable, limits: DateLimits) -> Dated:
    """Refuse rows with any date before the first day, or too long after today.

    Parameters
    ----------
    rows
        The columns of a canonical table, `file` and `row`.
    table
        The table.
    limits
        The limits.
    """
    ahead, last = limits.dates.max_days_ahead, limits.last_day
    problems = []
    for column in _date_columns(table):
        problems += [
            _problem(
                pl.col(column) < limits.dates.first_day, f"{column} lies before {limits.dates.first_day}"
            ),
            _problem(pl.col(column) > last, f"{column} lies more than {ahead} days after the day of the run"),
        ]
    is_known = pl.col(table.dated_by).is_between(limits.dates.first_day, last)
    return _parted(rows, table, problems, is_known)


def up_to(
    dated: Dated, table: CanonicalTable, newest: dt.date, columns: Sequence[str], limits: DateLimits
) -> Dated:
    """Refuse further rows: those dated after both the newest supported date and the user's clock.

    Parameters
    ----------
    dated
        What `within_limits` returned.
    table
        The table.
    newest
        The newest date that enough rows support.
    columns
        The dates that are compared with it.
    limits
        The limits.
    """
    last = max(newest, limits.given_clock or newest)
    problems = [
        _problem(pl.col(column) > last, f"{column} lies after {last}, the newest date that enough rows have")
        for column in columns
    ]
    further = _parted(dated.rows, table, problems, pl.col(table.dated_by) <= last)
    return Dated(further.rows, pl.concat([dated.refused, further.refused]))


def require_within_limits(day: dt.date, what: str, limits: DateLimits) -> None:
    """Refuse an implausible date that applies to a complete file.

    Raises
    ------
    InputError
        Naming `what`, the date and the limit.
    """
    first, last = limits.dates.first_day, limits.last_day
    if not first <= day <= last:
        raise InputError(
            f"{what} {day} is implausible: it is before {first} or after {last}. Remove the file "
            f"from the folder"
        )


def misdated_notice(refused: pl.DataFrame, table_name: str) -> tuple[str, ...]:
    """Return a notice of how many rows were refused and where the first is; empty where none was."""
    if refused.is_empty():
        return ()
    first = json.loads(refused["row_json"][0])
    many = (
        "1 row has an implausible date and is"
        if refused.height == 1
        else f"{refused.height} rows have implausible dates and are"
    )
    line = "" if first["line"] is None else f" (line {first['line']})"
    place = f"row {first['row']}{line} of {first['file']}, {first['problem']}"
    return (
        (
            f"{table_name} table: {many} left out (core.rejects, rule {RULE}): "
            f"{'' if refused.height == 1 else 'the first is '}{place}"
        ),
    )


def _parted(
    rows: pl.DataFrame, table: CanonicalTable, problems: Sequence[pl.Expr], is_year_known: pl.Expr
) -> Dated:
    ruled = rows.with_columns(problem=pl.coalesce(problems))
    refused = (
        ruled.filter(pl.col("problem").is_not_null()).with_columns(rule=pl.lit(RULE)).sort("file", "row")
    )
    keys = [column.name for column in table.columns if column.is_key or column.kind == "ticker"]
    cells = dict.fromkeys(["file", "row", "line", *keys, *_date_columns(table), "problem"])
    year = pl.when(is_year_known).then(pl.col(table.dated_by).dt.year())
    return Dated(
        ruled.filter(pl.col("problem").is_null()).drop("problem"), write_refused(refused, year, list(cells))
    )


def _problem(is_broken: pl.Expr, words: str) -> pl.Expr:
    return pl.when(is_broken).then(pl.lit(words))


def _date_columns(table: CanonicalTable) -> list[str]:
    return [column.name for column in table.columns if column.kind == "date"]
