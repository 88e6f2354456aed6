"""Years that have to be made again after records about them were lost, although their rows are sound."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from smallcap.engine.lineage import READS
from smallcap.lake.home import Home
from smallcap.lake.stamps import YearStamp
from smallcap.lake.store import Lake
from smallcap.repair.tables import REPAIR_RUN, kept_inputs
from smallcap.tables import TABLES


def make_unaudited_again(home: Home) -> None:
    """Let the next run make the years again that no recorded check passed; a publication refuses them."""
    passed = {
        (run, name) for run, name, is_passed in home.records.status_of_checks().iter_rows() if is_passed
    }
    _forget_inputs(home, lambda name, year, made: (made.run_id, name) not in passed)


def make_unfetched_again(home: Home) -> None:
    """Let the next run ask again for the years of raw tables of which no request is recorded."""
    asked = set(home.records.read("meta.fetched").select("dataset", "year").iter_rows())
    fetched = {name for name in READS if TABLES[name].layer == "raw"} - {"raw.snapshots"}
    _forget_inputs(
        home, lambda name, year, made: name in fetched and (TABLES[name].short_name, year) not in asked
    )


def make_years_again(home: Home, years: Collection[int]) -> None:
    """Let the next run make some years of every partitioned table again: whose refused rows were lost."""
    _forget_inputs(home, lambda name, year, made: TABLES[name].is_partitioned and year in years)


def make_everything_again(home: Home) -> None:
    """Let the next run make every existing year again."""
    _forget_inputs(home, lambda name, year, made: True)


def _forget_inputs(home: Home, is_chosen: Callable[[str, int, YearStamp], bool]) -> None:
    """Stamp the chosen years as made from nothing that there is now; their rows stay.

    A run that fails later must not undo this: it is not noted in the run's journal.
    """
    lake = Lake(home.settings.lake_dir)
    for name in READS:
        stamp = lake.stamp(name)
        chosen = {
            year: replace(made, inputs=kept_inputs(made))
            for year, made in stamp.years.items()
            if made.inputs != kept_inputs(made) and is_chosen(name, year, made)
        }
        if chosen:
            lake.restamp(name, stamp.with_years(chosen, REPAIR_RUN, stamp.read_versions))
