"""What the commands print at several widths: in a terminal every number of the piped output is there whole.

A pipe is never squeezed.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path
from types import ModuleType

import pytest
from rich.cells import cell_len
from rich.console import Console

from smallcap.pipelines.command import app
from smallcap.pipelines.command.options import UNLIMITED
from smallcap.pipelines.command.summary import show_summary
from smallcap.settings import load_settings
from tests.command_line import COMMAND, environment
from tests.examples import is_drill
from tests.integration.homes import LATER

NUMBER = re.compile(r"[-+]?\d+(?:[.,:/\-]\d+)*%?")
WIDE = "SELECT * EXCLUDE (run_id) FROM core.metrics_as_of, meta.catalogue ORDER BY as_of, entity_id LIMIT 3"
MEMBER = (
    "SELECT ticker FROM marts.quality_scores WHERE status = 'scored' ORDER BY as_of DESC, entity_id LIMIT 1"
)
WHOLE = {
    "why": ("why", "TICKER"),
    "screen": ("screen", "TICKER"),
    "funnel": ("funnel", "--rows", 4),
    "regress": ("regress", "sample_hindsight", "--cov", "HAC"),
    "book list": ("book", "list"),
    "status": ("status",),
    "config": ("config",),
    "doctor": ("doctor",),
    "sql, its list": ("sql", "--list"),
}
"""Commands that leave nothing out."""
WIDTHS = (40, 60, 80, 120, 200) if is_drill() else (40, 80, 200)


def writing() -> list[ModuleType]:
    """The modules of commands that write to the console of standard output."""
    folder = f"{app.__name__.rpartition('.')[0]}."
    return [
        module for name, module in sys.modules.items() if name.startswith(folder) and hasattr(module, "OUT")
    ]


def numbers(text: str) -> set[str]:
    return set(NUMBER.findall(text))


@pytest.fixture
def shown(smallcap, small_home: Path, monkeypatch: pytest.MonkeyPatch):
    """Call a command whose standard output is so many columns wide; None for a pipe."""

    def show(arguments: tuple[object, ...], width: int | None) -> str:
        out = io.StringIO()
        with monkeypatch.context() as patched:
            if width is not None:
                for module in writing():
                    patched.setattr(module, "OUT", Console(file=out, width=width))
            answer = smallcap(*arguments, "--home", small_home)
        assert answer.code == 0, answer.err
        return answer.out if width is None else out.getvalue()

    return show


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("name", WHOLE)
def test_every_number_of_a_command_is_whole_at_every_width(shown, name: str):
    arguments = WHOLE[name]
    if "TICKER" in arguments:
        ticker = shown(("sql", MEMBER), None).split()[-1]
        arguments = tuple(ticker if word == "TICKER" else word for word in arguments)
    piped = shown(arguments, None)
    for width in WIDTHS:
        narrow = shown(arguments, width)
        # The free space of the disk changes from call to call.
        assert {number for number in numbers(piped) if f"{number} GB" not in piped} <= numbers(narrow), width
        assert "do not fit" not in narrow
        assert max(cell_len(line) for line in narrow.splitlines() if "/" not in line) <= width


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_columns_of_a_query_are_whole_or_named_as_left_out(shown, width: int):
    columns = shown(("sql", WIDE, "--format", "csv"), None).splitlines()[0].split(",")
    narrow = shown(("sql", WIDE), width)
    told = re.search(
        r"(\d+) of (\d+) columns do not fit: (.*); shown by --format csv", " ".join(narrow.split())
    )
    hidden = columns[-int(told[1]) :] if told else []
    if told:
        assert told[3].replace(" ", "") == ",".join(hidden)
    kept = ", ".join(f'"{column}"' for column in columns if column not in hidden)
    piped = shown(("sql", f"SELECT {kept} FROM ({WIDE})"), None)
    assert numbers("\n".join(piped.splitlines()[1:])) <= numbers(narrow)


def test_a_pipe_has_each_row_in_one_line(shown):
    lines = shown(("sql", WIDE), None).splitlines()
    assert len(lines) == 4
    assert len(lines[0]) > 1000
    long = shown(("sql", "SELECT repeat('word 12,345.67 ', 1000) AS long"), None).splitlines()
    assert [len(line) for line in long] == [4, 14_999]


def run_in_terminal(columns: int, *arguments: object) -> str:
    """Run the command in a terminal of its own, and return what it would show."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    settings = environment() | {"TERM": "xterm"}
    settings.pop("COLUMNS", None)
    running = subprocess.Popen(
        [COMMAND, *map(str, arguments)], env=settings, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    told = b""
    while True:
        try:
            read = os.read(ours, 65_536)
        except OSError:  # Linux says so where the other end is closed.
            break
        if not read:
            break
        told += read
    os.close(ours)
    assert running.wait(timeout=120) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", told.decode())


def test_in_a_real_terminal_the_width_is_the_terminals(small_home: Path):
    text = run_in_terminal(
        80,
        "sql",
        "SELECT 'ABCD' AS ticker, 18371005826.5::DOUBLE AS a, 18371005826.5::DOUBLE AS b FROM range(2)",
        "--home",
        small_home,
    )
    assert re.findall(r"^ABCD +18,371,005,826 +18,371,005,826\r?$", text, flags=re.MULTILINE)
    wide = run_in_terminal(80, "sql", WIDE.replace("LIMIT 3", "LIMIT 1"), "--no-pager", "--home", small_home)
    assert re.search(r"^market_cap_usd +[\d,]+\r?$", wide, flags=re.MULTILINE)
    assert max(map(len, wide.splitlines())) <= 80


def test_a_run_in_a_narrow_terminal_prints_every_figure_of_the_piped_summary(small_home: Path):
    settings = load_settings(home=small_home)
    texts = {}
    for width in (UNLIMITED, 40, 80, 200):
        out, err = io.StringIO(), io.StringIO()
        show_summary(settings, LATER, Console(file=out, width=width), Console(file=err, width=80))
        texts[width] = out.getvalue()
        assert (
            f"sql 'SELECT ticker, score FROM marts.latest_quality LIMIT 5' --home {small_home}"
            in err.getvalue()
        )
    assert "synthetic sample universe (made-up companies): no company here exists" in texts[UNLIMITED]
    assert all(numbers(texts[UNLIMITED]) == numbers(text) for text in texts.values())
