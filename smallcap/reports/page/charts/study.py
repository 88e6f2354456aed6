"""The names of the study as it published them, beside the same names and the quintiles here."""

from __future__ import annotations

from typing import Any

import polars as pl

from smallcap.reports.page.charts.drawing import LABEL_FOOT, WIDE, Scale, legend, picture, ticks, value_axis
from smallcap.reports.page.formats import percent
from smallcap.reports.page.svg import Canvas, Picture

ACROSS, UP = "debt_to_assets", "fcf_margin"
MARGIN_LIMITS, DEBT_LIMITS = (-0.6, 0.6), (0.0, 1.0)
Row = dict[str, Any]
Point = tuple[float, float]


def study_scatter(study: pl.DataFrame, quintiles: pl.DataFrame) -> Picture | None:
    """Draw the study's named companies, the same ones here, and the medians of our quintiles.

    Parameters
    ----------
    study
        Rows of `study_comparison`.
    quintiles
        Rows of `quality_quintiles` as known at the date.
    """
    names = study.filter((pl.col("topic") == "names") & (pl.col("basis") == "point_in_time"))
    published, ours = _points(names, "published"), _points(names, "ours")
    # A date on which nothing is scored has quintiles without medians.
    scored = quintiles.drop_nulls([f"{ACROSS}_median", f"{UP}_median"])
    medians = {
        f"Q{row['quintile']}": (row[f"{ACROSS}_median"], row[f"{UP}_median"]) for row in scored.to_dicts()
    }
    if not published or not medians:
        return None
    description = (
        f"{len(published)} companies that the study names, with the debt over assets and the free cash flow "
        f"margin that it gives them, and the medians of our quintiles. "
        f"{len(ours) or 'None'} of these companies {'is' if len(ours) == 1 else 'are'} known here."
    )
    groups = {
        "the study's figure": published,
        "ours of the same company": ours,
        "median of our quintile": medians,
    }
    title = "Does our screen look like the study's?"
    return picture("study", title, description, lambda width: _scatter(groups, width))


def _points(names: pl.DataFrame, side: str) -> dict[str, Point]:
    rows: dict[str, dict[str, float]] = {}
    for row in names.filter(pl.col(side).is_not_null()).to_dicts():
        rows.setdefault(row["item"], {})[row["measure"]] = row[side]
    return {name: (row[ACROSS], row[UP]) for name, row in rows.items() if ACROSS in row and UP in row}


def _scatter(groups: dict[str, dict[str, Point]], width: int) -> Canvas:
    canvas = Canvas(width, 380)
    colours = ("s2", "s1", "s3")
    top = legend(canvas, list(groups), colours) + 22
    foot, left = canvas.height - LABEL_FOOT - 22, 52.0
    across, up = Scale(*DEBT_LIMITS, left, width - 40), Scale(*MARGIN_LIMITS, foot, top)
    canvas.text((2, top - 10), "free cash flow margin", "ink")
    value_axis(canvas, up, left, width - 10.0, lambda value: percent(value, 0), 6)
    for value in ticks(*DEBT_LIMITS, 5):
        canvas.text((across(value), foot + LABEL_FOOT), percent(value, 0), anchor="middle")
    canvas.text((width - 14, canvas.height - 4), "debt / assets", "ink", "end")
    published, ours, _ = groups.values()
    for name in sorted(published.keys() & ours.keys()):
        ends = [(across(x), up(y)) for x, y in (published[name], ours[name])]
        canvas.line(ends[0], ends[1], "muted", dashed=True)
    labels: list[Point] = []
    for colour, (group, points) in zip(colours, groups.items(), strict=True):
        for name, (x, y) in points.items():
            place = across(x), up(y)
            canvas.dots([place], colour, 9)
            if (width == WIDE or group.startswith("median")) and _is_free(place, labels):
                labels.append(place)
                canvas.text((place[0] + 8, place[1] + 4), name, "ink")
            canvas.tell(place, f"{name}, {group}: debt / assets {percent(x)}, FCF margin {percent(y)}")
    return canvas


def _is_free(place: Point, labels: list[Point]) -> bool:
    """Say whether a label at a place would touch none of those that are set."""
    return all(abs(x - place[0]) > 46 or abs(y - place[1]) > 13 for x, y in labels)
