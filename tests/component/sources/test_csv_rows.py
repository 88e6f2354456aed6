"""CSV rows: what a careful reader would read, whole rows only, and the place of a wrong one as an editor
shows it.
"""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.errors import InputError
from smallcap.sources.csv_rows import csv_header, csv_rows, place_of

WHAT = "prices file p.csv"
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=["Cs", "Cc"]), max_size=6
)
LINE_ENDS = ["\n", "\r\n", "\r"]


def written(rows: list[list[str]], line_end: str, quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    target = io.StringIO()
    csv.writer(target, lineterminator=line_end, quoting=quoting).writerows(rows)
    return target.getvalue().encode()


def read(payload: bytes) -> list[tuple[str | None, ...]]:
    return csv_rows(payload, WHAT)[0].rows()


def header_and_rows(payload: bytes) -> tuple[list[str], list[tuple[str | None, ...]]]:
    return csv_header(payload, WHAT), read(payload)


@pytest.mark.parametrize("line_end", LINE_ENDS)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    is_marked=st.booleans(),
    blank_lines=st.integers(0, 2),
)
def test_what_was_written_is_read(
    line_end: str, rows: list[list[str]], quoting: int, is_marked: bool, blank_lines: int
) -> None:
    payload = written([["a", "b", "c"], *rows], line_end, quoting) + line_end.encode() * blank_lines
    assert csv_header(b"\xef\xbb\xbf" * is_marked + payload, WHAT) == ["a", "b", "c"]
    found = read(b"\xef\xbb\xbf" * is_marked + payload)
    assert [tuple(cell or "" for cell in row) for row in found] == [tuple(row) for row in rows]


def test_quoted_cells_may_hold_line_ends_commas_and_quotes() -> None:
    payload = b'name,note\n"A, Inc","two\nlines"\n"say ""so""","cr\r\nlf"\n'
    assert read(payload) == [("A, Inc", "two\nlines"), ('say "so"', "cr\r\nlf")]


def test_cells_with_line_feeds_in_a_file_of_carriage_returns_are_read() -> None:
    payload = b'name,note\r"A, Inc","two\nlines"\r\rB,\r'
    rows, lines = csv_rows(payload, WHAT)
    assert [tuple(cell or None for cell in row) for row in rows.rows()] == [
        ("A, Inc", "two\nlines"),
        ("B", None),
    ]
    assert lines.to_list() == [2, 5]


@pytest.mark.parametrize("line_end", LINE_ENDS)
def test_blank_lines_are_no_rows(line_end: str) -> None:
    payload = line_end.join(["", "a,b", "1,2", "", "  ", "3,4", "", ""]).encode()
    assert read(payload) == [("1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            ["1,2,3", "4,5"],
            r"row 2 \(the header not counted\), line 3: 2 cells instead of 3; the file is cut off or damaged",
        ),
        (["1,2,3", "4"], r"row 2 .*, line 3: 1 cell instead of 3; the file is cut off"),
        (["1,2", "3,4", "5,6"], r"row 1 .*, line 2: 2 cells instead of 3"),
        (
            ["1,2,3", "4,5,6,7"],
            r"row 2 .*, line 3: 4 cells instead of 3; quote cells that contain a comma",
        ),
        (["1,2,3,"], r"row 1 .*: 4 cells instead of 3"),
        (["1,2,3", "1,5,4,5"], r"row 2 .*: 4 cells instead of 3; .* decimals with a point"),
        (['1,"two\nlines",3', "", "4,5"], r"row 2 .*, line 5: 2 cells instead of 3"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_row_of_another_length_is_named(rows: list[str], message: str, line_end: str) -> None:
    payload = (line_end.join(["a,b,c", *rows])).encode()
    with pytest.raises(InputError, match=rf"^{WHAT}, {message}"):
        csv_rows(payload, WHAT)


@pytest.mark.parametrize(
    ("payload", "message"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf\n \n", "it is empty"),
        (b'a,b\n1,"never closed\n2,3\n', "line 3: unexpected end of data"),
        (b'a,b\n1,"x"y\n', "line 2: .*expected after"),
        (b"a,b\n1,2\n3,\xff\n", "line 3 is not UTF-8 text; save the file as UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "line 1 is not UTF-8 text"),
        (b"a,b\n1," + b"x" * 200_000 + b"\n", "line 2: field larger than field limit"),
        (b"a,b\r\n1,2\r3,4\r\n", "is not readable as CSV"),
        (b'a,b\n1,5" pipe\n', "is not readable as CSV"),
    ],
)
def test_what_cannot_be_read_with_certainty_is_refused(payload: bytes, message: str) -> None:
    with pytest.raises(InputError, match=rf"^{WHAT} is not readable as CSV: .*{message}|^{WHAT} {message}"):
        header_and_rows(payload)


def test_a_place_is_the_line_on_which_a_row_begins() -> None:
    payload = b'\na,b\n1,"two\nlines"\n\n3,4\n'
    _, lines = csv_rows(payload, WHAT)
    assert [place_of(row, line) for row, line in enumerate(lines, start=1)] == [
        "row 1 (the header not counted), line 3",
        "row 2 (the header not counted), line 6",
    ]
