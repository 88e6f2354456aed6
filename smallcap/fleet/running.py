"""Making all homes of a fleet: first what live sources have to be asked, then every home, asking nobody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from smallcap.exit_codes import ExitCode
from smallcap.fleet.outcomes import PUBLISHED, Outcome, add_outcomes
from smallcap.fleet.pool import Pool, Say, Tell
from smallcap.fleet.seeding import fetch_key, fetches_of, share_payloads, share_with_fetch
from smallcap.fleet.tasks import Task, last_lines
from smallcap.private_files import open_private

LINES_OF_A_FETCH = 10


def run_fleet(
    tasks: Sequence[Task], root: Path, pool: Pool, tell: Tell, say: Say = lambda line: None
) -> list[Outcome]:
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
        Called after each home.
    say
        Called with a line about each fetch, and about each home that another fleet makes.

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
    unfetched = _fetch_all(waiting, root, pool, say)

    def told(outcome: Outcome) -> None:
        """Keep how a home ended at once: a fleet that is stopped loses nothing."""
        add_outcomes(root, [outcome])
        tell(outcome)

    ready = []
    for task in waiting:
        fetch = unfetched.get(fetch_key(task, root)) if unfetched else None
        if fetch is None:
            ready.append(task)
        else:
            outcomes.append(_not_begun(task, *fetch))
            told(outcomes[-1])
    return [*outcomes, *pool.run(ready, told, say=say, prepare=lambda task: share_payloads(task, root))]


def _fetch_all(
    tasks: Sequence[Task], root: Path, pool: Pool, say: Say
) -> dict[tuple[str, ...], tuple[Task, Outcome]]:
    """Ask each source once for all homes; return the fetches that failed, by their keys."""
    failed = {}
    for group in fetches_of(tasks, root):
        fetches = {task.name: task for task in group}

        def told(outcome: Outcome, fetches: dict[str, Task] = fetches) -> None:
            """Say how a fetch ended."""
            say(f"{outcome.name}: exit code {outcome.exit_code}, {outcome.seconds:.0f} s")
            if outcome.exit_code not in PUBLISHED:
                task = fetches[outcome.name]
                failed[fetch_key(task, root)] = (task, outcome)

        pool.run(group, told, "fetch", say=say, prepare=share_with_fetch)
    return failed


def _not_begun(task: Task, fetch: Task, outcome: Outcome) -> Outcome:
    """Let a home end as its fetch did, and say so in its log: without a network it would fail too."""
    lines = [f"{fetch.name} ended with exit code {outcome.exit_code}; its log is {fetch.log}, and ends with:"]
    with open(task.log, "w", encoding="utf-8", opener=open_private) as log:
        log.write("\n".join([*lines, *last_lines(fetch.log, LINES_OF_A_FETCH)]) + "\n")
    return Outcome(task.name, outcome.exit_code)
