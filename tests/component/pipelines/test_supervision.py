"""Processes that end are started again, with longer waits while they keep ending, and given up in the end."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from smallcap.pipelines.web.supervision import GaveUpError, Supervisor

COMMANDS = {"the daemon": ["daemon"], "the web server": ["web"]}


@dataclass
class Process:
    """A process that runs until the test gives it a code."""

    command: Sequence[str]
    code: int | None = None
    is_stubborn: bool = False
    asked: list[str] = field(default_factory=list)

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.asked.append("terminate")

    def kill(self) -> None:
        self.asked.append("kill")

    def wait(self, timeout: float | None = None) -> int:
        if self.is_stubborn:
            raise subprocess.TimeoutExpired("it", timeout or 0)
        self.code = 0
        return 0


class Machine:
    """A supervisor with a clock that the test moves, and the processes that it started."""

    def __init__(self) -> None:
        self.now, self.started, self.told = 0.0, list[Process](), list[str]()
        self.supervisor = Supervisor(COMMANDS, self.told.append, self.start, lambda: self.now)

    def start(self, name: str, command: Sequence[str]) -> Process:
        self.started.append(Process(command))
        return self.started[-1]

    def look_at(self, now: float) -> None:
        self.now = now
        self.supervisor.look()


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_all_are_started_in_order_and_left_alone_while_they_run(machine: Machine) -> None:
    for now in range(5):
        machine.look_at(now)
    assert [process.command for process in machine.started] == [["daemon"], ["web"]]
    assert machine.told == []


def test_one_that_ends_is_started_again_after_a_second_and_the_other_goes_on(machine: Machine) -> None:
    machine.look_at(0)
    machine.started[0].code = -9
    machine.look_at(1)
    machine.look_at(1.9)
    assert len(machine.started) == 2
    machine.look_at(2)
    assert machine.started[2].command == ["daemon"]
    assert machine.told == ["the daemon ended by itself (by SIGKILL); it is started again in 1 s"]


def end_at_once(machine: Machine) -> float:
    """Let the process that was started last end when it is next looked at; return the wait until the next."""
    before, begun = len(machine.started), machine.now
    machine.started[-1].code = 1
    while len(machine.started) == before:
        machine.look_at(machine.now + 0.5)
    return machine.now - begun - 0.5


def test_waits_double_up_to_half_a_minute_and_then_it_is_given_up(machine: Machine) -> None:
    machine.look_at(0)
    waits = [end_at_once(machine) for _ in range(8)]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    machine.started[-1].code = 3
    with pytest.raises(GaveUpError, match=r"the web server ended 9 times in a row \(exit code 3\)"):
        machine.look_at(machine.now + 0.5)


def test_one_that_ran_for_a_minute_begins_with_the_shortest_wait_again(machine: Machine) -> None:
    machine.look_at(0)
    assert [end_at_once(machine) for _ in range(3)] == [1, 2, 4]
    machine.look_at(machine.now + 60)
    assert end_at_once(machine) == 1


def test_the_end_comes_to_the_last_first_and_kills_what_does_not_obey(machine: Machine) -> None:
    machine.look_at(0)
    daemon, web = machine.started
    daemon.is_stubborn = True
    machine.supervisor.end(3)
    assert (daemon.asked, web.asked) == (["terminate", "kill"], ["terminate"])


def test_one_that_waits_for_its_start_is_not_ended(machine: Machine) -> None:
    machine.look_at(0)
    machine.started[0].code = 1
    machine.look_at(1)
    machine.supervisor.end(3)
    assert machine.started[0].asked == []
