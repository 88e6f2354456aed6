"""Versions of a period's figures: as first filed, and each later filing that changes one.

The facts that make a figure are chosen once, at the filing that first reports the period. A later filing is
compared on those facts alone: another concept, or a line that a filing leaves out, is no restatement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.concepts import StatementRules
from smallcap.sources.sec.chains import COUNT_ITEMS, Figure, Part
from smallcap.sources.sec.facts import Facts, Filing
from smallcap.sources.sec.reading import has_wrong_sign

_THOUSAND: Final = 1_000
_LARGEST_UNIT: Final = 1_000_000
_ENOUGH_TO_TELL: Final = 3
"""Figures of a filing that show the unit to which it rounds."""


@dataclass(frozen=True)
class Version:
    """A period as known on a day.

    Attributes
    ----------
    filing
        The filing that made it: of several on one day, the last.
    figures
        Every figure as then known.
    changed
        The items that differ from the version before, with their values there; None for one that was blank.
    """

    filing: Filing
    figures: Mapping[str, Figure]
    changed: Mapping[str, float | None]


@dataclass(frozen=True)
class Split:
    """A share count that a later filing restates for a split."""

    item: str
    filing: Filing
    ratio: float


def versions_of(
    anchor: Filing,
    figures: Mapping[str, Figure],
    completed: Mapping[str, Mapping[str, Figure]],
    facts: Facts,
    rules: StatementRules,
) -> tuple[list[Version], list[Split]]:
    """Return the versions of a period, the original first.

    Parameters
    ----------
    anchor, figures
        The filing that first reports the period, and what it reports.
    completed
        What later reports of the same period say, by accession number: they give what was blank.
    facts
        The company's facts.
    rules
        Tolerance, and what a split is.

    Returns
    -------
    list of Version
        One per day on which a figure changed.
    list of Split
        Counts that were not taken over.
    """
    versions: list[Version] = [Version(anchor, figures, {})]
    splits: list[Split] = []
    counts = {part for item in COUNT_ITEMS if item in figures for part in figures[item].parts}
    uses: dict[Part, list[str]] = {}
    first: dict[Part, float] = {}
    for item, figure in figures.items():
        for part, value in zip(figure.parts, figure.values, strict=True):
            uses.setdefault(part, []).append(item)
            first[part] = value
    moved: set[str] = set()
    for filing, values in _later(anchor, figures, completed, facts):
        now = versions[-1]
        # Most filings repeat what is known: only items with a fact that differs are looked at.
        touched = {item for part, value in values.items() if value != first[part] for item in uses[part]}
        touched |= {item for item in moved if any(part in values for part in now.figures[item].parts)}
        changed: dict[str, Figure] = {}
        if touched:
            unit = _unit(value for part, value in values.items() if part not in counts)
        for item in sorted(touched):
            figure = now.figures[item]
            later = _restated(figure, values, filing)
            if (
                later is None
                or has_wrong_sign(item, later)
                or not _differs(figure.value, later.value, rules.tolerance, unit)
            ):
                continue
            ratio = split_ratio(figure.value, later.value, rules) if item in COUNT_ITEMS else None
            if ratio is None:
                changed[item] = later
            else:
                splits.append(Split(item, filing, ratio))
        for item, figure in completed.get(filing.accession, {}).items():
            if item not in now.figures:
                changed[item] = figure
        if changed:
            moved |= changed.keys() & figures.keys()
            _add(versions, filing, changed)
    return versions, splits


def split_ratio(before: float, after: float, rules: StatementRules) -> float | None:
    """Return the ratio of two counts if it is that of a split: a whole number, or its inverse.

    Counts are rounded, so that a count is that of a split within half of the last digits of both.
    """
    smaller, larger = sorted((before, after))
    if smaller <= 0:
        return None
    whole = round(larger / smaller)
    rounding = (_power(larger) + whole * _power(smaller)) / 2
    is_split = abs(larger - whole * smaller) <= max(rules.tolerance * larger, rounding)
    if not is_split or not 1 < whole <= rules.max_split_ratio:
        return None
    return whole if after > before else 1 / whole


def _later(
    anchor: Filing,
    figures: Mapping[str, Figure],
    completed: Mapping[str, Mapping[str, Figure]],
    facts: Facts,
) -> Iterable[tuple[Filing, dict[Part, float]]]:
    """Return the filings after the first one, in order, with what they say of its facts."""
    standing = anchor.standing
    found: dict[str, tuple[Filing, dict[Part, float]]] = {}
    for part in {part for figure in figures.values() for part in figure.parts}:
        for filing, value in facts.seen[part[2]][part[1]]:
            if filing.standing > standing:
                found.setdefault(filing.accession, (filing, {}))[1][part] = value
    for filing in facts.filings:
        if filing.accession in completed and filing.standing > standing:
            found.setdefault(filing.accession, (filing, {}))
    return sorted(found.values(), key=lambda pair: pair[0].standing)


def _restated(figure: Figure, values: Mapping[Part, float], filing: Filing) -> Figure | None:
    """Return a figure made of a later filing's values; None unless it has every part."""
    found = [value for part in figure.parts if (value := values.get(part)) is not None]
    if len(found) < len(figure.parts):
        return None
    total = sum(part[0] * value for part, value in zip(figure.parts, found, strict=True))
    return Figure(total, figure.parts, tuple(found), filing.accession, filing.form, filing.filed)


def _differs(before: float, after: float, tolerance: float, unit: int) -> bool:
    """Whether a value differs from another by more than the tolerance and more than rounding."""
    distance = abs(after - before)
    return distance > tolerance * abs(before) and not (unit > 1 and distance <= unit / 2)


def _unit(values: Iterable[float]) -> int:
    """Return the unit to which a filing rounds: thousands of few values, up to millions of many."""
    powers = sorted(_power(value) for value in values if value)
    most = _LARGEST_UNIT if len(powers) >= _ENOUGH_TO_TELL else _THOUSAND
    return min(powers[0], most) if powers else 1


def _power(value: float) -> int:
    """Return the largest power of ten, up to a million, of which a value is a multiple."""
    power, whole = 1, abs(value)
    while power < _LARGEST_UNIT and whole and whole % (power * 10) == 0:
        power *= 10
    return power


def _add(versions: list[Version], filing: Filing, changed: Mapping[str, Figure]) -> None:
    """Add a version; filings of one day make one."""
    now = versions[-1]
    figures = {**now.figures, **changed}
    before: dict[str, float | None] = {
        item: now.figures[item].value if item in now.figures else None for item in changed
    }
    if len(versions) > 1 and now.filing.filed == filing.filed:
        versions[-1] = Version(filing, figures, {**before, **now.changed})
    else:
        versions.append(Version(filing, figures, before))
