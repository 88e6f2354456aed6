"""Which period a filing reports: the fiscal year of an annual report, the quarter of a quarterly one.

Found from the periods of its own facts, never from the labels `fy`, `fp` and `frame`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from smallcap.rules.types.concepts import StatementRules
from smallcap.sources.sec.facts import Context, Filing

NO_CONTEXTS: tuple[Context, ...] = ()


@dataclass(frozen=True)
class Period:
    """What a filing reports.

    Attributes
    ----------
    end
        The period's last day, as an ordinal.
    flows
        Periods of its flows: that of most of its core flows first, then those that differ by some days.
    balances
        Days of its balance sheet, the nearest to the end first.
    to_date
        Periods of its flows since the fiscal year began; of quarterly reports.
    """

    end: int
    flows: tuple[Context, ...]
    balances: tuple[Context, ...]
    to_date: tuple[Context, ...] = NO_CONTEXTS

    @property
    def days(self) -> int | None:
        """Length of the period of the flows; None where there are none."""
        return length(self.flows[0]) if self.flows else None


@dataclass(frozen=True)
class Core:
    """The concepts by which periods are told: of flows, and of balance sheets."""

    flows: Collection[str]
    balances: Collection[str]


def length(context: Context) -> int:
    """Return the days of a period, both ends included."""
    return context[1] - context[0] + 1


def annual_period(filing: Filing, core: Core, rules: StatementRules) -> Period | None:
    """Return the fiscal year that an annual report is of; None if it has no flows.

    It ends with the report's last balance sheet with which flows end, or else with its last annual flow.
    A shorter period (a change of fiscal year, a company's first) is taken where no annual flow ends there,
    not one with few flows after a whole year: that is a note on what came after the year.
    """
    flows, slack = _flows(filing, core), rules.date_slack_days
    first, last = rules.durations.annual_min_days, rules.durations.annual_max_days
    least = rules.doubts.least_flows
    annual = {context: count for context, count in flows.items() if first <= length(context) <= last}
    at_sheet = _at_last_sheet(filing, core, flows, slack)
    if annual.keys() & at_sheet:
        own = [context for context in at_sheet if context in annual]
    elif at_sheet and max(flows[context] for context in at_sheet) >= least * max(annual.values(), default=0):
        own = at_sheet
    elif annual:
        latest = max(context[1] for context in annual)
        own = [context for context in annual if latest - context[1] <= slack]
    else:
        return None
    if own[0] not in annual:
        # Without an annual flow: the longest that is not longer than a year.
        own.sort(key=lambda context: (length(context) > last, -length(context), context))
        own = own[:1]
    chosen = max(own, key=lambda context: (flows[context], context[1], -context[0]))
    others = sorted(context for context in own if context != chosen)
    return Period(chosen[1], (chosen, *others), _balances(filing, core, chosen[1], slack))


def quarter_period(
    filing: Filing, core: Core, rules: StatementRules, year_ends: Collection[int]
) -> Period | None:
    """Return the quarter that a quarterly report is of; None if it has no flows of one.

    Parameters
    ----------
    filing, core, rules
        The report, and by what its period is told.
    year_ends
        Ends of the fiscal years that were reported by then: no year to date goes across one.
    """
    durations, slack = rules.durations, rules.date_slack_days
    flows = {
        context: count
        for context, count in _flows(filing, core).items()
        if durations.quarter_min_days <= length(context) <= durations.to_date_max_days
    }
    if not flows:
        return None
    sheet = max(_sheets(filing, core), default=0)
    at_sheet = [context for context in flows if abs(context[1] - sheet) <= slack]
    latest = max(context[1] for context in flows)
    own = at_sheet or [context for context in flows if latest - context[1] <= slack]
    own = [context for context in own if not any(context[0] + slack < end < context[1] for end in year_ends)]
    if not own:
        return None
    end = Counter({context: flows[context] for context in own})
    chosen_end = max(own, key=lambda context: (end[context], context[1], -context[0]))[1]
    near = [context for context in own if abs(context[1] - chosen_end) <= slack]
    quarters = _best_first([c for c in near if length(c) <= durations.quarter_max_days], flows)
    start = min(near, key=lambda context: (context[0], -context[1]))[0]
    to_date = _best_first([c for c in near if c[0] - start <= slack], flows)
    return Period(chosen_end, tuple(quarters), _balances(filing, core, chosen_end, slack), tuple(to_date))


def _at_last_sheet(filing: Filing, core: Core, flows: Collection[Context], slack: int) -> list[Context]:
    """Return the periods that end with the last balance sheet with which any does."""
    for sheet in sorted(set(_sheets(filing, core)), reverse=True):
        if near := [context for context in flows if abs(context[1] - sheet) <= slack]:
            return near
    return []


def _best_first(contexts: list[Context], counts: dict[Context, int]) -> list[Context]:
    return sorted(contexts, key=lambda context: (-counts[context], -context[1], context[0]))


def _flows(filing: Filing, core: Core) -> dict[Context, int]:
    """Return the periods of a filing's core flows, each with the number of them."""
    return {
        context: count
        for context, values in filing.contexts.items()
        if context[0] and (count := _count(values, core.flows))
    }


def _sheets(filing: Filing, core: Core) -> Iterable[int]:
    return (
        context[1]
        for context, values in filing.contexts.items()
        if not context[0] and any(tag in core.balances for tag in values)
    )


def _balances(filing: Filing, core: Core, end: int, slack: int) -> tuple[Context, ...]:
    """Return the days of the balance sheet at a period's end: others only where that day has none."""
    if any(tag in core.balances for tag in filing.contexts.get((0, end), ())):
        return ((0, end),)
    days = sorted(
        (day for day in _sheets(filing, core) if abs(day - end) <= slack),
        key=lambda day: (abs(day - end), -day),
    )
    return ((0, end), *((0, day) for day in days[:1]))


def _count(values: Collection[str], tags: Collection[str]) -> int:
    return sum(tag in tags for tag in values)
