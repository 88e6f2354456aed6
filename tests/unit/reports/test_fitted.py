"""Tables in the terminal: at any width every number is whole, what is left out is counted and named, and
nothing is wider than asked.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from smallcap.pipelines.command.options import UNLIMITED
from smallcap.reports.fitted import LONGEST_TEXT_LINES, Column, FittedTable
from smallcap.reports.terminal import rows_table, written
from smallcap.reports.wrapping import LEAST_TEXT

REST = "--format csv"
NAMES = (
    "ticker",
    "market_cap_usd",
    "as_of",
    "exclusion_reason",
    "round(avg(members), 3)",
    "n",
    "name",
    "is_value_restated",
)
NUMBER = re.compile(r"[-+]?\d+(?:[.,:/\-]\d+)*(?:[eE][-+]?\d+)?%?")
WIDTHS = st.integers(40, 200)

numbers = st.one_of(
    st.integers(-(2**127), 2**127),
    st.integers(-5000, 5000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e12, 1e12),
    st.decimals(-(10**18), 10**18, places=4),
    st.dates(dt.date(1990, 1, 1), dt.date(2030, 12, 31)),
    st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2030, 12, 31)),
)
WORDS = (
    "POWL",
    "BRK.B",
    "PHARMACEUTICALS",
    "missing:roe,fcf_margin",
    "18,371,005,826",
    "-7.45%",
    "of",
    "2025-12-31",
    "ünïcode",
    "株式会社",
)
WORDS_AROUND_NUMBERS = (
    "USD18,371,005,826",
    '{"revenue_usd":40692000.0,"year":2019}',
    "0001640147-24-000123",
    "netincome=-16,795.7",
)
words = st.sampled_from((*WORDS, *WORDS_AROUND_NUMBERS))
texts = st.lists(words, max_size=12).map(" ".join)
kinds = st.sampled_from((numbers, texts))


@st.composite
def results(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """The result of a query: columns of numbers, dates and texts, some of them null."""
    columns = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=14))
    row = st.tuples(*(st.none() | draw(kinds) for _ in columns)).map(list)
    return [f"{name}{place}" for place, name in enumerate(columns)], draw(st.lists(row, max_size=5))


def printed(renderable: RenderableType, width: int) -> str:
    """Print into so many columns."""
    out = io.StringIO()
    Console(file=out, width=width).print(renderable)
    return out.getvalue()


def hidden_columns(shown: str, columns: Sequence[str]) -> list[str]:
    """Read from the note below a table which columns are left out."""
    note = " ".join(shown.split())
    told = re.search(r"(\d+) of (\d+) columns do not fit: (.*); shown by --format csv", note)
    if told is None:
        return []
    assert int(told[2]) == len(columns)
    hidden = list(columns[-int(told[1]) :])
    assert "".join(told[3].split()) == "".join(",".join(hidden).split())
    return hidden


def figures(text: str) -> set[str]:
    return {found for found in NUMBER.findall(text) if len(found) <= 40}


@given(results(), WIDTHS)
@example((["ticker"] * 14, [[None] * 14, [None, "USD18,371,005,826", *[None] * 12]]), 40)
@example((["name"] * 4, [["OF 2025-12-31 AND 18,371,005,826", "A", "B", "C"]] * 2), 40)
def test_every_number_of_every_shown_column_is_whole_and_hidden_columns_are_counted(
    result: tuple[list[str], list[list[Any]]], width: int
):
    columns, rows = result
    shown = printed(rows_table(columns, rows, rest=REST), width)
    assert max(map(cell_len, shown.splitlines()), default=0) <= width
    visible = len(columns) - len(hidden_columns(shown, columns))
    there, is_shortened = figures(shown), "long texts are shortened" in shown
    for row in rows:
        for value in row[:visible]:
            is_long = isinstance(value, str) and len(value) > LONGEST_TEXT_LINES * LEAST_TEXT
            assert (is_shortened and is_long) or figures(written(value)) <= there


@given(results(), st.integers(40, 200))
def test_without_a_way_to_the_rest_nothing_is_left_out(result: tuple[list[str], list[list[Any]]], width: int):
    columns, rows = result
    shown = printed(rows_table(columns, rows), width)
    assert "do not fit" not in shown
    assert "…" not in shown
    kept = "".join(shown.split())
    for row in rows:
        for value in row:
            assert all(word in kept for word in written(value).split() if len(word) <= 12)
            assert figures(written(value)) <= figures(shown)


@given(results())
def test_a_pipe_has_one_whole_line_for_each_row(result: tuple[list[str], list[list[Any]]]):
    columns, rows = result
    lines = printed(rows_table(columns, rows, rest=REST), UNLIMITED).splitlines()
    assert len(lines) == 1 + len(rows)
    for row, line in zip(rows, lines[1:], strict=True):
        assert all(written(value) in line for value in row if written(value).strip())


@given(results(), st.integers(1, 39))
def test_a_terminal_narrower_than_any_is_survived(result: tuple[list[str], list[list[Any]]], width: int):
    columns, rows = result
    printed(rows_table(columns, rows, rest=REST), width)


@given(st.lists(st.tuples(st.text(), st.text()), max_size=3), WIDTHS)
@example([("\x1b[31mred", "tab\there\r\nnew line")], 40)
def test_text_of_any_kind_is_shown_without_controls(rows: list[tuple[str, str]], width: int):
    shown = printed(rows_table(("a", "b"), rows, rest=REST), width)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", shown)


class TestAt80Columns:
    COLUMNS = (
        "ticker",
        "name",
        "as_of",
        "market_cap_usd",
        "revenue_usd",
        "net_income_usd",
        "total_assets_usd",
    )
    ROW = (
        "POWL",
        "POWELL INDUSTRIES INC",
        dt.date(2025, 12, 31),
        18_371_005_826.0,
        699_308_000.0,
        54_525_000.0,
        752_242_000.0,
    )

    def test_amounts_and_tickers_are_whole_and_the_columns_left_out_are_named(self):
        shown = printed(rows_table(self.COLUMNS, [self.ROW] * 3, rest=REST), 80)
        assert shown.count("18,371,005,826") == 3
        assert shown.count("POWL ") == 3
        told = (
            "1 of 7 columns do not fit: total_assets_usd; shown by --format csv, or in a terminal of "
            "86 columns"
        )
        assert told in " ".join(shown.split())
        assert "752,242,000" in printed(rows_table(self.COLUMNS, [self.ROW] * 3, rest=REST), 86)

    def test_one_row_that_does_not_fit_is_a_block_with_every_column(self):
        lines = printed(rows_table(self.COLUMNS, [self.ROW], rest=REST), 80).splitlines()
        assert [line.split()[0] for line in lines] == list(self.COLUMNS)
        assert lines[-1] == "total_assets_usd  752,242,000"

    def test_many_wide_columns_are_a_block_for_each_row(self):
        columns = [f"amount_of_the_year_{year}" for year in range(1990, 2025)]
        rows = [[1e9 + year for year in range(35)]] * 2
        blocks = printed(rows_table(columns, rows, rest=REST), 80).strip().split("\n\n")
        assert [len(block.splitlines()) for block in blocks] == [35, 35]

    def test_a_long_text_is_shortened_but_not_within_a_number_and_it_is_said_how_to_see_it(self):
        shown = printed(rows_table(("long", "n"), [("word 12,345.67 " * 140, 7)], rest=REST), 80)
        assert len(shown.splitlines()) < 12
        assert figures(shown) == {"12,345.67", "7"}
        assert shown.splitlines()[-1] == "long texts are shortened here; shown in full by --format csv"

    def test_a_long_text_is_whole_where_no_other_way_leads_to_it(self):
        text = "word 12,345.67 " * 140
        assert " ".join(printed(rows_table(("long",), [(text,)]), 80).split()) == f"long {text}".strip()

    def test_a_plan_keeps_its_lines(self):
        plan = "╭─ scan ─╮\n│ 5 rows │\n╰────────╯"
        lines = printed(rows_table(("key", "value"), [("plan", plan)], rest=REST), 80).splitlines()
        assert lines[1:] == ["plan  ╭─ scan ─╮", "      │ 5 rows │", "      ╰────────╯"]

    def test_a_result_without_rows_shows_its_columns(self):
        assert printed(rows_table(("a", "b"), [], rest=REST), 80).split() == ["a", "b"]
        assert printed(rows_table(self.COLUMNS * 4, [], rest=REST), 40).split() == list(self.COLUMNS) * 4


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (0.25, "0.25"),
        (-0.00004, "-4e-05"),
        (18_371_005_826.4, "18,371,005,826"),
        (1.5e300, "1.5e+300"),
        (Decimal("1234567.50"), "1,234,567.50"),
        (2025, "2025"),
        (True, "True"),
        (dt.date(2025, 12, 31), "2025-12-31"),
    ],
)
def test_values_are_written_without_loss_of_what_matters(value: object, text: str):
    assert written(value) == text


def test_a_name_is_shortened_to_one_line_beside_its_figures():
    columns = [Column("ticker"), Column("name", is_shortened=True), Column("cap", is_figure=True)]
    shown = printed(FittedTable(columns, [["MIRM", "MIRUM PHARMACEUTICALS INC", "18,371,005,826"]]), 40)
    assert shown.splitlines()[1] == "MIRM    MIRUM PHARMACEU…  18,371,005,826"


@pytest.mark.parametrize("width", [120, 80, 60, 40, 30])
def test_alike_columns_that_do_not_fit_follow_below_with_the_names_of_the_rows(width: int):
    years = [f"{year}-12-31" for year in range(2021, 2027)]
    figures = [f"{number},005,826" for number in range(1, 7)]
    columns = [Column(), *(Column(year, is_figure=True) for year in years)]
    out = io.StringIO()
    table = FittedTable(columns, [["net income", *figures], ["equity", *figures]], "Years", names=1)
    Console(file=out, width=width).print(table)
    lines = out.getvalue().splitlines()
    assert lines[0] == "Years"
    assert max(map(cell_len, lines)) <= width
    assert re.findall(r"\d{4}-\d\d-\d\d", out.getvalue()) == years
    equity = [line.split()[1:] for line in lines if line.startswith("equity")]
    assert [figure for part in equity for figure in part] == figures
    assert len({len(part) for part in equity}) == 1
    assert len(equity) == {120: 1, 80: 2, 60: 2, 40: 3, 30: 6}[width]
