"""The repairs that a home needs, in the order in which they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from smallcap.errors import DamagedCatalogueError
from smallcap.lake.home import Home
from smallcap.repair.catalogue import repair_catalogue
from smallcap.repair.checksums import Checksums
from smallcap.repair.damage import TableDamage, files_in_use, find_damage
from smallcap.repair.history import damaged_databases, repair_database
from smallcap.repair.journal import damage_of_journal, repair_journal
from smallcap.repair.payloads import damaged_payloads, repair_payload
from smallcap.repair.rescue import Rescue
from smallcap.repair.stale import make_unaudited_again, make_unfetched_again, make_years_again
from smallcap.repair.tables import repair_table
from smallcap.settings import Settings
from smallcap.tables import META_TABLES
from smallcap.warehouse.reading import CATALOGUE_FILE, require_whole


@dataclass(frozen=True)
class Step:
    """One repair.

    Attributes
    ----------
    damage
        What is damaged, in words.
    remedy
        What the repair does, in words.
    do
        Makes the repair; the caller is the home's one writer.
    table
        The table that is repaired; empty where it is something else.
    """

    damage: str
    remedy: str
    do: Callable[[], object]
    table: str = ""


def find_steps(home: Home) -> list[Step]:
    """List the repairs that a home needs; nothing is written. Every data file and payload is verified."""
    tables = table_steps(home, is_deep=True)
    return [*tables, *_of_journal(home), *_of_catalogue(home), *_of_files(home.settings)]


def table_steps(home: Home, *, is_deep: bool) -> list[Step]:
    """List the repairs of the lake's tables; `is_deep` as for `find_damage`."""
    damages = find_damage(home.settings, is_deep=is_deep)
    if not damages:
        return []
    rescue = Rescue(home.settings)
    return [
        Step(str(damage), _remedy(damage), partial(_repair_table, home, damage, rescue), damage.name)
        for damage in damages
    ]


def repair_tables(home: Home, *, is_deep: bool) -> list[Step]:
    """Repair the lake's damaged tables; return what was done.

    The caller is the home's one writer.
    """
    steps = table_steps(home, is_deep=is_deep)
    for step in steps:
        step.do()
    return steps


def record_checksums(home: Home) -> None:
    """Record the checksums of the data files in use, which a run has just written or verified.

    A disk that is full is no failure of the run: files without a checksum are read instead.
    """
    try:
        Checksums(home.settings.lake_dir).record(files_in_use(home.settings.lake_dir))
    except OSError:
        return


def _repair_table(home: Home, damage: TableDamage, rescue: Rescue) -> None:
    repair_table(home.settings.lake_dir, damage, rescue)
    home.forget_unfinished(damage.name)
    if damage.name == "core.rejects":
        make_years_again(home, damage.years or home.lake.years(damage.name))
    if damage.name == "meta.checks":
        make_unaudited_again(home)
    if damage.name == "meta.fetched":
        make_unfetched_again(home)


def _remedy(damage: TableDamage) -> str:
    if damage.name in META_TABLES:
        return "its rows are taken from the published catalogues"
    if damage.log is not None:
        return "its log is made again over the published files, and the next run makes its years again"
    return "what can be read is kept, and the next run makes the year again"


def _of_journal(home: Home) -> Iterator[Step]:
    reason = damage_of_journal(home.path)
    if reason is not None:
        yield Step(
            reason,
            "it is moved aside, and every table goes back to what is served; where nothing is, the next run "
            "makes every year again",
            partial(repair_journal, home),
        )


def _of_catalogue(home: Home) -> Iterator[Step]:
    served = home.settings.warehouse_dir / CATALOGUE_FILE
    try:
        if served.exists():
            require_whole(served)
    except DamagedCatalogueError as error:
        yield Step(
            str(error).partition("; the data")[0],
            "it is rebuilt from the lake, or an earlier one is served; the damaged file is kept",
            partial(repair_catalogue, home),
        )


def _of_files(settings: Settings) -> Sequence[Step]:
    again = "it is moved aside, and Dagster's history begins anew; nothing else depends on it"
    databases = [
        Step(f"Dagster's database {path} is damaged ({reason})", again, partial(repair_database, path))
        for path, reason in damaged_databases(settings).items()
    ]
    fetched = "it is moved aside, and fetched again when a run needs it"
    payloads = [
        Step(f"the kept response {path} is damaged", fetched, partial(repair_payload, path))
        for path in damaged_payloads(settings)
    ]
    return [*databases, *payloads]
