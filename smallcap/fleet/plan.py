"""What a fleet would make: for each home what is out of date, and what that may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from smallcap.engine.plan import choose_as_of, make_plan, plan_run, require_list
from smallcap.errors import SmallcapError
from smallcap.fleet.outcomes import Estimate, Outcome, estimate
from smallcap.fleet.tasks import Task
from smallcap.lake.home import Home
from smallcap.sources.open import open_source
from smallcap.warehouse.reading import served_at

CURRENT, NEW, STALE, REFUSED = "current", "new", "out of date", "refused"


@dataclass(frozen=True)
class HomePlan:
    """What would be made of one home.

    Attributes
    ----------
    name, preset
        The home, and its preset.
    state
        `current`, `new`, `out of date`, or `refused` with the reason in `stale`.
    stale
        What is out of date, in words.
    tables, years
        How many tables have something to make, and how many years of tables.
    requests
        How many requests of a network it begins with: 0, or None where the source has to be asked.
    memory_mb, seconds
        As homes of its size took below this root; None where none was run yet.
    """

    name: str
    preset: str
    state: str
    stale: str
    tables: int
    years: int
    requests: int | None
    memory_mb: float | None
    seconds: float | None

    def as_row(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


def plan_home(task: Task, known: Mapping[str, Outcome]) -> HomePlan:
    """Say what would be made of one home; nothing is written or asked.

    Parameters
    ----------
    task
        The home.
    known
        The last run of each home below the root.
    """
    took = estimate(task, known)
    if task.is_current():
        return _plan(task, CURRENT, "", {}, Estimate(0.0, 0.0))
    try:
        years = _stale_years(task)
    except SmallcapError as error:
        return _plan(task, REFUSED, str(error), {}, Estimate(None, None))
    if not years:
        return _plan(task, CURRENT, "", {}, Estimate(0.0, 0.0))
    if served_at(task.settings.warehouse_dir) is None:
        return _plan(task, NEW, "everything", years, took)
    return _plan(task, STALE, ", ".join(sorted(years)), years, took)


def _stale_years(task: Task) -> dict[str, int]:
    """Count the years of each table that would be made or may follow."""
    settings, row = task.settings, task.home.row
    source = open_source(settings, None)
    Home(settings).require_same_universe()
    first, last, as_of = row.first, row.last, row.as_of
    if first is None or last is None:
        as_of = as_of or choose_as_of(settings, source)
        require_list(settings, source, as_of)
        first = last = as_of.year
    plan = make_plan(plan_run(settings, source, first, last, as_of))
    is_anything = any(step.years for step in plan.steps)
    return {step.table: len(step.years) for step in plan.steps} if is_anything else {}


def _plan(task: Task, state: str, stale: str, years: Mapping[str, int], took: Estimate) -> HomePlan:
    is_offline = task.settings.preset in ("sample", "files") or state == CURRENT
    return HomePlan(
        task.name,
        task.settings.preset,
        state,
        stale,
        len(years),
        sum(years.values()),
        0 if is_offline else None,
        took.peak_mb,
        took.seconds,
    )
