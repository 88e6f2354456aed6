"""Making homes side by side, whatever starts them: the next that no other fleet makes, until none is left."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from smallcap.exit_codes import ExitCode
from smallcap.fleet.holding import Hold
from smallcap.fleet.outcomes import Outcome, size_of
from smallcap.fleet.tasks import Task

LOOK_SECONDS: Final = 0.2
"""How often it is looked for homes that ended; a signal is handled in between."""
BUSY_LOOK_SECONDS: Final = 2.0
BUSY_SECONDS: Final = 3600.0
"""How long a home is waited for that another process makes."""

Tell = Callable[[Outcome], None]
Say = Callable[[str], None]


class Waiting:
    """The homes that are left, of which other fleets may make some at the moment.

    Parameters
    ----------
    tasks
        The homes.
    say
        Called once for each home that another fleet makes, with a line that names who.
    """

    def __init__(self, tasks: Sequence[Task], say: Say) -> None:
        self._left, self._say = deque(tasks), say
        self._since: dict[str, float] = {}
        self._look_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._left)

    def next(self) -> tuple[Task, Hold] | Outcome | None:
        """Return a home that this fleet holds now; how a home ended that another made; None for later."""
        if time.monotonic() < self._look_at:
            return None
        for _ in range(len(self._left)):
            task = self._left.popleft()
            hold = Hold(task.holds, task.name)
            if hold.take():
                if not (task.name in self._since and task.is_current()):
                    return task, hold
                hold.release()
                return Outcome(task.name, ExitCode.DONE, is_skipped=True)
            if self._is_given_up(task, hold):
                return Outcome(task.name, ExitCode.BUSY, size=size_of(task))
            self._left.append(task)
        self._look_at = time.monotonic() + BUSY_LOOK_SECONDS
        return None

    def _is_given_up(self, task: Task, hold: Hold) -> bool:
        if task.name not in self._since:
            self._since[task.name] = time.monotonic()
            self._say(f"{task.name}: made by {hold.holder()}; waiting for it, others come first")
        return time.monotonic() - self._since[task.name] > BUSY_SECONDS


class Pool(ABC):
    """What makes homes side by side: processes of this machine, or tasks of a cluster."""

    def run(
        self,
        tasks: Sequence[Task],
        tell: Tell,
        what: str = "run",
        *,
        say: Say = lambda line: None,
        prepare: Callable[[Task], object] = lambda task: None,
    ) -> list[Outcome]:
        """Make every home; one that fails does not stop the others.

        Parameters
        ----------
        tasks
            The homes.
        tell
            Called after each, in the order in which they end.
        what
            The command: `run`, or `fetch`.
        say
            Called with a line about each home that is waited for.
        prepare
            Called before a home is begun, when no other fleet makes it.
        """
        waiting, running, held = Waiting(tasks, say), dict[Any, Hold](), set[Hold]()
        outcomes: list[Outcome] = []

        def end(outcome: Outcome) -> None:
            """Keep how a home ended, and tell it."""
            outcomes.append(outcome)
            tell(outcome)

        with self._session(say):
            try:
                while waiting or running:
                    while len(running) < self._places() and (found := waiting.next()) is not None:
                        if isinstance(found, Outcome):
                            end(found)
                            continue
                        task, hold = found
                        held.add(hold)
                        prepare(task)
                        running[self._begin(task, what)] = hold
                    for handle, outcome in self._ended(running.keys()):
                        hold = running.pop(handle)
                        hold.release()
                        held.discard(hold)
                        end(outcome)
            except BaseException:
                self._stop(running.keys())
                raise
            finally:
                for hold in held:
                    hold.release()
        return outcomes

    @contextmanager
    def _session(self, say: Say) -> Iterator[None]:
        """Have what is needed as long as homes are made."""
        yield

    @abstractmethod
    def _places(self) -> int:
        """Return how many homes are made at once."""

    @abstractmethod
    def _begin(self, task: Task, what: str) -> Any:
        """Begin a home; return what stands for it."""

    @abstractmethod
    def _ended(self, running: Collection[Any]) -> Iterator[tuple[Any, Outcome]]:
        """Wait for a moment, and give the homes that have ended."""

    @abstractmethod
    def _stop(self, running: Collection[Any]) -> None:
        """End what is running."""
