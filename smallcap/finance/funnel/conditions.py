"""From the rules of a filter to its verdict: pass, fail or verify, with the deciding figure and a reason.

A rule holds, is broken, or is unknown because data are missing. A rule that cannot be asked of a kind of
company decides nothing; where no rule of a filter can, the filter is not applicable. The rules of each filter
are in the filter's own module.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from smallcap.finance.funnel.scope import Scope
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
    narrow
        Words for a borderline pass; the measure's name by default.
    asked_as
        The measure of the rule that this one belongs to: it is asked of the same kinds of company.
    """

    measure: str
    holds: pl.Expr
    value: pl.Expr
    threshold: pl.Expr
    is_upper: bool
    is_borderline: pl.Expr
    broken: str
    unknown: str
    narrow: str = ""
    asked_as: str = ""

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


def judge(
    rows: pl.DataFrame,
    conditions: Sequence[Condition],
    gates: Sequence[Gate] = (),
    not_asked: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> pl.DataFrame:
    """Evaluate each row by the rules of one filter.

    A broken rule gives fail; otherwise an unknown rule gives verify. The figure shown is that of the first
    broken rule, else the first unknown, else the first borderline, else the first rule that is asked.

    Parameters
    ----------
    rows
        Rows with the columns that the conditions use, and `company_kind` if `not_asked` has any.
    conditions
        The filter's rules, at most eight.
    gates
        Evaluated before the rules, in order.
    not_asked
        By kind of company, the measures of the rules that cannot be asked of it. A company that no rule is
        asked of is not_applicable, whatever its record.

    Returns
    -------
    pl.DataFrame
        One row per row, in order: stand_alone_status, measure, value, threshold, headroom, is_borderline,
        reason, rules_not_asked; and the value of each rule under the name of its measure.
    """
    scope = Scope([(rule.measure, rule.asked_as) for rule in conditions], not_asked)
    measured = rows.select(*_measures(conditions, scope), *_gate_numbers(gates), scope.place.alias("place"))
    verdicts = measured.hstack(_decided(measured, len(conditions), scope))
    return verdicts.select(_verdict_columns(conditions, _texts(conditions, gates), scope))


def _measures(conditions: Sequence[Condition], scope: Scope) -> Iterator[pl.Expr]:
    """Return the figures of each rule, named by its number: none where it is not asked."""
    for i, condition in enumerate(conditions):
        asked = scope.asked(i)
        yield pl.when(asked).then(condition.holds).otherwise(pl.lit(True)).alias(f"holds_{i}")
        yield pl.when(asked).then(condition.value.cast(pl.Float64)).alias(f"value_{i}")
        yield pl.when(asked).then(condition.threshold.cast(pl.Float64)).alias(f"threshold_{i}")
        yield pl.when(asked).then(condition.headroom.cast(pl.Float64)).alias(f"headroom_{i}")
        is_narrow = (condition.is_borderline & condition.holds & asked).fill_null(False)
        yield is_narrow.alias(f"borderline_{i}")


def _decided(measured: pl.DataFrame, count: int, scope: Scope) -> pl.DataFrame:
    """Find each row's status, the mask and the text that say why, and the number of the deciding rule."""
    masks = measured.select(
        "gate",
        "weak_gate",
        "place",
        _mask(count, lambda i: ~pl.col(f"holds_{i}").fill_null(True)).alias("broken"),
        _mask(count, lambda i: pl.col(f"holds_{i}").is_null()).alias("unknown"),
        _mask(count, lambda i: pl.col(f"borderline_{i}")).alias("borderline"),
    )
    decided = masks.select("place", _status(scope).alias("status"), *_deciding_mask())
    first = _gathered(scope.first_asked(), pl.col("place"))
    lowest = _gathered(_lowest_bit(count), pl.col("mask"))
    return decided.with_columns(
        pl.when(pl.col("mask") > 0).then(lowest).otherwise(first).alias("deciding")
    ).drop("place")


def _verdict_columns(
    conditions: Sequence[Condition], texts: Sequence[str], scope: Scope
) -> Iterator[pl.Expr]:
    """Return the columns of `judge`."""
    count = len(conditions)
    yield _gathered(STATUSES, pl.col("status")).alias("stand_alone_status")
    yield _gathered([condition.measure for condition in conditions], pl.col("deciding")).alias("measure")
    yield from (_chosen(name, count) for name in ("value", "threshold", "headroom"))
    yield ((pl.col("status") == 0) & (pl.col("mask") > 0)).alias("is_borderline")
    text = pl.col("text_block").cast(pl.UInt32) * 2**count + pl.col("text_place")
    yield _gathered(scope.texts(texts), pl.col("place") * len(texts) + text).alias("reason")
    yield _gathered(scope.count(), pl.col("place")).cast(pl.Int64).alias("rules_not_asked")
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


def _status(scope: Scope) -> pl.Expr:
    """Return the index into STATUSES."""
    cannot_pass = (pl.col("unknown") > 0) | (pl.col("weak_gate") > 0)
    place = (
        pl.when(~_gathered(scope.is_applicable(), pl.col("place")))
        .then(3)
        .when(pl.col("gate") > 0)
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
        f"{ALL_HOLD}, narrowly: {_said(conditions, mask, 'narrow', 'measure')}".replace("_", " ")
        for mask in masks
    ]
    narrow[0] = ALL_HOLD
    broken = [_said(conditions, mask, "broken") for mask in masks]
    unknown = [_said(conditions, mask, "unknown") for mask in masks]
    return [*narrow, *broken, *unknown, "", *(gate.reason for gate in gates)]


def _said(conditions: Sequence[Condition], mask: int, field: str, otherwise: str = "") -> str:
    words = (
        getattr(condition, field) or getattr(condition, otherwise, "")
        for i, condition in enumerate(conditions)
        if mask >> i & 1
    )
    return "; ".join(words)


def _lowest_bit(count: int) -> list[int]:
    """Return the first rule of each mask; the first rule of all for an empty mask."""
    return [next((i for i in range(count) if mask >> i & 1), 0) for mask in range(2**count)]


def _gathered(values: Sequence[str] | Sequence[int] | Sequence[bool], places: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series(values)).gather(places)


def _chosen(name: str, count: int) -> pl.Expr:
    """Select the column of the deciding rule."""
    chosen = pl.coalesce(pl.when(pl.col("deciding") == i).then(pl.col(f"{name}_{i}")) for i in range(count))
    return _finite(chosen).alias(name)


def _finite(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_finite()).then(number)
