"""A Ray cluster of the tests' own: a head and worker nodes as processes on 127.0.0.1.

Ray is in an environment apart, which sees everything else where the tests have it: the default installation
stays as small as it is.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.command_line import environment
from tests.paths import PROJECT_ROOT

RAY = "ray[default]>=2.60,<2.61"
WAIT_SECONDS = 180
NODE_MEMORY = str(5 << 30)


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
    """

    python: Path
    variables: dict[str, str]
    workers: list[subprocess.Popen[bytes]]

    def smallcap(self, *arguments: object) -> subprocess.Popen[str]:
        """Start the command `smallcap` as a driver."""
        command = [self.python, "-P", "-m", "smallcap.pipelines.command.app", *map(str, arguments)]
        return subprocess.Popen(
            command, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


@contextmanager
def ray_cluster(folder: Path, workers: int) -> Iterator[RayCluster]:
    """Start a head without processors and some worker nodes of one each, and end them."""
    python = _environment_with_ray(folder / "env")
    port = _free_port()
    variables = environment() | {
        "RAY_AUTH_MODE": "disabled",
        "RAY_ADDRESS": f"127.0.0.1:{port}",
        "RAY_USAGE_STATS_ENABLED": "0",
        "HOME": str(folder),
    }
    started: list[subprocess.Popen[bytes]] = []
    with suppress(KeyError):
        del variables["PYTHONPATH"]

    def start(*options: str) -> subprocess.Popen[bytes]:
        """Start a node in a group of its own."""
        command = [str(python.with_name("ray")), "start", "--block", *options]
        with (folder / f"node{len(started)}.log").open("wb") as log:
            given = {name: value for name, value in variables.items() if name != "RAY_ADDRESS"}
            node = subprocess.Popen(command, env=given, stdout=log, stderr=log, start_new_session=True)
        started.append(node)
        return node

    try:
        head = ["--head", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=0"]
        start(*head, "--include-dashboard=false", f"--temp-dir=/tmp/ray-{os.getpid()}")
        _wait_for(port)
        where = [f"--address=127.0.0.1:{port}", "--node-ip-address=127.0.0.1"]
        options = [*where, "--num-cpus=1", f"--memory={NODE_MEMORY}"]
        nodes = [start(*options) for _ in range(workers)]
        yield RayCluster(python, variables, nodes)
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


def _environment_with_ray(folder: Path) -> Path:
    python = folder / "bin" / "python"
    made = subprocess.run([sys.executable, "-m", "venv", folder], capture_output=True, text=True)
    installed = subprocess.run([python, "-m", "pip", "install", "-q", RAY], capture_output=True, text=True)
    if made.returncode or installed.returncode:
        pytest.skip(f"Ray cannot be installed: {installed.stderr[-300:]}")
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "others.pth").write_text(f"{sysconfig.get_path('purelib')}\n{PROJECT_ROOT}\n")
    return python


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(port: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, "the head of the cluster does not answer"
        time.sleep(0.5)
