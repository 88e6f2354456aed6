"""What reaches a terminal: the console's own styles, and no control character of any text."""

from __future__ import annotations

import io
import logging

import pytest
from rich.table import Table
from rich.text import Text

from smallcap.characters import REPLACEMENT
from smallcap.pipelines.command.consoles import SafeConsole, made_visible, make_warnings_visible

TITLE, CLEAR = "\x1b]0;owned\x07", "\x1b[2J"
HOSTILE = f"ALPHA{TITLE}{CLEAR}\x9b2J\u202e CO"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def table() -> Table:
    grid = Table("name", title=HOSTILE)
    grid.add_row(HOSTILE)
    grid.add_row(Text(HOSTILE, style="red"))
    return grid


@pytest.mark.parametrize("shown", [HOSTILE, Text(HOSTILE), table()], ids=["string", "text", "table"])
def test_no_sequence_of_a_text_reaches_the_terminal(shown):
    out = Terminal()
    SafeConsole(file=out, width=200, force_terminal=True).print(shown, style="bold")
    written = out.getvalue()
    assert "\x1b[1" in written
    assert REPLACEMENT in written
    assert not [sequence for sequence in (TITLE, CLEAR, "\x9b", "\u202e", "\x07") if sequence in written]


def test_line_ends_stay():
    out = io.StringIO()
    SafeConsole(file=out, width=20).print("one\ntwo")
    assert out.getvalue() == "one\ntwo\n"


def test_a_cell_is_measured_as_it_is_shown():
    out = io.StringIO()
    grid = Table("name", "x", box=None)
    grid.add_row(CLEAR * 3, "y")
    SafeConsole(file=out, width=80).print(grid)
    assert f"{REPLACEMENT}[2J" * 3 in out.getvalue()


def test_rows_that_are_written_to_a_terminal_are_visible_and_those_to_a_pipe_are_as_they_are():
    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        made_visible(stream).write(f"name\n{HOSTILE}\n")
    assert "\x1b" not in terminal.getvalue()
    assert terminal.getvalue().startswith("name\nALPHA")
    assert pipe.getvalue() == f"name\n{HOSTILE}\n"


def test_a_warning_that_quotes_a_vendor_is_visible(monkeypatch, capsys):
    handler = logging.StreamHandler()
    monkeypatch.setattr(logging, "lastResort", handler)
    make_warnings_visible()
    handler.emit(logging.LogRecord("smallcap", logging.WARNING, "", 0, "answered: %s", (HOSTILE,), None))
    told = capsys.readouterr().err
    assert told.startswith("answered: ALPHA")
    assert "\x1b" not in told
