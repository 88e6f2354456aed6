"""Accepting a refused delivery: it takes the word of a person who names the run and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from smallcap.errors import InputError
from smallcap.pipelines.command.deliveries import accept_run
from smallcap.settings import load_settings


@pytest.mark.parametrize(
    ("run", "reason", "message"),
    [
        ("", "the vendor dropped lines", "the run is empty"),
        (" ", "the vendor dropped lines", "the run is empty"),
        ("2f6c9a51", "", "--reason is empty"),
        ("2f6c9a51", "the vendor dropped lines", "no refused delivery of a run '2f6c9a51' waits"),
    ],
)
def test_without_a_run_that_waits_or_a_reason_nothing_is_accepted(
    tmp_path: Path, run: str, reason: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        accept_run(load_settings(home=tmp_path / "home"), run, reason, Console(quiet=True))
