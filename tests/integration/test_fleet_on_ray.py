"""A fleet on a real Ray cluster, of which a node is lost: every home is published, and equals a plain run."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from filelock import FileLock

from smallcap.warehouse.reading import served_run_id
from tests.command_line import must_succeed
from tests.integration.homes import assert_same_contents
from tests.integration.ray_cluster import RayCluster, kill_group, ray_cluster

pytestmark = [pytest.mark.drill, pytest.mark.service]

SEEDS = range(1, 9)
SETTINGS = "settings = { sample_companies = 60, is_report_written = false }"
FLEET = f"""
[[home]]
name = "refused"
as_of = 1999-06-30
{SETTINGS}

[[home]]
name = "h"
as_of = 2020-06-30
{SETTINGS}
vary = {{ sample_seed = {[*SEEDS]} }}
"""
LONGEST_SECONDS = 3600
LOOK_SECONDS = 0.5


def test_every_home_is_published_though_a_node_is_lost(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(FLEET)
    root = tmp_path / "homes"
    arguments = ("fleet", "run", tmp_path / "fleet.toml", "--root", root, "--on", "ray")
    with ray_cluster(tmp_path, workers=2) as cluster, most_at_once(root) as most:
        driver = cluster.smallcap(*arguments)
        until = time.monotonic() + LONGEST_SECONDS
        while not (lost := homes_below(cluster.workers[0])):
            assert driver.poll() is None, driver.stdout.read() if driver.stdout else ""
            assert time.monotonic() < until
            time.sleep(0.2)
        kill_group(cluster.workers[0])
        told, _ = driver.communicate(timeout=LONGEST_SECONDS)
        assert driver.returncode == 2, told
        assert f"{len(SEEDS) + 1} homes: {len(SEEDS)} published" in told
        assert "refused: exit code 2" in told
        assert_all_are_current(cluster, *arguments)
    homes = [root / f"h-sample_seed-{seed}" for seed in SEEDS]
    assert lost <= set(map(str, homes))
    assert set(most) >= set(map(str, homes))
    assert set(most.values()) == {1}
    for seed, home in zip(SEEDS, homes, strict=True):
        assert served_run_id(home / "warehouse")
        assert not (home / "run.json").exists()
        with FileLock(home / ".lock").acquire(timeout=0):
            pass
        plain = tmp_path / f"plain-{seed}"
        must_succeed("run", "--as-of", "2020-06-30", "--home", plain, sample_companies=60, sample_seed=seed)
        assert_same_contents(home, plain)


def assert_all_are_current(cluster: RayCluster, *arguments: object) -> None:
    again = cluster.smallcap(*arguments)
    told, _ = again.communicate(timeout=LONGEST_SECONDS)
    assert f"{len(SEEDS)} published, of which {len(SEEDS)} were current; 1 failed" in told


def runs_below(processes: list[psutil.Process]) -> Iterator[tuple[str, int]]:
    """Give home and process of each `smallcap run` among these; its own children have its command line."""
    for one in processes:
        with suppress(psutil.Error):
            parent = one.parent()
            if is_run(one) and not (parent is not None and is_run(parent)):
                yield one.environ()["SMALLCAP_HOME"], one.pid


def is_run(process: psutil.Process) -> bool:
    return process.cmdline()[2:5] == ["-m", "smallcap.pipelines.command.app", "run"]


def homes_below(node: object) -> set[str]:
    """Name the homes that a node makes now."""
    children = psutil.Process(node.pid).children(recursive=True)  # type: ignore[attr-defined]
    return {home for home, _ in runs_below(children) if Path(home, "run.json").exists()}


@contextmanager
def most_at_once(root: Path) -> Iterator[Counter[str]]:
    """Count, of each home below the root, how many processes ever made it at once."""
    most: Counter[str] = Counter()
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(LOOK_SECONDS):
            found = [home for home, _ in runs_below(list(psutil.process_iter())) if Path(home).parent == root]
            for home, count in Counter(found).items():
                most[home] = max(most[home], count)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield most
    finally:
        is_over.set()
        watch.join()
