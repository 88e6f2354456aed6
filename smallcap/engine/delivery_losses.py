"""What a delivery lacks, against what was asked and against the deliveries accepted before; pure functions.

Four shares are judged, and the largest decides: companies (or lines) that have no rows any more, rows that
are no longer delivered (in all, and of each calendar year), figures that came as null, and companies that did
not answer at all. What went missing within the last twenty accepted deliveries still counts, so a loss cannot
grow unnoticed from night to night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import polars as pl

DELIVERIES_COMPARED: Final = 20
FEWEST_LOST: Final = 3
"""Fewer silent companies or lost rows than this never refuse a delivery, nor warn of it."""
FEWEST_IN_A_YEAR: Final = 20
"""A calendar year with fewer rows is not judged by itself."""

Status = Literal["accepted", "warned", "refused"]
ACCEPTED: Final = ("accepted", "warned", "partial")


@dataclass(frozen=True)
class Limits:
    """The shares from which a loss is warned of, and from which a delivery is refused."""

    warn: float
    fail: float


@dataclass(frozen=True)
class History:
    """The earlier deliveries of one dataset that a new one is compared with.

    Attributes
    ----------
    since
        Rows that went missing before this day are no longer expected.
    accepted_on
        Rows that went missing on this day, or before, are no longer expected: a person accepted it.
    best_answered, best_non_null
        The best shares of answers and of figures that were accepted.
    overruled
        The share lost of a refused delivery that a person accepted and that did not come yet; None for none.
    overruled_reason
        Why.
    """

    since: dt.date = dt.date.min
    accepted_on: dt.date = dt.date.min
    best_answered: float = 1.0
    best_non_null: float = 1.0
    overruled: float | None = None
    overruled_reason: str = ""


@dataclass(frozen=True)
class Loss:
    """What a delivery lacks: shares by what they are of, in words, and the ids that fell silent."""

    answered: int
    answered_share: float
    non_null_share: float
    shares: dict[str, float] = field(default_factory=dict)
    silent: Sequence[str] = ()

    @property
    def worst(self) -> float:
        """The largest share."""
        return max(self.shares.values(), default=0.0)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a delivery, why, and whether a person decided it."""

    status: Status
    reason: str
    is_accepted_by_person: bool = False


def history_of(deliveries: pl.DataFrame, source: str, dataset: str) -> History:
    """Read the earlier deliveries of a dataset (meta.deliveries)."""
    own = deliveries.filter((pl.col("source") == source) & (pl.col("dataset") == dataset)).sort(
        "delivered_at"
    )
    accepted = own.filter(pl.col("status").is_in(ACCEPTED))
    by_person = accepted.filter(pl.col("is_accepted_by_person"))
    if not by_person.is_empty():
        accepted = accepted.filter(pl.col("delivered_at") >= by_person["delivered_at"].max())
    compared = accepted.tail(DELIVERIES_COMPARED)
    is_enough = compared.height == DELIVERIES_COMPARED or not by_person.is_empty()
    waiting = own.filter(pl.col("delivered_at") > _last(own.filter(pl.col("status").is_in(ACCEPTED))))
    overruled = waiting.filter(pl.col("status") == "overruled").tail(1)
    return History(
        since=compared["clock"].to_list()[0] if compared.height == DELIVERIES_COMPARED else dt.date.min,
        accepted_on=dt.date.min if by_person.is_empty() else by_person["clock"].to_list()[-1],
        best_answered=_best(compared, "answered_share") if is_enough else 1.0,
        best_non_null=_best(compared, "non_null_share") if is_enough else 1.0,
        overruled=None if overruled.is_empty() else overruled["lost_share"].to_list()[0],
        overruled_reason="" if overruled.is_empty() else str(overruled["reason"].to_list()[0]),
    )


def loss_of(
    compared: pl.DataFrame, past: History, expected: Collection[str], answered: Collection[str]
) -> Loss:
    """Measure what a delivery lacks.

    Parameters
    ----------
    compared
        What became of stored rows (`smallcap.sources.merge.Merged.compared`).
    past
        The earlier deliveries.
    expected, answered
        The source's ids that should have rows, and those that have.
    """
    is_expected = pl.col("missing_since").is_null() | (
        (pl.col("missing_since") > past.accepted_on) & (pl.col("missing_since") >= past.since)
    )
    base = compared.filter(is_expected)
    by_id = base.group_by("id").agg(pl.col("name").first(), pl.col("is_lost").all()).sort("name")
    silent = by_id.filter("is_lost")["name"].to_list()
    shares = {
        "of the companies or lines that had rows have none now": _share(len(silent), by_id.height),
        "of the rows are no longer delivered": _share(int(base["is_lost"].sum()), base.height),
        **_by_year(base),
    }
    there = base.filter(~pl.col("is_lost"))
    lost, cells = int(there["cells_lost"].sum()), int(there["cells"].sum())
    non_null = 1 - lost / cells if cells else 1.0
    shares["of the figures came as null"] = _fall(non_null, past.best_non_null)
    came = set(expected) & set(answered)
    share = len(came) / len(expected) if expected else 1.0
    if len(expected) - len(came) >= FEWEST_LOST:
        shares["of the companies or lines asked for did not answer"] = _fall(share, past.best_answered)
    return Loss(len(came), share, non_null, shares, silent)


def list_loss(compared: pl.DataFrame, past: History, served: pl.DataFrame, stored: pl.DataFrame) -> Loss:
    """Measure what lists of members lack: lines of a list of the same date, and the length of each list.

    Parameters
    ----------
    compared, past
        As in `loss_of`.
    served, stored
        Lines that were delivered, and that the home has of the years before, with their as_of. Each list is
        compared with the longest one of these dates and of those before it.
    """
    lengths = served.group_by("as_of").len().sort("as_of")
    longest = max([*lengths["len"].to_list(), *stored.group_by("as_of").len()["len"].to_list()])
    shortest = lengths.sort("len", "as_of").row(0)
    loss = loss_of(compared, past, (), ())
    length = shortest[1] / longest
    shares = {
        **loss.shares,
        f"of the lines of the longest list are missing on {shortest[0]}": _fall(length, past.best_answered),
    }
    return Loss(shortest[1], length, loss.non_null_share, shares, loss.silent)


def judged(loss: Loss, past: History, limits: Limits) -> Verdict:
    """Decide on a delivery."""
    worst = max(loss.shares, key=lambda name: loss.shares[name])
    told = f"{loss.worst:.1%} {worst}"
    if loss.worst < limits.warn:
        return Verdict("accepted", f"{loss.answered:,} companies or lines answered; at most {told}")
    if loss.worst < limits.fail:
        return Verdict("warned", f"{told}; they stay in use, marked by missing_since")
    if past.overruled is not None and loss.worst <= past.overruled + limits.warn:
        reason = f"{told}; accepted by a person: {past.overruled_reason}"
        return Verdict("warned", reason, is_accepted_by_person=True)
    return Verdict("refused", f"{told}; the limit is {limits.fail:.0%}")


def _by_year(base: pl.DataFrame) -> dict[str, float]:
    """Return the largest share of rows that one calendar year lost."""
    years = (
        base.group_by("data_year")
        .agg(pl.len(), lost=pl.col("is_lost").sum())
        .filter((pl.col("len") >= FEWEST_IN_A_YEAR) & (pl.col("lost") >= FEWEST_LOST))
        .with_columns(share=pl.col("lost") / pl.col("len"))
        .sort("share", "data_year", descending=True)
    )
    if years.is_empty():
        return {}
    year, share = years.select("data_year", "share").row(0)
    return {f"of the rows of {year} are no longer delivered": share}


def _share(lost: int, total: int) -> float:
    return lost / total if total and lost >= FEWEST_LOST else 0.0


def _fall(share: float, best: float) -> float:
    """Return by which part a share is below the best one; rounded, because limits are round numbers."""
    return round(max(0.0, 1 - share / best), 9) if best else 0.0


def _best(deliveries: pl.DataFrame, column: str) -> float:
    best = deliveries[column].max()
    return float(best) if isinstance(best, float) else 1.0


def _last(deliveries: pl.DataFrame) -> dt.datetime:
    last = deliveries["delivered_at"].max()
    return last if isinstance(last, dt.datetime) else dt.datetime.min
