"""Tables that fit the width they are printed in, with every number complete.

Where the columns do not fit side by side, headings and texts are broken over lines; where that is not enough,
whole columns of an arbitrary query are left out and named, or each row becomes a block of one line per
column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from smallcap.reports.wrapping import (
    ELLIPSIS,
    LEAST_TEXT,
    lines_of,
    narrowest,
    shortened,
    up_to_last_number,
    visible,
    widest,
)

GAP = 2
LEAST_USEFUL = 3
LEAST_USEFUL_SHARE = 0.25
"""Columns, and share of the columns, that a table must still have where others are left out.

Blocks are better than fewer.
"""
LARGEST_TERMINAL = 400
LONGEST_TEXT_LINES = 8
"""Lines of its column after which a text is shortened, where the table says how to see all of it."""
HEADING_STYLE = "bold"

Cells = Sequence[Sequence[Text]]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    heading
        Its heading; a first column without one names the rows.
    is_figure
        Whether its cells are set to the right.
    is_whole
        Whether its cells are never broken over lines, as numbers and dates; a number within a text is not
        broken either.
    is_shortened
        Whether its cells are cut to one line with an ellipsis where they do not fit, as a company's name
        beside its ticker.
    style
        The style of its cells.
    """

    heading: str = ""
    is_figure: bool = False
    is_whole: bool = False
    is_shortened: bool = False
    style: str = ""

    def least(self, text: str, *, keeps_words: bool = False) -> int:
        """Count the columns that a cell needs at least."""
        if self.is_whole:
            return widest(text)
        if not self.is_shortened:
            return narrowest(text, keeps_words=keeps_words)
        return min(widest(text), max(LEAST_TEXT, up_to_last_number(text) + cell_len(ELLIPSIS)))

    def most(self, width: int) -> int:
        """Count the columns after which a text is cut, where the table says how to see all of it."""
        return width if self.is_shortened else LONGEST_TEXT_LINES * width

    def lines(self, cell: Text, width: int) -> list[Text]:
        """Break a cell into lines of a width."""
        return [shortened(cell, width)] if self.is_shortened else lines_of(cell, width)


@dataclass(frozen=True)
class FittedTable:
    """A table that chooses its layout by the width that it is given.

    Attributes
    ----------
    columns
        The columns.
    rows
        The cells; what a vendor wrote is shown as it is.
    title
        A line above.
    rest
        How to see what is left out. With it columns may be left out and long texts shortened, without it
        nothing is.
    instead
        What to show where the columns do not fit, in place of blocks.
    names
        The first columns that name the rows, where the others are alike, such as years or companies. Then
        columns that do not fit follow below in further parts, each with these names, in place of blocks.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[str | Text]]
    title: str = ""
    rest: str = ""
    instead: RenderableType | None = None
    names: int = 0

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """Lay the table out; Rich calls this."""
        width = options.max_width
        cells = [[visible(cell) for cell in row] for row in self.rows]
        widths = self._fitting_widths(cells, width)
        if not widths and self.instead is not None:
            yield self.instead
            return
        if not widths and (parts := self._parts(cells, width)):
            yield from parts
            return
        short = self._shortened(cells, widths or [width] * len(self.columns))
        yield from lines_of(Text(self.title, style="table.title"), width) if self.title else ()
        yield from self._table(short, widths) if widths else self._blocks(short, width)
        if widths and len(widths) < len(self.columns):
            yield from lines_of(Text(self._left_out(cells, len(widths)), "dim"), width)
        if any(
            cell is not whole
            for row, others in zip(short, cells, strict=True)
            for cell, whole in zip(row, others, strict=False)
        ):
            yield from lines_of(
                Text(f"long texts are shortened here; shown in full by {self.rest}", "dim"), width
            )

    def _parts(self, cells: Cells, width: int) -> list[RenderableType]:
        """Divide the columns into tables that fit, with an empty line between them; none where none fits."""
        least, named = self._least_widths(cells), range(self.names)
        others = range(self.names, len(self.columns))
        counts = range(1, len(others) + 1) if self.names else range(0)
        for size in dict.fromkeys(-(-len(others) // count) for count in counts):
            parts = [[*named, *others[first : first + size]] for first in range(0, len(others), size)]
            if all(_sum([least[at] for at in part]) <= width for part in parts):
                return self._tables(parts)
        return []

    def _tables(self, parts: Sequence[Sequence[int]]) -> list[RenderableType]:
        tables: list[RenderableType] = []
        for part in parts:
            columns = [self.columns[at] for at in part]
            rows = [[row[at] for at in part] for row in self.rows]
            tables += [Text()] if tables else []
            tables.append(FittedTable(columns, rows, "" if tables else self.title))
        return tables

    def _shortened(self, cells: Cells, widths: Sequence[int]) -> Cells:
        """Return the cells of the columns shown, with long texts shortened where the table says so."""
        return [
            [
                shortened(cell, column.most(width)) if self.rest and not column.is_whole else cell
                for column, cell, width in zip(self.columns, row, widths, strict=False)
            ]
            for row in cells
        ]

    def _fitting_widths(self, cells: Cells, width: int) -> list[int]:
        """Choose the widths of the columns, from the first, that are shown side by side.

        None where blocks are better.
        """
        full = [
            max([widest(column.heading), *(widest(row[place].plain) for row in cells)])
            for place, column in enumerate(self.columns)
        ]
        if _sum(full) <= width:
            return full
        least = self._least_widths(cells)
        shown = max((count for count in range(len(least) + 1) if _sum(least[:count]) <= width), default=0)
        if shown < len(least) and not self._is_useful(shown):
            return []
        # Words are broken at their separators only where they would not fit otherwise.
        of_words = self._least_widths(cells, keeps_words=True)[:shown]
        return _between(of_words if _sum(of_words) <= width else least[:shown], full[:shown], width)

    def _least_widths(self, cells: Cells, *, keeps_words: bool = False) -> list[int]:
        return [
            max(
                narrowest(column.heading, keeps_words=keeps_words, text_kept=0),
                *(column.least(row[place].plain, keeps_words=keeps_words) for row in cells),
                0,
            )
            for place, column in enumerate(self.columns)
        ]

    def _is_useful(self, shown: int) -> bool:
        """Say whether a table of the first columns is better than blocks of all of them.

        One row is always better as a block.
        """
        return (
            bool(self.rest)
            and len(self.rows) != 1
            and shown >= max(LEAST_USEFUL, LEAST_USEFUL_SHARE * len(self.columns))
        )

    def _left_out(self, cells: Cells, shown: int) -> str:
        hidden, needed = [column.heading for column in self.columns[shown:]], _sum(self._least_widths(cells))
        wider = f", or in a terminal of {needed} columns" if needed <= LARGEST_TERMINAL else ""
        return (
            f"{len(hidden)} of {len(self.columns)} columns do not fit: {', '.join(hidden)}; shown by "
            f"{self.rest}{wider}"
        )

    def _table(self, cells: Cells, widths: Sequence[int]) -> Iterator[Text]:
        headings = [Text(column.heading, HEADING_STYLE) for column in self.columns]
        if any(heading.plain for heading in headings):
            yield from self._row(headings, widths, is_heading=True)
        for row in cells:
            yield from self._row(row, widths)

    def _row(self, row: Sequence[Text], widths: Sequence[int], *, is_heading: bool = False) -> Iterator[Text]:
        parts = [
            (lines_of if is_heading else column.lines)(cell, width)
            for column, cell, width in zip(self.columns, row, widths, strict=False)
        ]
        if is_heading:
            height = max(map(len, parts))
            parts = [[Text()] * (height - len(part)) + part for part in parts]
        for line in zip_longest(*parts, fillvalue=Text()):
            yield _joined(
                [self._set(part, place, widths[place], is_heading) for place, part in enumerate(line)]
            )

    def _set(self, part: Text, place: int, width: int, is_heading: bool) -> Text:
        column = self.columns[place]
        blank = " " * (width - cell_len(part.plain))
        set_part = Text.assemble(blank, part) if column.is_figure else Text.assemble(part, blank)
        if column.style and not is_heading:
            set_part.stylize_before(column.style)
        return set_part

    def _blocks(self, cells: Cells, width: int) -> Iterator[Text]:
        names = min(max(cell_len(column.heading) for column in self.columns), width // 2)
        for number, row in enumerate(cells):
            if number:
                yield Text()
            for column, cell in zip(self.columns, row, strict=True):
                yield from _field(column, cell, names, width)
        if not cells:
            yield from lines_of(
                Text("  ".join(column.heading for column in self.columns), HEADING_STYLE), width
            )


def _between(least: Sequence[int], full: Sequence[int], width: int) -> list[int]:
    """Choose widths between the least and the full ones: all wider than a common level get that level."""
    room = width - GAP * (len(least) - 1)
    levels = (
        [max(low, min(high, level)) for low, high in zip(least, full, strict=True)]
        for level in range(room, -1, -1)
    )
    widths = next(widths for widths in levels if sum(widths) <= room)
    for place, high in enumerate(full):
        widths[place] += min(high - widths[place], room - sum(widths))
    return widths


def _sum(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)


def _field(column: Column, cell: Text, names: int, width: int) -> Iterator[Text]:
    """Print one value of a block: beside its column's name where both fit, else below it."""
    name, room = cell_len(column.heading), width - names - GAP
    if column.heading and name <= names and column.least(cell.plain) <= room:
        first, *others = lines_of(cell, room)
        yield _joined([Text(column.heading + " " * (names - name), HEADING_STYLE), first])
        yield from (_joined([Text(" " * names), line]) for line in others)
        return
    yield from lines_of(Text(column.heading, HEADING_STYLE), width) if column.heading else ()
    yield from lines_of(cell, width)


def _joined(parts: Sequence[Text]) -> Text:
    line = Text(" " * GAP, no_wrap=True, overflow="ignore").join(parts)
    line.rstrip()
    return line


def plain_table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    texts: Sequence[str],
    names: int = 0,
) -> FittedTable:
    """Make a table whose columns are set to the right, but for those of texts."""
    columns = [
        Column(heading, is_figure=heading not in texts, is_shortened=heading == "name")
        for heading in headings
    ]
    return FittedTable(columns, rows, title, names=names)
