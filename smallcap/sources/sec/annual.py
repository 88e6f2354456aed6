"""The annual statements of a company: which filing first reports each fiscal year, and its later versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from smallcap.sources.sec.facts import Context, Facts, Filing
from smallcap.sources.sec.periods import Core, Period, annual_period, length
from smallcap.sources.sec.refused import Refused
from smallcap.sources.sec.statements import Company, Statement, make_statement


@dataclass
class _Year:
    """A fiscal year, with the reports of it in order."""

    filing: Filing
    period: Period
    reports: list[tuple[Filing, Period]] = field(default_factory=list)


def annual_statements(company: Company, core: Core, refused: Refused) -> list[Statement]:
    """Make the statement of every fiscal year of which there is an annual report.

    A year that only later filings show is refused: when its figures became known, and as what, is unknown.
    So is a year in another currency.
    """
    rules, facts = company.concepts.rules, company.facts
    slack = rules.date_slack_days
    currencies = _currencies(facts)
    years: list[_Year] = []
    foreign: list[int] = []
    for filing in facts.filings:
        if filing.form not in rules.forms.annual:
            continue
        period = annual_period(filing, core, rules)
        other = currencies.get(filing.accession, [])
        if found := _in_other_currency(filing, period, other, core, company):
            end, currency = found
            foreign.append(end)
            problem = f"its amounts are in {currency}, not in US dollars"
            row = {"period_end": _text(end), "currency": currency, "problem": problem, **_named(filing)}
            refused.add("currency_not_usd", end, row)
            continue
        if period is None:
            continue
        known = next((year for year in years if abs(year.period.end - period.end) <= slack), None)
        if known is None:
            years.append(_Year(filing, period))
        else:
            known.reports.append((filing, period))
    _refuse_unanchored(company, core, [year.period.end for year in years] + foreign, refused)
    years.sort(key=lambda year: year.period.end)
    return [make_statement(company, year.filing, year.period, year.reports) for year in years]


def _refuse_unanchored(company: Company, core: Core, known: Sequence[int], refused: Refused) -> None:
    """Refuse the years that only later filings show: their vintage is unknown."""
    rules = company.concepts.rules
    seen: dict[int, tuple[int, Filing]] = {}
    for context, values in company.facts.seen.items():
        is_year = (
            context[0]
            and rules.durations.annual_min_days <= length(context) <= rules.durations.annual_max_days
        )
        if is_year and not any(abs(context[1] - end) <= rules.date_slack_days for end in known):
            filings = [
                filing
                for tag in core.flows & values.keys()
                for filing, _ in values[tag]
                if filing.form in rules.forms.annual
            ]
            if filings:
                first = min(filings, key=lambda filing: filing.standing)
                before = seen.get(context[1])
                if before is None or first.standing < before[1].standing:
                    seen[context[1]] = (context[1], first)
    for end, filing in sorted(seen.values(), key=lambda pair: pair[0]):
        row = {
            "period_end": _text(end),
            "problem": f"first seen as a comparative, {filing.filed - end} days after its end",
            **_named(filing),
        }
        refused.add("vintage_unknown", end, row)


def _currencies(facts: Facts) -> dict[str, list[tuple[Context, int, str]]]:
    """Return by filing the periods given in another currency, with the number of core concepts and it."""
    found: dict[str, list[tuple[Context, int, str]]] = {}
    for (accession, context), units in facts.other_currencies.items():
        for unit, tags in units.items():
            found.setdefault(accession, []).append((context, len(tags), unit))
    return found


def _in_other_currency(
    filing: Filing,
    period: Period | None,
    other: Sequence[tuple[Context, int, str]],
    core: Core,
    company: Company,
) -> tuple[int, str] | None:
    """Return the end and currency of a year reported in another currency; None if there is none.

    A year of which more is given in dollars has notes in another currency, of a part of the company perhaps.
    """
    durations, slack = company.concepts.rules.durations, company.concepts.rules.date_slack_days
    years = [
        (context[1], count, unit)
        for context, count, unit in other
        if context[0] and durations.annual_min_days <= length(context) <= durations.annual_max_days
    ]
    if not years:
        return None
    end, count, unit = max(years)
    if period is not None and end <= period.end + slack:
        in_dollars = len(core.flows & filing.contexts[period.flows[0]].keys())
        if end < period.end - slack or count < in_dollars:
            return None
    return end, unit


def _named(filing: Filing) -> dict[str, str]:
    return {"accession": filing.accession, "form": filing.form, "filed": _text(filing.filed)}


def _text(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
