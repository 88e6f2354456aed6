"""What reaches a terminal: the console's own styles, and no control character of any text."""

from __future__ import annotations

import io
import logging
import sys

import pytest
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from smallcap.characters import REPLACEMENT
from smallcap.pipelines.command.consoles import (
    SafeConsole,
    _show_traceback,
    made_visible,
    make_all_writable,
    make_warnings_visible,
)
from tests.attacks import attacks

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


@attacks(
    "terminal output",
    "shown",
    {"text": HOSTILE, "styled text": Text(HOSTILE), "name in a table": table()},
)
def test_no_sequence_of_a_text_reaches_the_terminal(shown):
    out = Terminal()
    SafeConsole(file=out, width=200, force_terminal=True).print(shown, style="bold")
    written = out.getvalue()
    assert "\x1b[1" in written
    assert REPLACEMENT in written
    assert not [sequence for sequence in (TITLE, CLEAR, "\x9b", "\u202e", "\x07") if sequence in written]


@pytest.mark.parametrize(
    ("encoding", "shown"), [("ascii", "Angstrom ! - ~ ?"), ("latin-1", "Ångström ! - ~ ?"), ("utf-8", None)]
)
def test_letters_that_a_terminal_cannot_show_are_written_by_the_nearest(monkeypatch, encoding, shown):
    text, written = "Ångström ≠ – … 漢", io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    make_all_writable()
    SafeConsole(width=40).print(text)
    sys.stdout.flush()
    assert written.getvalue().decode(encoding).rstrip() == (shown or text)


def test_rows_for_a_file_or_a_pipe_lose_no_letter():
    written = io.BytesIO()
    stream = made_visible(io.TextIOWrapper(written, encoding="ascii"))
    stream.write("Ångström ≠")
    stream.flush()
    assert written.getvalue().decode("utf-8") == "Ångström ≠"


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


@attacks(
    "terminal output",
    "sequence",
    {
        "title of the window": "\x1b]0;owned\x07",
        "cleared screen": "\x1b[2J",
        "cleared screen in eight bits": "\x9b2J",
        "colour": "\x1b[31m",
        "clipboard": "\x1b]52;c;b3duZWQ=\x07",
        "link": "\x1b]8;;http://evil.test\x1b\\",
        "question to the terminal": "\x1b[6n",
        "programmed key": "\x1bP+q436f\x1b\\",
        "other character set": "\x0e",
        "line written over": "\rowned",
        "letters taken back": "\b\b\b\b",
        "bell": "\x07",
        "text turned around": "\u202e",
        "isolated direction": "\u2066",
        "invisible character": "\u200b",
        "invisible tag": "\U000e0041",
        "line separator": "\u2028",
        "half a character": "\ud800",
        "null byte": "\0",
    },
)
def test_no_sequence_reaches_the_terminal_by_any_way(sequence, capsys):
    out, rows = io.StringIO(), Terminal()
    grid = Table("name")
    grid.add_row(f"ALPHA{sequence}")
    SafeConsole(file=out, width=200).print(f"[bold]error:[/] {escape(sequence)}", grid)
    made_visible(rows).write(f"ALPHA{sequence}")
    _show_traceback(ValueError, ValueError(f"ALPHA{sequence}"))
    told = out.getvalue() + rows.getvalue() + capsys.readouterr().err
    assert sequence not in told
    assert not [character for character in sequence if character in told and not character.isprintable()]
    assert told.count("ALPHA") == 3


def test_an_error_that_nobody_explained_is_shown_with_its_place_and_without_a_key(capsys):
    try:
        raise ValueError("xfl_0123456789abcdef")
    except ValueError as error:
        _show_traceback(ValueError, error, error.__traceback__)
    told = capsys.readouterr().err
    assert told.startswith("Traceback")
    assert "test_consoles.py" in told
    assert "ValueError: [key hidden]" in told


def test_a_warning_that_quotes_a_vendor_is_visible(monkeypatch, capsys):
    handler = logging.StreamHandler()
    monkeypatch.setattr(logging, "lastResort", handler)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    make_warnings_visible()
    handler.emit(logging.LogRecord("smallcap", logging.WARNING, "", 0, "answered: %s", (HOSTILE,), None))
    told = capsys.readouterr().err
    assert told.startswith("answered: ALPHA")
    assert "\x1b" not in told
