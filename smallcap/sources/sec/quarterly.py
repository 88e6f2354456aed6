"""The quarterly statements of a company, of its quarterly reports; no fourth quarter is made here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from smallcap.sources.sec.chains import FLOW_ITEMS, INCOME_ITEMS, Figure
from smallcap.sources.sec.currencies import currencies_of, in_other_currency, refuse_currency
from smallcap.sources.sec.facts import Filing
from smallcap.sources.sec.periods import Core, Period, quarter_period
from smallcap.sources.sec.reading import TO_DATE
from smallcap.sources.sec.refused import Refused
from smallcap.sources.sec.statements import Company, Statement, make_statement


@dataclass
class _Quarter:
    """A quarter, with the reports of it in order."""

    filing: Filing
    period: Period
    reports: list[tuple[Filing, Period]] = field(default_factory=list)


def quarterly_statements(
    company: Company, core: Core, years: Sequence[Statement], refused: Refused
) -> tuple[list[Statement], list[str]]:
    """Make the statement of every quarter of which there is a quarterly report.

    Parameters
    ----------
    company, core
        The company, and by what periods are told.
    years
        Its annual statements: no year to date goes across the end of one that was known.
    refused
        Takes reports in another currency, of which something is given in dollars too.

    Returns
    -------
    list of Statement
        By the end of the quarter.
    list of str
        Notices on flows to date that were left out.
    """
    rules = company.concepts.rules
    quarters: list[_Quarter] = []
    currencies = currencies_of(company.facts)
    lengths = (rules.durations.quarter_min_days, rules.durations.to_date_max_days)
    ends = [(year.versions[0].filing.standing, year.period.end) for year in years]
    for filing in company.facts.filings:
        if filing.form not in rules.forms.quarterly:
            continue
        known_ends = [end for standing, end in ends if standing <= filing.standing]
        period = quarter_period(filing, core, rules, known_ends)
        if period is None:
            continue
        other = currencies.get(filing.accession, [])
        if found := in_other_currency(filing, period, other, core, lengths, rules.date_slack_days):
            refuse_currency(filing, found, refused)
            continue
        known = next(
            (one for one in quarters if abs(one.period.end - period.end) <= rules.date_slack_days), None
        )
        if known is None:
            quarters.append(_Quarter(filing, period))
        else:
            known.reports.append((filing, period))
    quarters.sort(key=lambda quarter: quarter.period.end)
    made = [make_statement(company, one.filing, one.period, one.reports) for one in quarters]
    return _guarded(made, rules.date_slack_days)


_SUSPECT: Final = (
    "the quarter that ends {end}: '{item}' since the fiscal year began equals that of the quarter alone in "
    "{accession}, so that it is left out"
)


def _guarded(statements: list[Statement], slack: int) -> tuple[list[Statement], list[str]]:
    """Leave out a flow to date that repeats the quarter's own although earlier quarters had some.

    Filers sometimes report the three months under the nine months' period.
    """
    checked: list[Statement] = []
    notices: list[str] = []
    for statement in statements:
        suspect = _repeated(statement, checked[-1] if checked else None, slack)
        if suspect:
            end = dt.date.fromordinal(statement.period.end)
            notices += [
                _SUSPECT.format(
                    end=end, item=item, accession=statement.versions[0].figures[item + TO_DATE].accession
                )
                for item in suspect
            ]
            statement = _without(statement, {item + TO_DATE for item in suspect})
        checked.append(statement)
    return checked, notices


def _repeated(statement: Statement, before: Statement | None, slack: int) -> list[str]:
    period, figures = statement.period, statement.versions[0].figures
    if not period.flows or not period.to_date or period.flows[0][0] - period.to_date[0][0] <= slack:
        return []
    is_next = (
        before is not None
        and before.period.to_date
        and abs(before.period.to_date[0][0] - period.to_date[0][0]) <= slack
        and abs(before.period.end + 1 - period.flows[0][0]) <= slack
    )
    found = []
    for item in FLOW_ITEMS:
        quarter, to_date = figures.get(item), figures.get(item + TO_DATE)
        if quarter is None or to_date is None or quarter.value != to_date.value or not quarter.value:
            continue
        if is_next and before is not None:
            earlier = _latest(before, item + TO_DATE, statement)
            is_doubtful = earlier is not None and earlier.value != 0
        else:
            is_doubtful = item in INCOME_ITEMS
        if is_doubtful:
            found.append(item)
    return found


def _latest(before: Statement, item: str, statement: Statement) -> Figure | None:
    """Return a figure of the quarter before as known when a quarter was first reported."""
    standing = statement.versions[0].filing.standing
    known = [version for version in before.versions if version.filing.standing <= standing]
    return known[-1].figures.get(item) if known else None


def _without(statement: Statement, items: set[str]) -> Statement:
    versions = [
        replace(
            version,
            figures={item: figure for item, figure in version.figures.items() if item not in items},
            changed={item: value for item, value in version.changed.items() if item not in items},
        )
        for version in statement.versions
    ]
    kept = [index for index, version in enumerate(versions) if index == 0 or version.changed]
    return replace(
        statement,
        versions=[versions[index] for index in kept],
        is_debt_none=[statement.is_debt_none[index] for index in kept],
    )
