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

    A count that is a placeholder, too old on the day of the filing, or far below the period's average is not
    taken: the last may be of one class of several. Several counts of one cover are those of the classes, and
    are added up.

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
        problem = _doubt(value, filing.filed - day, average, rules)
        if not problem:
            return Count(float(value), day, COVER, note=_of_classes(filing.class_counts.get(day, ())))
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
    return ""
