"""The first page in words: what survived, what changed and why, how far to trust it, and what to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import polars as pl

from smallcap.reports.claims import share
from smallcap.reports.page.data import ReportData
from smallcap.reports.page.formats import integer, number, words

Row = dict[str, Any]
BEST_QUINTILE = 5
NAMED = 3
"""Companies and causes that a sentence names."""


def summary(data: ReportData) -> list[str]:
    """Write the sentences of the first page from the numbers of a report."""
    sentences = (_survived(data), _changed(data), _trusted(data), _to_look_at(data))
    return [sentence for sentence in sentences if sentence]


def worth_a_look(survivors: pl.DataFrame) -> pl.DataFrame:
    """Choose the survivors of the best quality with a known P/E, cheapest first.

    Parameters
    ----------
    survivors
        Rows of `funnel_survivors`.
    """
    if not survivors.height:
        return survivors
    is_best = (pl.col("quintile") == BEST_QUINTILE) & pl.col("pe").is_not_null()
    return survivors.filter(is_best).sort("pe", "ticker", "entity_id")


def _survived(data: ReportData) -> str:
    if not data.funnel_attrition.height:
        return "The funnel was not applied at this date."
    row = data.funnel_attrition.row(0, named=True)
    verified, unverified = row["outcome_survivor"], row["outcome_survivor_unverified"]
    told = (
        f"Of {_counted(row['members'], 'member')}, {integer(verified)} "
        f"survive{'s' if verified == 1 else ''} all six filters"
        f" ({share(verified, row['members'] or 1)})"
    )
    more = (
        f", and {integer(unverified)} more {_do(unverified)} with something left to verify"
        if unverified
        else ""
    )
    return f"{told}{more}."


def _do(count: int) -> str:
    return "does so" if count == 1 else "do so"


def _changed(data: ReportData) -> str:
    history, changes = data.survivors_history, data.funnel_changes
    if history.height < 2:
        return "There is no date before to compare with."
    before = history["as_of"][-2]
    if not changes.height:
        return f"Nobody entered or left the survivors since {before}."
    counts = Counter(changes["change"].to_list())
    parts = [f"{integer(counts[change])} {change}" for change in ("entered", "left") if counts[change]]
    causes = Counter(cause for cause in changes["cause"].to_list() if cause).most_common()
    ordered = sorted(causes, key=lambda cause: (-cause[1], cause[0]))[:NAMED]
    named = _listed([f"{words(cause)} ({count})" for cause, count in ordered])
    why = f"; main cause{'s' if len(ordered) > 1 else ''}: {named}" if ordered else ""
    return f"Since {before}, {_listed(parts)}{why}."


def _trusted(data: ReportData) -> str:
    coverage = data.coverage.row(-1, named=True)
    members, scored = coverage["members"] or 0, coverage["screened"] or 0
    told = f"{share(scored, members or 1)} of the members have a score"
    records, restated = coverage["with_fundamentals"] or 0, coverage["restated_values"] or 0
    if records:
        told += (
            f"; {share(restated, records)} of the annual records hold values restated later"
            if restated
            else "; all annual records are as filed"
        )
    return f"{told}; {_checked(data.checks)}."


def _checked(checks: pl.DataFrame) -> str:
    if not checks.height:
        return "no check is on record"
    counts = Counter(checks["status"].to_list())
    bad = [f"{integer(counts[status])} {status}" for status in ("failed", "warned") if counts[status]]
    passed = f"{integer(counts['passed'])} checks passed"
    return f"{passed}, {_listed(bad)}" if bad else f"all {passed}"


def _to_look_at(data: ReportData) -> str:
    cheapest = worth_a_look(data.funnel_survivors).head(NAMED).to_dicts()
    borderline = data.funnel_borderline["entity_id"].n_unique() if data.funnel_borderline.height else 0
    parts = []
    if cheapest:
        named = [f"{row['ticker']} (P/E {number(row['pe'], 1)})" for row in cheapest]
        parts.append(f"the cheapest survivors of the best quality, {_listed(named)}")
    if borderline:
        parts.append(f"the {_counted(borderline, 'company', 'companies')} close to a limit")
    return f"Look first at {_listed(parts)}." if parts else ""


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{integer(count)} {one if count == 1 else many or one + 's'}"


def _listed(parts: Sequence[str]) -> str:
    """Join parts as a sentence does."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
