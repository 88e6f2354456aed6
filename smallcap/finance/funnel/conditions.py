"""From the rules of a filter to its verdict: pass, fail or verify, with the deciding figure and a reason.

A rule holds, is broken, or is unknown because data are missing. The rules of each filter are in the filter's
own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from smallcap.finance.statuses import STATUSES

ALL_HOLD = "meets every rule"


@dataclass(frozen=True)
class Condition:
    """One rule of a filter.

    Attributes
    ----------
    measure
        Name of the value, as in the column `measure`.
    holds
        True, false, or null if unknown.
    value, threshold
        The figure and the threshold it is compared with.
    is_upper
        Whether the value has to stay below the threshold.
    is_borderline
        Whether the value is close to the threshold, if the rule holds.
    broken, unknown
        Reasons to give if the rule is broken, and if it is unknown.
    """

    measure: str
    holds: pl.Expr
    value: pl.Expr
    threshold: pl.Expr
    is_upper: bool
    is_borderline: pl.Expr
    broken: str
    unknown: str

    @property
    def headroom(self) -> pl.Expr:
        """Distance to the threshold, positive if the value is on the right side."""
        return self.threshold - self.value if self.is_upper else self.value - self.threshold


@dataclass(frozen=True)
class Gate:
    """A state of the data that gives verify, whatever the rules; a weak gate only if no rule is broken."""

    is_shut: pl.Expr
    reason: str
    is_weak: bool = False


def judge(rows: pl.DataFrame, conditions: Sequence[Condition], gates: Sequence[Gate] = ()) -> pl.DataFrame:
    """Evaluate each row by the rules of one filter.

    A broken rule gives fail; otherwise an unknown rule gives verify. The figure shown is that of the first
    broken rule, else the first unknown, else the first borderline, else the first rule.

    Parameters
    ----------
    rows
        Rows with the columns that the conditions use.
    conditions
        The filter's rules, at most eight.
    gates
        Evaluated before the rules, in order.

    Returns
    -------
    pl.DataFrame
        One row per row, in order: stand_alone_status, measure, value, threshold, headroom, is_borderline,
        reason; and the value of each rule under the name of its measure.
    """
    measured = rows.select(*_measures(conditions), *_gate_numbers(gates))
    verdicts = measured.hstack(_decided(measured, len(conditions)))
    return verdicts.select(_verdict_columns(conditions, _texts(conditions, gates)))


def _measures(conditions: Sequence[Condition]) -> Iterator[pl.Expr]:
    """Return the figures of each rule, named by its number."""
    for i, condition in enumerate(conditions):
        yield condition.holds.alias(f"holds_{i}")
        yield condition.value.cast(pl.Float64).alias(f"value_{i}")
        yield condition.threshold.cast(pl.Float64).alias(f"threshold_{i}")
        yield condition.headroom.cast(pl.Float64).alias(f"headroom_{i}")
        yield (condition.is_borderline & condition.holds).fill_null(False).alias(f"borderline_{i}")


def _decided(measured: pl.DataFrame, count: int) -> pl.DataFrame:
    """Find each row's status, the mask and the text that say why, and the number of the deciding rule."""
    masks = measured.select(
        "gate",
        "weak_gate",
        _mask(count, lambda i: ~pl.col(f"holds_{i}").fill_null(True)).alias("broken"),
        _mask(count, lambda i: pl.col(f"holds_{i}").is_null()).alias("unknown"),
        _mask(count, lambda i: pl.col(f"borderline_{i}")).alias("borderline"),
    )
    decided = masks.select(_status().alias("status"), *_deciding_mask())
    return decided.with_columns(_gathered(_lowest_bit(count), pl.col("mask")).alias("deciding"))


def _verdict_columns(conditions: Sequence[Condition], texts: Sequence[str]) -> Iterator[pl.Expr]:
    """Return the columns of `judge`."""
    count = len(conditions)
    yield _gathered(STATUSES, pl.col("status")).alias("stand_alone_status")
    yield _gathered([condition.measure for condition in conditions], pl.col("deciding")).alias("measure")
    yield from (_chosen(name, count) for name in ("value", "threshold", "headroom"))
    yield ((pl.col("status") == 0) & (pl.col("mask") > 0)).alias("is_borderline")
    text = pl.col("text_block").cast(pl.UInt32) * 2**count + pl.col("text_place")
    yield _gathered(texts, text).alias("reason")
    for i, condition in enumerate(conditions):
        yield _finite(pl.col(f"value_{i}")).alias(condition.measure)


def at_least(holds: pl.Expr, is_lower_bound: pl.Expr) -> pl.Expr:
    """Turn an upper limit that holds into unknown if the figure is only a lower bound."""
    return pl.when(~(holds & is_lower_bound.fill_null(False))).then(holds)


def _gate_numbers(gates: Sequence[Gate]) -> list[pl.Expr]:
    return [
        _first_shut(gates, is_weak=False).alias("gate"),
        _first_shut(gates, is_weak=True).alias("weak_gate"),
    ]


def _first_shut(gates: Sequence[Gate], *, is_weak: bool) -> pl.Expr:
    """Return the number of the first shut gate of a kind, counted from 1; 0 if none is shut."""
    numbered = [(number, gate) for number, gate in enumerate(gates, start=1) if gate.is_weak == is_weak]
    shut = [
        pl.when(gate.is_shut.fill_null(False)).then(pl.lit(number, pl.UInt32)) for number, gate in numbered
    ]
    return pl.coalesce(*shut, pl.lit(0, pl.UInt32))


def _mask(count: int, is_set: Callable[[int], pl.Expr]) -> pl.Expr:
    """Encode one bit per rule as a number."""
    return pl.sum_horizontal(is_set(i).cast(pl.UInt32) * pl.lit(2**i, pl.UInt32) for i in range(count)).cast(
        pl.UInt32
    )


def _status() -> pl.Expr:
    """Return the index into STATUSES."""
    cannot_pass = (pl.col("unknown") > 0) | (pl.col("weak_gate") > 0)
    place = (
        pl.when(pl.col("gate") > 0)
        .then(2)
        .when(pl.col("broken") > 0)
        .then(1)
        .when(cannot_pass)
        .then(2)
        .otherwise(0)
    )
    return place.cast(pl.UInt32)


def _deciding_mask() -> list[pl.Expr]:
    """Choose the mask whose first rule is shown, and the position of the reason in `_texts`."""
    gate, weak = pl.col("gate"), pl.col("weak_gate")
    cases = [
        (gate > 0, pl.lit(0, pl.UInt32), 3, gate),
        (pl.col("broken") > 0, pl.col("broken"), 1, pl.col("broken")),
        (pl.col("unknown") > 0, pl.col("unknown"), 2, pl.col("unknown")),
        (weak > 0, pl.lit(0, pl.UInt32), 3, weak),
        (pl.lit(True), pl.col("borderline"), 0, pl.col("borderline")),
    ]
    return [
        pl.coalesce(pl.when(applies).then(mask) for applies, mask, _, _ in cases).alias("mask"),
        pl.coalesce(pl.when(applies).then(pl.lit(block, pl.UInt32)) for applies, _, block, _ in cases).alias(
            "text_block"
        ),
        pl.coalesce(pl.when(applies).then(place) for applies, _, _, place in cases).alias("text_place"),
    ]


def _texts(conditions: Sequence[Condition], gates: Sequence[Gate]) -> list[str]:
    """List every reason the filter can give: borderline passes, fails and unknowns by mask, then the gates.

    There are few of them, so rows only hold an index: building a text for every row would cost more than
    evaluating it.
    """
    masks = range(2 ** len(conditions))
    narrow = [
        f"{ALL_HOLD}, narrowly: {_said(conditions, mask, 'measure')}".replace("_", " ") for mask in masks
    ]
    narrow[0] = ALL_HOLD
    broken = [_said(conditions, mask, "broken") for mask in masks]
    unknown = [_said(conditions, mask, "unknown") for mask in masks]
    return [*narrow, *broken, *unknown, "", *(gate.reason for gate in gates)]


def _said(conditions: Sequence[Condition], mask: int, field: str) -> str:
    return "; ".join(getattr(condition, field) for i, condition in enumerate(conditions) if mask >> i & 1)


def _lowest_bit(count: int) -> list[int]:
    """Return the first rule of each mask; the first rule of all for an empty mask."""
    return [next((i for i in range(count) if mask >> i & 1), 0) for mask in range(2**count)]


def _gathered(values: Sequence[str] | Sequence[int], places: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(values)).gather(places)


def _chosen(name: str, count: int) -> pl.Expr:
    """Select the column of the deciding rule."""
    chosen = pl.coalesce(pl.when(pl.col("deciding") == i).then(pl.col(f"{name}_{i}")) for i in range(count))
    return _finite(chosen).alias(name)


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)
