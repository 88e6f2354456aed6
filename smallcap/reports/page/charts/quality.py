"""The scatter of the scored companies, and where the companies of each quintile went in a year."""

from __future__ import annotations

from typing import Any

import polars as pl

from smallcap.reports.page.charts.drawing import LABEL_FOOT, WIDE, Scale, legend, picture, ticks, value_axis
from smallcap.reports.page.formats import integer, number, percent
from smallcap.reports.page.svg import Canvas, Picture

MARGIN_LIMITS, DEBT_LIMITS = (-0.6, 0.6), (0.0, 1.0)
"""What the scatter shows of either axis; companies beyond are drawn at its edge."""
MOVES = (*(f"to_{quintile}" for quintile in range(5, 0, -1)), "to_unscored", "left_the_index")
MOVED_TO = ("Q5", "Q4", "Q3", "Q2", "Q1", "no score", "left")
Row = dict[str, Any]


def quality_scatter(scores: pl.DataFrame, quintiles: pl.DataFrame) -> Picture | None:
    """Draw debt/assets against free cash flow margin: one point per company, and the medians of quintiles.

    Parameters
    ----------
    scores
        Rows of `quality_scores`.
    quintiles
        Rows of `quality_quintiles`, of the same basis.
    """
    if scores.is_empty():
        return None
    points = scores.to_dicts()
    medians = {row["quintile"]: row for row in quintiles.to_dicts()}
    title = "Do high scores owe little and earn cash?"
    description = _description(scores, medians)
    return picture("quality-scatter", title, description, lambda width: _scatter(points, medians, width))


def _description(scores: pl.DataFrame, medians: dict[int, Row]) -> str:
    best, worst = medians[5], medians[1]
    description = (
        f"{scores.height:,} scored companies, debt over assets across, free cash flow margin up. "
        f"The median of the best quintile owes {percent(best['debt_to_assets_median'])} of its assets and "
        "keeps "
        f"{percent(best['fcf_margin_median'])} of revenue as free cash flow, "
        f"that of the worst {percent(worst['debt_to_assets_median'])} and "
        f"{percent(worst['fcf_margin_median'])}."
    )
    margin, debt = pl.col("fcf_margin"), pl.col("debt_to_assets")
    inside = margin.is_between(*MARGIN_LIMITS) & debt.is_between(*DEBT_LIMITS)
    beyond = scores.filter(~inside).height
    if beyond:
        description += f" {beyond:,} companies lie beyond the axes and are drawn at the edge."
    return description


def _scatter(points: list[Row], medians: dict[int, Row], width: int) -> Canvas:
    canvas = Canvas(width, 430 if width == WIDE else 350)
    names = [f"Q{quintile}" for quintile in range(1, 6)]
    top = legend(canvas, names, [f"q{quintile}" for quintile in range(1, 6)]) + 22
    foot, left = canvas.height - LABEL_FOOT - 22, 52.0
    across, up = Scale(*DEBT_LIMITS, left, width - 14), Scale(*MARGIN_LIMITS, foot, top)
    canvas.text((2, top - 10), "free cash flow margin", "ink")
    value_axis(canvas, up, left, width - 10.0, lambda value: percent(value, 0), 6)
    for value in ticks(*DEBT_LIMITS, 5):
        canvas.text((across(value), foot + LABEL_FOOT), percent(value, 0), anchor="middle")
    canvas.text((width - 14, canvas.height - 4), "debt / assets", "ink", "end")
    canvas.line((left, up(0)), (width - 10.0, up(0)), "muted", dashed=True)
    for quintile in range(1, 6):
        _cloud(canvas, [row for row in points if row["quintile"] == quintile], (across, up), f"q{quintile}")
    for quintile, row in medians.items():
        place = across(row["debt_to_assets_median"]), up(row["fcf_margin_median"])
        canvas.dots([place], "paper", 17)
        canvas.dots([place], f"q{quintile}", 13)
        canvas.text((place[0] + 11, place[1] + 4), f"Q{quintile}", "ink", bold=True)
    return canvas


def _cloud(canvas: Canvas, rows: list[Row], scales: tuple[Scale, Scale], colour: str) -> None:
    across, up = scales
    places = [(across(row["debt_to_assets"]), up(row["fcf_margin"])) for row in rows]
    if places:
        canvas.dots(places, colour, 5.5 if canvas.width == WIDE else 4, 0.55)
    for place, row in zip(places, rows, strict=True):
        canvas.tell(
            place,
            f"{row['ticker']} (score {number(row['score'])}): debt / assets "
            f"{percent(row['debt_to_assets'])}, "
            f"FCF margin {percent(row['fcf_margin'])}",
        )


def migration(rows: pl.DataFrame) -> Picture | None:
    """Draw where the companies of each quintile of a year before are now."""
    if rows.is_empty():
        return None
    moves = rows.to_dicts()
    stayed = sum(row[f"to_{row['quintile_then']}"] for row in moves)
    total = sum(row["companies"] for row in moves)
    best = moves[0]
    description = (
        f"Of {integer(total)} companies that had a score on {best['formed_as_of']}, {integer(stayed)} "
        f"({percent(stayed / total)}) are in the same quintile now. Of {integer(best['companies'])} in the "
        f"best, {integer(best['to_5'])} still are; without a score now: {integer(best['to_unscored'])}; "
        f"no longer members: {integer(best['left_the_index'])}."
    )
    title = "Does quality last: where are the quintiles of a year before?"
    return picture("migration", title, description, lambda width: _matrix(moves, width))


def _matrix(moves: list[Row], width: int) -> Canvas:
    left, line, head = 62.0, 40.0, 46.0
    cell = (width - left - 4) / len(MOVES)
    canvas = Canvas(width, head + line * len(moves) + 6)
    canvas.text((left, 14), "now", "muted")
    canvas.text((2, 38), "then", "muted")
    for place, name in enumerate(MOVED_TO):
        words = name if width == WIDE else name.replace("no score", "none")
        canvas.text((left + (place + 0.5) * cell, 38), words, "ink", "middle", bold=True)
    for number_of_row, row in enumerate(moves):
        top = head + number_of_row * line
        canvas.text((2, top + 24), f"Q{row['quintile_then']}", "ink", bold=True)
        for place, column in enumerate(MOVES):
            _cell(canvas, row, column, MOVED_TO[place], (left + place * cell, top, cell))
    return canvas


def _cell(canvas: Canvas, row: Row, column: str, name: str, place: tuple[float, float, float]) -> None:
    left, top, width = place
    share = row[column] / row["companies"]
    middle = left + width / 2
    colour = "accent" if column.startswith("to_") and column != "to_unscored" else "muted"
    canvas.rectangle((left + 1, top + 1), (width - 2, 36), colour, 0.05 + 0.55 * min(share / 0.7, 1))
    canvas.text((middle, top + 24), percent(share, 0), "ink", "middle")
    canvas.tell(
        (middle, top + 19),
        f"Q{row['quintile_then']} then, {name} now: {integer(row[column])} of {integer(row['companies'])}",
    )
