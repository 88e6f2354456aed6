"""What a section is made of: tables, charts and sentences, and a sentence where there is nothing to show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

import polars as pl
from markupsafe import Markup

from smallcap.reports.page.formats import figure
from smallcap.reports.page.links import NO_LINKS, Links
from smallcap.reports.page.svg import Picture
from smallcap.reports.page.tables import Layout, table

NOT_THERE = "The warehouse does not have this table: it was published by another release. A new run makes it."
_WORD = re.compile(r"[a-z0-9]+")
IN_UNIT_OF_MEASURE = ("value", "threshold", "headroom", "value_from", "value_to", "own_median")


@dataclass(frozen=True)
class TableBlock:
    """A table on the page: its HTML, its layout, its rows, and the CSV file that holds all of them."""

    html: Markup
    layout: Layout
    rows: int
    csv: str
    kind: str = "table"

    @property
    def name(self) -> str:
        """Its id on the page, by which an address names it."""
        return anchor(self.layout.caption)


@dataclass(frozen=True)
class PictureBlock:
    """A chart on the page."""

    picture: Picture
    kind: str = "picture"


@dataclass(frozen=True)
class Sentence:
    """A plain sentence, for instance on why there is nothing to show; with a title if it replaces a table."""

    text: str
    title: str = ""
    kind: str = "sentence"


Block = TableBlock | PictureBlock | Sentence


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes
    ----------
    name
        Its id.
    title
        A few words for links to it.
    question
        What it answers.
    lead
        How, in a sentence or two.
    blocks
        Its charts, then its tables.
    caveat
        What its figures do not say; shown below the first charts.
    """

    name: str
    title: str
    question: str
    lead: str
    blocks: tuple[Block, ...]
    caveat: str = ""

    @property
    def pictures(self) -> tuple[Block, ...]:
        """The charts and sentences before the first table: what the section leads with."""
        return self.blocks[: self._first_table]

    @property
    def tables(self) -> tuple[Block, ...]:
        """What follows from the first table on."""
        return self.blocks[self._first_table :]

    @property
    def contents(self) -> list[tuple[str, str]]:
        """The tables by id and caption."""
        return [(block.name, block.layout.caption) for block in self.blocks if isinstance(block, TableBlock)]

    @property
    def _first_table(self) -> int:
        leading = takewhile(
            lambda block: not (isinstance(block, TableBlock) or _replaces_table(block)), self.blocks
        )
        return sum(1 for _ in leading)


def anchor(caption: str) -> str:
    """Make the id of a table from its caption."""
    return "-".join(_WORD.findall(caption.lower()))


def _replaces_table(block: Block) -> bool:
    return isinstance(block, Sentence) and bool(block.title)


def block(frame: pl.DataFrame, layout: Layout, csv: str, empty: str, links: Links = NO_LINKS) -> Block:
    """Make a table, or the sentence to show where it does not exist or has no rows."""
    if frame.height:
        return TableBlock(table(frame, layout, links), layout, frame.height, f"{csv}.csv")
    return Sentence(empty if frame.columns else NOT_THERE, layout.caption)


def where(frame: pl.DataFrame, condition: pl.Expr, by: str | None = None) -> pl.DataFrame:
    """Choose the rows to show; a table that does not exist stays so."""
    if not frame.columns:
        return frame
    chosen = frame.filter(condition)
    return chosen.sort(by) if by else chosen


def told(frame: pl.DataFrame) -> pl.DataFrame:
    """Write figures in the unit of their row's measure."""
    # Row by row, because the unit changes from row to row; these are short lists.
    return frame.with_columns(
        pl.Series(f"{name}_told", list(map(figure, frame[name], frame["measure"])), pl.String)
        for name in IN_UNIT_OF_MEASURE
        if name in frame.columns
    )


def insufficient(frame: pl.DataFrame, otherwise: str) -> str:
    """Say why there are no numbers, in the tables' own words."""
    if "reason" not in frame.columns:
        return otherwise
    reasons = frame["reason"].drop_nulls().unique().sort().to_list()
    return f"Insufficient: {'; '.join(reasons)}." if reasons else otherwise
