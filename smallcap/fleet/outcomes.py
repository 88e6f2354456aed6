"""How the homes of a fleet ended, kept below its root: what a plan estimates from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from filelock import FileLock

from smallcap.exit_codes import ExitCode
from smallcap.fleet.tasks import OWN, Task
from smallcap.parsing import parse_json

FILE: Final = "outcomes.json"
PUBLISHED: Final = (ExitCode.DONE, ExitCode.DEGRADED)


@dataclass(frozen=True)
class Outcome:
    """How the run of one home ended.

    Attributes
    ----------
    name, exit_code
        The home, and the exit code of its run.
    seconds, peak_mb
        How long it took, and the most memory that its process held.
    size
        What decides both: preset, companies and years.
    is_skipped
        Whether it was current, so that nothing was started.
    """

    name: str
    exit_code: int
    seconds: float = 0.0
    peak_mb: float = 0.0
    size: str = ""
    is_skipped: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a run may take; None where no home like it was run below this root."""

    seconds: float | None
    peak_mb: float | None


def size_of(task: Task) -> str:
    """Describe what decides the seconds and memory of a home: preset, companies or limit, and years."""
    row, settings = task.home.row, task.settings
    companies = settings.sample_companies if settings.preset == "sample" else settings.index_name
    years = 1 if row.first is None or row.last is None else row.last - row.first + 1
    return f"{settings.preset} {companies} {settings.limit or 'all'} {years}"


def exit_code_of(outcomes: Iterable[Outcome]) -> ExitCode:
    """Return 0 where all are published whole, 6 where some lack much; else the one code of those that failed.

    Where their codes differ, it is 4.
    """
    ended = {outcome.exit_code for outcome in outcomes}
    codes = ended.difference(PUBLISHED)
    if not codes:
        return ExitCode.DEGRADED if ExitCode.DEGRADED in ended else ExitCode.DONE
    code = codes.pop() if len(codes) == 1 else ExitCode.REFUSED
    return ExitCode(code) if code in ExitCode._value2member_map_ else ExitCode.FAULT


def read_outcomes(root: Path) -> dict[str, Outcome]:
    """Read the last run of each home; what cannot be read counts as never run."""
    try:
        found = parse_json((root / OWN / FILE).read_bytes())
        return {row["name"]: Outcome(**row) for row in found}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def add_outcomes(root: Path, outcomes: Iterable[Outcome]) -> None:
    """Keep the runs that were made, in place of earlier ones of the same homes; other fleets may add too."""
    made = {outcome.name: outcome for outcome in outcomes if not outcome.is_skipped}
    if not made:
        return
    with FileLock(root / OWN / f"{FILE}.lock"):
        kept = read_outcomes(root) | made
        new = root / OWN / f"{FILE}.{os.getpid()}.new"
        new.write_text(json.dumps([asdict(outcome) for outcome in kept.values()], indent=0), encoding="utf-8")
        os.replace(new, root / OWN / FILE)


def estimate(task: Task, known: Mapping[str, Outcome]) -> Estimate:
    """Estimate a run by the first run of homes of the same size below this root."""
    alike = [
        outcome
        for outcome in known.values()
        if outcome.size == size_of(task) and outcome.exit_code in PUBLISHED
    ]
    if not alike:
        return Estimate(None, None)
    return Estimate(median(one.seconds for one in alike), max(one.peak_mb for one in alike))
