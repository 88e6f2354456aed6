"""Upkeep of a home: records compacted, and what nothing needs any more deleted.

It is done by the one writer of the home, after a publication.
"""

from __future__ import annotations

from smallcap.lake.cleaning import InUse
from smallcap.lake.home import Home
from smallcap.tables import TABLES


def keep_up(home: Home, in_use: InUse) -> int:
    """Compact the home's records, and delete what no version in use needs.

    Parameters
    ----------
    home
        The home; the caller is its writer.
    in_use
        Versions of tables that catalogues and reports name. Those that an undo of the current run would bring
        back are added.

    Returns
    -------
    int
        Data files deleted.
    """
    named = {name: dict(versions) for name, versions in in_use.items()}
    for name in home.touched:
        # Where the run made the table, an undo goes back to the version without rows.
        named.setdefault(name, {}).setdefault(max(home.version_before(name), 0), ())
    home.records.compact(home.settings.keep_runs, runs_in_use(home))
    days = home.settings.vacuum_days
    return home.lake.vacuum(days, named) + home.records.vacuum(days)


def runs_in_use(home: Home) -> set[str]:
    """Return the runs that wrote a stored year, or one that an undo of the current run would bring back."""
    stamps = [home.lake.stamp(name) for name in TABLES]
    stamps += [home.lake.stamp(name, home.version_before(name)) for name in home.touched]
    return {made.run_id for stamp in stamps for made in stamp.years.values()}
