"""The points of evidence, their sum and their words.

Points are 10 times log10 of a likelihood ratio; those of independent evidence add up (Fellegi and Sunter
1969).
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.base import field_names
from smallcap.rules.types.identity import EqualPoints, NamePoints, RatioPoints

PREFIX = "points_"


def name_points(kind: pl.Expr, points: NamePoints) -> pl.Expr:
    """Return the points of a kind of `names.compared`."""
    kinds = field_names(NamePoints)
    return kind.replace_strict(kinds, [getattr(points, name) for name in kinds], return_dtype=pl.Float64)


def ratio_points(ratio: pl.Expr, points: RatioPoints) -> pl.Expr:
    """Return the points of a ratio by its size, in whichever direction; null stays null."""
    size = ratio.log().abs().exp()
    cases = [
        pl.when(size <= bound).then(pl.lit(value))
        for bound, value in zip(points.up_to, points.points[:-1], strict=True)
    ]
    return pl.when(size.is_finite()).then(pl.coalesce(*cases, pl.lit(points.points[-1])))


def equal_points(a: pl.Expr, b: pl.Expr, points: EqualPoints) -> pl.Expr:
    """Return the points of two words that are the same or differ; null where one is unknown."""
    return pl.when(a == b).then(pl.lit(points.same)).when(a != b).then(pl.lit(points.other))


def summed(parts: Sequence[str]) -> pl.Expr:
    """Sum the points of the columns `points_*`; unknown evidence counts nothing."""
    return pl.sum_horizontal(pl.col(PREFIX + part).fill_null(0.0) for part in parts).round(1)


def told(parts: Sequence[str]) -> pl.Expr:
    """Say the evidence in words: each part that is known with its points, and the sum."""
    shown = [
        pl.when(pl.col(PREFIX + part).is_not_null() & (pl.col(PREFIX + part) != 0)).then(
            pl.format("{} {}", pl.lit(part.replace("_", " ")), signed(pl.col(PREFIX + part)))
        )
        for part in parts
    ]
    return pl.format(
        "{} = {}", pl.concat_str(shown, separator=", ", ignore_nulls=True), signed(summed(parts))
    )


def signed(points: pl.Expr) -> pl.Expr:
    """Write points with their sign."""
    rounded = points.round(1)
    return pl.concat_str(
        pl.when(rounded > 0).then(pl.lit("+")).otherwise(pl.lit("")), rounded.cast(pl.String)
    )
