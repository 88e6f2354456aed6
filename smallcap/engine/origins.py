"""What a published table or view is made from, what is made from it, and the columns that they share."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from smallcap.engine.lineage import READS
from smallcap.engine.windows import Window
from smallcap.tables.views import View


def made_from(name: str, views: Collection[View]) -> dict[str, str]:
    """Return the tables that a table or view is made from, each with the years that one year needs.

    Parameters
    ----------
    name
        Layer and table.
    views
        The views that are published.
    """
    for view in views:
        if view.name == name:
            return dict.fromkeys(view.sources, "")
    return {source: _years(window) for source, window in READS.get(name, {}).items()}


def made_into(name: str, views: Collection[View]) -> list[str]:
    """Return the tables and views that are made from a table or view, in the order in which they are made."""
    tables = [made for made, reads in READS.items() if name in reads]
    return [*tables, *(view.name for view in views if name in view.sources and view.name != name)]


def origins_of_columns(
    columns: Collection[str], sources: Mapping[str, Collection[str]]
) -> dict[str, list[str]]:
    """Return for each column the sources that have it too; none where it is computed by the table itself.

    A quantity has one name from the source to the report, so a column of that name is where it comes from.

    Parameters
    ----------
    columns
        Columns of a table or view.
    sources
        What it is made from, with the columns of each.
    """
    return {column: [name for name, known in sources.items() if column in known] for column in columns}


def _years(window: Window) -> str:
    if not window.back and not window.ahead:
        return "the same year"
    before = f"{_counted(window.back)} before" if window.back else ""
    after = f"{_counted(window.ahead)} after" if window.ahead else ""
    return " and ".join(filter(None, ("the year", before, after)))


def _counted(years: int) -> str:
    return "one year" if years == 1 else f"{years} years"
