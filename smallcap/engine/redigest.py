"""Replaces the digests of an earlier algorithm: no table is made again, and no file changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from smallcap.engine import code, rule_sets
from smallcap.engine.lineage import READS
from smallcap.engine.recipe import CODE, RULES
from smallcap.engine.staleness import Digests
from smallcap.lake import Lake, Stamp, YearStamp
from smallcap.lake.digests import ALGORITHM, algorithm_of, digest_rows
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.tables import TABLES


def has_old_digests(lake: Lake) -> bool:
    """Whether any stamp of a home has digests of another algorithm than the current ones."""
    return any(_is_old(made) for name in TABLES for made in lake.stamp(name).years.values())


def renew_digests(lake: Lake, digests: Digests) -> list[str]:
    """Replace digests of an earlier algorithm.

    The digest of each year is computed from its stored rows. What a year was made from is recorded again
    where it is the same as now by the digests that there are; where it differs, the old digest stays, and the
    year stays out of date.

    Returns
    -------
    list of str
        The tables whose stamps are new; none where no digest is of an earlier algorithm.
    """
    if not has_old_digests(lake):
        return []
    stale = {name: digests.stale(name) for name in READS}
    stamps = {name: _with_contents(lake, name) for name in TABLES}
    for name in READS:
        inputs = digests.inputs(name, stamps[name].years, stamps)
        stamps[name] = _with_inputs(stamps[name], inputs, stale[name])
    renewed = [name for name in TABLES if stamps[name] != lake.stamp(name)]
    for name in renewed:
        lake.restamp(name, stamps[name])
    return renewed


def _is_old(made: YearStamp) -> bool:
    algorithms = {CODE: code.ALGORITHM, RULES: rule_sets.ALGORITHM}
    return made.algorithm != ALGORITHM or any(
        key.startswith(kind) and algorithm_of(recorded) != algorithm
        for key, recorded in made.inputs.items()
        for kind, algorithm in algorithms.items()
    )


def _with_contents(lake: Lake, name: str) -> Stamp:
    """Digest the stored rows of the years whose digest is of another algorithm."""
    stamp = lake.stamp(name)
    years = {
        year: replace(made, content=_content(lake, name, year)) if made.algorithm != ALGORITHM else made
        for year, made in stamp.years.items()
    }
    return replace(stamp, years=years)


def _content(lake: Lake, name: str, year: int) -> str:
    return digest_rows(TABLES[name], lake.read(name, None if year == UNPARTITIONED else [year]))


def _with_inputs(
    stamp: Stamp, inputs: Mapping[int, Mapping[str, str]], stale: Mapping[int, Collection[str]]
) -> Stamp:
    """Record what each year would be made from now, except what differs from what it was made from."""
    years = {
        year: replace(made, inputs=_same_inputs(made.inputs, inputs[year], stale.get(year, ())))
        for year, made in stamp.years.items()
    }
    return replace(stamp, years=years)


def _same_inputs(
    recorded: Mapping[str, str], now: Mapping[str, str], changed: Collection[str]
) -> dict[str, str]:
    kept = {key: digest for key, digest in recorded.items() if key in changed}
    return kept | {key: digest for key, digest in now.items() if key not in changed}
