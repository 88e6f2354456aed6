"""Making all homes of a fleet: first what a live source has to be asked, then every home without waiting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from smallcap.exit_codes import ExitCode
from smallcap.fleet.outcomes import Outcome, add_outcomes
from smallcap.fleet.seeding import fetches_of, share_payloads
from smallcap.fleet.tasks import Task

Tell = Callable[[Outcome], None]


class Pool(Protocol):
    """What makes homes side by side: processes of this machine, or tasks of a cluster."""

    def run(self, tasks: Sequence[Task], tell: Tell, what: str = "run") -> list[Outcome]:
        """Make every home; one that fails does not stop the others."""
        ...


def run_fleet(tasks: Sequence[Task], root: Path, pool: Pool, tell: Tell) -> list[Outcome]:
    """Make every home that is not current.

    Parameters
    ----------
    tasks
        The homes.
    root
        The fleet's folder.
    pool
        What makes them.
    tell
        Called after each home, and after each fetch that failed.

    Returns
    -------
    list of Outcome
        One for each home, current ones first, then in the order in which they ended.
    """
    current = [task for task in tasks if task.is_current()]
    outcomes = [Outcome(task.name, ExitCode.DONE, is_skipped=True) for task in current]
    for outcome in outcomes:
        tell(outcome)
    names = {task.name for task in current}
    waiting = [task for task in tasks if task.name not in names]
    for group in fetches_of(waiting, root):
        pool.run(
            group, lambda outcome: None if outcome.exit_code == ExitCode.DONE else tell(outcome), "fetch"
        )
    for task in waiting:
        share_payloads(task, root)

    def told(outcome: Outcome) -> None:
        """Keep how a home ended at once: a fleet that is stopped loses nothing."""
        add_outcomes(root, [outcome])
        tell(outcome)

    return [*outcomes, *pool.run(waiting, told)]
