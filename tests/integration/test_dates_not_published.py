"""A date that is not published: `why`, `funnel` and `report` name the nearest ones, and the command that
makes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.homes import EARLIER, LATER, Answer

Smallcap = Callable[..., Answer]
BETWEEN = f"the nearest dates are {EARLIER} before it and {LATER} after it"
COMMANDS = {"why": ("why", "AAAA"), "funnel": ("funnel",), "report": ("report",)}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("as_of", "nearest"),
    [
        ("2024-02-15", BETWEEN),
        ("2025-01-30", BETWEEN),
        ("2023-12-31", f"the nearest date is {EARLIER}, none is before it"),
        ("2025-02-01", f"the nearest date is {LATER}, none is after it"),
    ],
)
def test_the_nearest_dates_and_the_command_that_makes_it_are_named(
    small_home: Path, smallcap: Smallcap, command: str, as_of: str, nearest: str
) -> None:
    answer = smallcap(*COMMANDS[command], "--as-of", as_of, "--home", small_home)
    said = " ".join(answer.err.split())
    assert (answer.code, answer.out) == (2, "")
    assert f"of {as_of}; {nearest}; make it with: " in said
    assert f"smallcap run --as-of {as_of} --home {small_home}" in said


@pytest.mark.drill
def test_the_command_that_is_named_makes_the_date(home: Path, smallcap: Smallcap) -> None:
    refused = smallcap("funnel", "--as-of", "2025-01-20", "--home", home)
    named = re.search(r"smallcap (run .*)", " ".join(refused.err.split()))
    assert named
    assert smallcap(*named[1].split()).code == 0
    assert smallcap("funnel", "--as-of", "2025-01-20", "--home", home).code == 0


def test_a_home_whose_name_needs_quotes_is_quoted(
    small_home: Path, tmp_path: Path, smallcap: Smallcap
) -> None:
    link = tmp_path / "my home"
    link.symlink_to(small_home)
    spoken = smallcap("funnel", "--as-of", "2024-02-15", "--home", link).err
    # The home goes by its real path, which is the same in every folder.
    assert f"--home {small_home}" in " ".join(spoken.split())
