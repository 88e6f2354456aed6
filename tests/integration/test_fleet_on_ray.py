"""A fleet on a real Ray cluster, of which a node is lost: every home is published, and equals a plain run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from smallcap.warehouse.reading import served_run_id
from tests.command_line import must_succeed
from tests.integration.homes import assert_same_contents
from tests.integration.ray_cluster import kill_group, ray_cluster

pytestmark = [pytest.mark.drill, pytest.mark.service]

HOMES = int(os.environ.get("FLEET_HOMES", "4"))
SEEDS = list(range(1, HOMES + 1))
FLEET = f"""
[[home]]
name = "h"
as_of = 2020-06-30
settings = {{ sample_companies = 70, is_report_written = false }}
vary = {{ sample_seed = {SEEDS} }}

[[home]]
name = "refused"
as_of = 1999-06-30
settings = {{ sample_companies = 70, is_report_written = false }}
"""
LONGEST_SECONDS = 1800


def test_every_home_is_published_though_a_node_is_lost(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(FLEET)
    root = tmp_path / "homes"
    with ray_cluster(tmp_path, workers=2) as cluster:
        driver = cluster.smallcap("fleet", "run", tmp_path / "fleet.toml", "--root", root, "--on", "ray")
        until = time.monotonic() + LONGEST_SECONDS
        while len(list(root.glob("h-*/run.json"))) < 2:
            assert driver.poll() is None, driver.stdout.read() if driver.stdout else ""
            assert time.monotonic() < until
            time.sleep(0.2)
        kill_group(cluster.workers[0])
        told, _ = driver.communicate(timeout=LONGEST_SECONDS)
        assert driver.returncode == 2, told
        assert f"{HOMES + 1} homes: {HOMES} published" in told
    homes = [root / f"h-sample_seed-{seed}" for seed in SEEDS]
    assert all(served_run_id(home / "warehouse") for home in homes)
    assert not any((home / "run.json").exists() for home in homes)
    plain = tmp_path / "plain"
    must_succeed("run", "--as-of", "2020-06-30", "--home", plain, sample_companies=70, sample_seed=SEEDS[-1])
    assert_same_contents(homes[-1], plain)
