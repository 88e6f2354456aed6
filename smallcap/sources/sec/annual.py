"""The annual statements of a company: which filing first reports each fiscal year, and its later versions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from smallcap.sources.sec.currencies import currencies_of, in_other_currency, refuse_currency
from smallcap.sources.sec.facts import Filing
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
    currencies = currencies_of(facts)
    years: list[_Year] = []
    foreign: list[int] = []
    for filing in facts.filings:
        if filing.form not in rules.forms.annual:
            continue
        period = annual_period(filing, core, rules)
        lengths = (rules.durations.annual_min_days, rules.durations.annual_max_days)
        other = currencies.get(filing.accession, [])
        if found := in_other_currency(filing, period, other, core, lengths, slack):
            foreign.append(found[0])
            refuse_currency(filing, found, refused)
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


def _named(filing: Filing) -> dict[str, str]:
    return {"accession": filing.accession, "form": filing.form, "filed": _text(filing.filed)}


def _text(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()
