"""A Ray cluster of the tests' own: a head and worker nodes as processes, each at its own loopback address.

Ray is in an environment apart, which sees everything else where the tests have it: the default installation
stays as small as it is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.command_line import environment
from tests.integration.environments import python_environment
from tests.paths import PROJECT_ROOT

RAY = "ray[default]>=2.60,<2.61"
WAIT_SECONDS = 180
NODE_MEMORY, OBJECTS = 5 << 30, 128 << 20
"""Bytes for tasks on a node, and for what they exchange: a few numbers."""
STARTED = "Ray runtime started."
ADDRESS = "127.0.0.{}"
"""Of a node, by its number from 2 on: Ray takes 127.0.0.1 for the address of the machine in its network."""


@dataclass
class RayCluster:
    """A cluster that answers.

    Attributes
    ----------
    python
        The interpreter of its environment.
    variables
        The environment by which a driver finds it.
    workers
        The processes of its worker nodes, each the leader of a group.
    drivers
        The commands that were started.
    """

    python: Path
    variables: dict[str, str]
    workers: list[subprocess.Popen[bytes]]
    drivers: list[subprocess.Popen[str]] = field(default_factory=list)

    def smallcap(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the command `smallcap` as a driver."""
        command = [str(self.python), "-P", "-m", "smallcap.pipelines.command.app", *map(str, arguments)]
        driver = subprocess.Popen(
            command, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.drivers.append(driver)
        return driver


@contextmanager
def ray_cluster(folder: Path, workers: int) -> Iterator[RayCluster]:
    """Start a head without processors and some worker nodes of one each, and end them."""
    python = _environment_with_ray()
    head, port = ADDRESS.format(2), _free_port()
    variables = environment() | {
        "RAY_AUTH_MODE": "disabled",
        "RAY_ADDRESS": f"{head}:{port}",
        "RAY_USAGE_STATS_ENABLED": "0",
        "HOME": str(folder),
    }
    started: list[subprocess.Popen[bytes]] = []
    with suppress(KeyError):
        del variables["PYTHONPATH"]

    def start(*options: str) -> subprocess.Popen[bytes]:
        """Start a node in a group of its own."""
        own = [f"--node-ip-address={ADDRESS.format(len(started) + 2)}", f"--object-store-memory={OBJECTS}"]
        command = [str(python.with_name("ray")), "start", "--block", *own, *options]
        with (folder / f"node{len(started)}.log").open("wb") as log:
            given = {name: value for name, value in variables.items() if name != "RAY_ADDRESS"}
            node = subprocess.Popen(command, env=given, stdout=log, stderr=log, start_new_session=True)
        started.append(node)
        _wait_for(node, Path(log.name))
        return node

    try:
        temporary = f"--temp-dir=/tmp/ray-{os.getpid()}"
        start("--head", f"--port={port}", "--num-cpus=0", "--include-dashboard=false", temporary)
        options = [f"--address={head}:{port}", "--num-cpus=1", f"--memory={NODE_MEMORY}"]
        nodes = [start(*options) for _ in range(workers)]
        cluster = RayCluster(python, variables, nodes)
        try:
            yield cluster
        finally:
            for driver in cluster.drivers:
                driver.kill()
                driver.communicate()
    finally:
        for node in reversed(started):
            kill_group(node)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a node with everything that it started, as a machine that is switched off."""
    with suppress(psutil.NoSuchProcess):
        # Ray starts its own processes in sessions of their own.
        for one in (*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)):
            with suppress(psutil.NoSuchProcess):
                one.kill()
    process.wait()


def _environment_with_ray() -> Path:
    python = python_environment("ray", RAY)
    (own,) = python.parent.parent.glob("lib/python*/site-packages")
    (own / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n{PROJECT_ROOT}\n")
    return python


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(node: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a node to be ready: two that start at once on one machine stand in each other's way."""
    until = time.monotonic() + WAIT_SECONDS
    while STARTED not in (told := log.read_text(errors="replace")):
        assert node.poll() is None, told
        assert time.monotonic() < until, told
        time.sleep(0.5)
