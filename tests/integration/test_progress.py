"""The progress of a run: one line that is replaced in a terminal and gone at the end, one line per table
elsewhere.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.engine.lineage import READS
from smallcap.pipelines.instance import open_instance
from smallcap.settings import load_settings
from tests.command_line import COMMAND, environment, smallcap
from tests.integration.homes import COMPANIES
from tests.screen import Screen, run_in_terminal
from tests.tiers import others_in_drill

RAW_TABLES = [name for name in READS if name.startswith("raw.")]
FIRST_WORDS, LAST_WORDS = "the raw tables are here; ", " computes and publishes what follows from them"


def is_last_sentence(lines: list[str]) -> bool:
    """Say whether the lines are the command's last sentence and nothing else, wherever a terminal breaks
    it.
    """
    text = "".join("".join(lines).split())
    first, last = ("".join(words.split()) for words in (FIRST_WORDS, LAST_WORDS))
    return text.startswith(first) and text.endswith(last) and text.count("`") == 2


@pytest.mark.parametrize("columns", others_in_drill([80, 200], kept=[80]))
def test_in_a_terminal_the_bar_is_one_line_and_leaves_none_behind(tmp_path: Path, columns: int):
    shown = run_in_terminal(
        [COMMAND, "fetch", "--home", tmp_path / "home"], environment(sample_companies=60), columns
    )
    assert shown.code == 0, shown.left
    assert is_last_sentence(shown.left)
    assert "━" in shown.written, "no bar was shown"
    assert any(name in shown.written for name in RAW_TABLES)


@pytest.mark.drill
def test_ctrl_c_in_a_terminal_leaves_one_sentence(tmp_path: Path):
    program = [COMMAND, "run", "--home", tmp_path / "home"]
    shown = run_in_terminal(
        program,
        environment(sample_companies=COMPANIES),
        80,
        stop_at=lambda written: "marts.stock_factor" in written,
    )
    assert shown.code == 130
    assert " ".join(shown.left[:1]).startswith("making "), shown.left
    assert [line for line in shown.left if "━" in line or "Traceback" in line] == []
    assert sum(line.startswith("stopped by Ctrl-C") for line in shown.left) == 1


@pytest.mark.drill
def test_where_nobody_watches_each_table_is_one_line(tmp_path: Path):
    told = smallcap("fetch", "--home", tmp_path / "home", sample_companies=COMPANIES)
    lines = told.stderr.splitlines()
    assert sorted(line.split()[0] for line in lines[: len(RAW_TABLES)]) == sorted(RAW_TABLES)
    assert is_last_sentence(lines[len(RAW_TABLES) :])
    assert told.stdout == ""
    assert "\x1b" not in told.stderr


def test_runs_that_the_ui_starts_keep_what_their_steps_write(tmp_path: Path):
    settings = load_settings(home=tmp_path / "home")
    with open_instance(settings) as captured, open_instance(settings, is_captured=False) as uncaptured:
        assert type(captured.compute_log_manager).__name__ == "LocalComputeLogManager"
        assert type(uncaptured.compute_log_manager).__name__ == "NoOpComputeLogManager"


def test_the_first_visit_to_the_ui_shows_no_dialog(tmp_path: Path):
    with open_instance(load_settings(home=tmp_path / "home")) as instance:
        assert instance.nux_enabled is False


def test_the_screen_of_these_tests_draws_as_a_terminal_does():
    screen = Screen(columns=5)
    screen.draw("first\r\nlong li\r\nbar 1\r\x1b[2Kbar 2\r\nmore\r\x1b[2K\x1b[1A\x1b[2Klast")
    assert screen.left == ["first", "long", "li", "last"]
