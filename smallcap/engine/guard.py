"""What may be published: every table audited by a run that passed, and made from the current state."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from smallcap.engine.lineage import READS, followers
from smallcap.engine.recipe import in_words
from smallcap.engine.staleness import Digests
from smallcap.errors import AuditError
from smallcap.lake import Home


def refuse_unfit(home: Home, digests: Digests) -> None:
    """Refuse to publish while a table is unaudited, or made from other inputs, rules, settings or code.

    Raises
    ------
    AuditError
        Naming tables and years, and the command that repairs them; what was published before is still served.
    """
    stale = out_of_date(digests)
    problems = unaudited(home) + [f"{name} is out of date for {years}: {why}" for name, years, why in stale]
    if problems:
        selection = selection_of([name for name, _, _ in stale])
        raise AuditError(
            f"nothing is published: {'; '.join(problems)}. "
            f"Run `smallcap backfill` over these years{selection}; what was published before is still served"
        )


def unaudited(home: Home) -> list[str]:
    """List the tables with years that no passed run audited, in words."""
    audits = {(run, table): passed for run, table, passed in home.records.status_of_checks().iter_rows()}
    problems = []
    for name in READS:
        stamp = home.lake.stamp(name)
        years = [year for year, made in stamp.years.items() if not audits.get((made.run_id, name), False)]
        if years:
            problems.append(f"{name} was not audited by a passed run for {years_in_words(years)}")
    return problems


def selection_of(stale: Collection[str]) -> str:
    """Name the selection of a run that makes these tables: the one from which the fewest others follow.

    Parameters
    ----------
    stale
        Tables that are out of date.

    Returns
    -------
    str
        The end of a sentence; empty if nothing is out of date, or no single selection has all of them.
    """
    reaching = [name for name in READS if followers(name).issuperset(stale)]
    if not stale or not reaching:
        return ""
    # A table of a source last: making it means fetching.
    nearest = min(reaching, key=lambda name: (name.startswith("raw."), len(followers(name))))
    return f", or `smallcap run --select {nearest}+`"


def out_of_date(digests: Digests) -> list[tuple[str, str, str]]:
    """List the tables that are out of date, with the years and what changed, in words."""
    found = []
    for name in READS:
        if stale := digests.stale(name):
            changed = sorted({in_words(key) for keys in stale.values() for key in keys})
            found.append((name, years_in_words(list(stale)), "; ".join(changed)))
    return found


def years_in_words(years: list[int]) -> str:
    """Write years as ranges: 2019 to 2021, 2024; a table without partitions has none."""
    if years == [0]:
        return "all rows"
    runs = (
        pl.DataFrame({"year": sorted(years)})
        .with_columns(group=pl.col("year") - pl.int_range(pl.len()))
        .group_by("group", maintain_order=True)
        .agg(first=pl.col("year").min(), last=pl.col("year").max())
    )
    return ", ".join(
        f"{first}" if first == last else f"{first} to {last}"
        for first, last in runs.select("first", "last").iter_rows()
    )
