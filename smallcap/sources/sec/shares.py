"""The share count of a filing: that of its cover, else that of its balance sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.concepts import StatementRules
from smallcap.sources.sec.chains import SHARES_OUTSTANDING, Chain
from smallcap.sources.sec.facts import COVER, Filing
from smallcap.sources.sec.periods import Period

ITEM: Final = SHARES_OUTSTANDING


@dataclass(frozen=True)
class Count:
    """A share count, or why there is none.

    Attributes
    ----------
    value, day, tag
        The count, its day as an ordinal, and its concept; None where there is none.
    problem
        What is wrong with a count that was not taken; empty where nothing is.
    note
        What a reader should know of the count that was taken; mostly empty.
    """

    value: float | None
    day: int | None
    tag: str | None
    problem: str = ""
    note: str = ""


def share_count(
    filing: Filing, period: Period, chain: Chain, average: float | None, rules: StatementRules
) -> Count:
    """Return the count on a filing's cover, else on its balance sheet.

    A count that is a placeholder, too old on the day of the filing, or far from the period's average is not
    taken: it may be of one class of several, or in other units. Several counts of one cover are those of the
    classes, and are added up, unless one of them alone agrees with the average.

    Parameters
    ----------
    filing, period
        The filing and its period.
    chain
        The concepts of counts.
    average
        The average of basic shares over the period, if known.
    rules
        What is refused.
    """
    covers = {
        context[1]: values[COVER]
        for context, values in filing.contexts.items()
        if not context[0] and COVER in values
    }
    problem = "the cover has no count: it is not tagged, or given by class of shares"
    if covers:
        day = max(covers)
        value = covers[day]
        classes = filing.class_counts.get(day, ())
        problem = _doubt(value, filing.filed - day, average, rules) or _doubt_of_classes(
            classes, average, rules.doubts.count_to_average
        )
        if not problem:
            return Count(float(value), day, COVER, note=_of_classes(classes))
    for context in period.balances:
        values = filing.contexts.get(context, {})
        for group in chain:
            for _, tag, _, _ in group.terms:
                if tag != COVER and tag in values and not _doubt(values[tag], 0, average, rules):
                    return Count(float(values[tag]), context[1], tag, problem)
    return Count(None, None, None, problem)


def _of_classes(counts: tuple[float, ...]) -> str:
    if not counts:
        return ""
    return f"the cover has {len(counts)} counts, taken as those of classes of shares; their sum is used"


def _doubt_of_classes(counts: tuple[float, ...], average: float | None, near: float) -> str:
    """Say whether one of several counts may be that of all shares, and another a mistake."""
    if not counts or not average or sum(counts) <= near * average:
        return ""
    largest = max(counts)
    if not average / near <= largest <= near * average:
        return ""
    return (
        f"the cover's {len(counts)} counts add up to {sum(counts):,.0f}, far above the period's average of "
        f"{average:,.0f} basic shares, and one of them alone may be that of all"
    )


def _doubt(value: float, age: int, average: float | None, rules: StatementRules) -> str:
    if value < rules.min_share_count:
        return f"the cover's count of {value:,.0f} is below {rules.min_share_count:,.0f}: a placeholder"
    if age > rules.max_count_age_days:
        return f"the cover's count was {age} days old, more than {rules.max_count_age_days}"
    if average is not None and value < rules.least_count_to_average * average:
        return (
            f"the count of {value:,.0f} is far below the period's average of {average:,.0f} basic shares: "
            f"it may be of one class of several"
        )
    is_average_large = average is not None and average >= rules.doubts.least_average
    if average is not None and is_average_large and value > rules.max_split_ratio * average:
        return (
            f"the count of {value:,.0f} is more than {rules.max_split_ratio:,.0f} times the period's average "
            f"of {average:,.0f} basic shares: it may be in other units"
        )
    return ""
