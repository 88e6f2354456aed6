"""The share count of a filing: that of its cover, else that of its balance sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.concepts import StatementRules
from smallcap.sources.sec.chains import SHARES_OUTSTANDING, Chain
from smallcap.sources.sec.facts import Filing
from smallcap.sources.sec.periods import Period

ITEM: Final = SHARES_OUTSTANDING
COVER: Final = "dei:EntityCommonStockSharesOutstanding"


@dataclass(frozen=True)
class Count:
    """A share count, or why there is none.

    Attributes
    ----------
    value, day, tag
        The count, its day as an ordinal, and its concept; None where there is none.
    problem
        What is wrong with a count that was not taken; empty where nothing is.
    """

    value: float | None
    day: int | None
    tag: str | None
    problem: str = ""


def share_count(filing: Filing, period: Period, chain: Chain, rules: StatementRules) -> Count:
    """Return the count on a filing's cover, else on its balance sheet.

    A count that is a placeholder, or too old on the day of the filing, is not taken.
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
        problem = _doubt(value, filing.filed - day, rules)
        if not problem:
            return Count(float(value), day, COVER)
    for context in period.balances:
        values = filing.contexts.get(context, {})
        for group in chain:
            for _, tag, _, _ in group.terms:
                if tag != COVER and tag in values and not _doubt(values[tag], 0, rules):
                    return Count(float(values[tag]), context[1], tag, problem)
    return Count(None, None, None, problem)


def _doubt(value: float, age: int, rules: StatementRules) -> str:
    if value < rules.min_share_count:
        return f"the cover's count of {value:,.0f} is below {rules.min_share_count:,.0f}: a placeholder"
    if age > rules.max_count_age_days:
        return f"the cover's count was {age} days old, more than {rules.max_count_age_days}"
    return ""
