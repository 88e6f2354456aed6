"""Reports in another currency than the dollar, told by their main flows, which are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from smallcap.sources.sec.facts import Context, Facts, Filing
from smallcap.sources.sec.periods import Core, Period, length
from smallcap.sources.sec.refused import Refused

Foreign = tuple[Context, int, str]
"""A period that a filing gives in another currency, the number of core concepts, and the currency."""


def currencies_of(facts: Facts) -> dict[str, list[Foreign]]:
    """Return by accession number what each filing gives in other currencies."""
    found: dict[str, list[Foreign]] = {}
    for (accession, context), units in facts.other_currencies.items():
        for unit, tags in units.items():
            found.setdefault(accession, []).append((context, len(tags), unit))
    return found


def in_other_currency(
    filing: Filing,
    period: Period | None,
    other: Sequence[Foreign],
    core: Core,
    lengths: tuple[int, int],
    slack: int,
) -> tuple[int, str] | None:
    """Return the end and currency of what a report gives in another currency; None if that is not its period.

    A period of which more is given in dollars has notes in another currency, of a part of the company maybe.

    Parameters
    ----------
    filing, period
        The report, and what it reports in dollars.
    other
        What it gives in other currencies.
    core
        By which concepts periods are told.
    lengths
        Days of the periods in question, the shortest and the longest.
    slack
        Days by which ends of one statement may differ.
    """
    given = [
        (context[1], count, unit)
        for context, count, unit in other
        if context[0] and lengths[0] <= length(context) <= lengths[1]
    ]
    if not given:
        return None
    end, count, unit = max(given)
    if period is not None and end <= period.end + slack:
        own = period.flows or period.to_date
        in_dollars = sum(tag in core.flows for tag in filing.contexts[own[0]])
        if end < period.end - slack or count < in_dollars:
            return None
    return end, unit


def refuse_currency(filing: Filing, found: tuple[int, str], refused: Refused) -> None:
    """Refuse a report for its currency."""
    end, currency = found
    row = {
        "period_end": dt.date.fromordinal(end).isoformat(),
        "currency": currency,
        "problem": f"its amounts are in {currency}, not in US dollars",
        "accession": filing.accession,
        "form": filing.form,
        "filed": dt.date.fromordinal(filing.filed).isoformat(),
    }
    refused.add("currency_not_usd", end, row)
