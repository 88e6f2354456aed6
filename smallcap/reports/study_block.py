"""The study's summary for the terminal: counts, medians by quintile, best and worst names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rich.console import Group, RenderableType
from rich.text import Text

from smallcap.reports.fitted import Column, FittedTable
from smallcap.reports.terminal import Row, millions, multiple, percent

BASIS_TITLES = {
    "point_in_time": "point in time (known at as_of)",
    "as_published": "as published (known 163 days later)",
}
COUNTS = (
    ("members", "members"),
    ("usable_tickers", "with a usable ticker"),
    ("with_record", "with a fresh annual record"),
    ("complete_records", "complete records"),
    ("records_after_controls", "records after controls"),
)
INPUTS = ("score", "ROE", "FCF margin", "debt/assets", "coverage", "cap, USD m")


def study_block(
    claim: str, counts: Sequence[Row], quintiles: Sequence[Row], names: Sequence[Row], empty: str
) -> RenderableType:
    """Lay out the study's summary: counts, medians by quintile, best and worst names, point in time first.

    Parameters
    ----------
    claim
        What can be claimed of the data; shown first.
    counts
        One row of marts.quality_summary per basis, quintile 0.
    quintiles
        The rows of quintiles 1 to 5, by basis.
    names
        Rows of marts.quality_scores by basis, best first, with `group` best or worst.
    empty
        Why no company has a score; said where none has.
    """
    if not counts:
        return Group(Text(claim), Text("no summary for this date"))
    parts: list[RenderableType] = [
        Text(f"Quality screen of {counts[0]['as_of']}", style="bold"),
        Text(claim),
        Text(""),
        _counts_table(counts),
    ]
    for basis in BASIS_TITLES:
        of_basis = [row for row in quintiles if row["basis"] == basis and row["scored"]]
        if of_basis:
            parts += [Text(""), _quintiles_table(basis, of_basis)]
        elif basis == "point_in_time":
            parts += [Text(""), Text(empty, style="yellow")]
    for basis, lay_out in (("point_in_time", _names_table), ("as_published", _scores_table)):
        of_basis = [row for row in names if row["basis"] == basis]
        if of_basis:
            parts += [Text(""), lay_out(of_basis)]
    return Group(*parts)


def _counts_table(counts: Sequence[Row]) -> FittedTable:
    columns = [Column(), *(Column(BASIS_TITLES[row["basis"]], is_figure=True) for row in counts)]
    return FittedTable(
        columns, [[words, *(f"{row[column]:,}" for row in counts)] for column, words in COUNTS]
    )


def _quintiles_table(basis: str, quintiles: Sequence[Row]) -> FittedTable:
    headings = ("quintile", "companies", "ROE", "FCF margin", "debt/assets", "coverage", "cap, USD m")
    rows = [
        [
            str(row["quintile"]),
            f"{row['scored']:,}",
            percent(row["roe_median"]),
            percent(row["fcf_margin_median"]),
            percent(row["debt_to_assets_median"]),
            multiple(row["interest_coverage_median"]),
            millions(row["market_cap_usd_median"]),
        ]
        for row in quintiles
    ]
    title = f"Medians by quintile, {BASIS_TITLES[basis]}; 5 is best"
    return FittedTable([Column(heading, is_figure=True) for heading in headings], rows, title)


def _names_table(names: Sequence[Row]) -> FittedTable:
    columns = [
        Column(),
        Column("ticker"),
        Column("name", is_shortened=True),
        *(Column(heading, is_figure=True) for heading in INPUTS),
    ]
    rows = [
        [
            row["group"],
            row["ticker"],
            row["name"] or "",
            f"{row['score']:.2f}",
            percent(row["roe"]),
            percent(row["fcf_margin"]),
            percent(row["debt_to_assets"]),
            multiple(row["interest_coverage"]),
            millions(row["market_cap_usd"]),
        ]
        for row in names
    ]
    return FittedTable(
        columns, rows, f"Best and worst scores with their inputs, {BASIS_TITLES['point_in_time']}"
    )


def _scores_table(names: Sequence[Row]) -> FittedTable:
    best, worst = (
        [[row["ticker"], f"{row['score']:.2f}"] for row in names if row["group"] == group]
        for group in ("best", "worst")
    )
    rows = [[*one, *other] for one, other in zip_longest(best, worst, fillvalue=["", ""])]
    columns = [
        Column("best"),
        Column("score", is_figure=True),
        Column("worst"),
        Column("score", is_figure=True),
    ]
    return FittedTable(columns, rows, f"Best and worst scores, {BASIS_TITLES['as_published']}")
