"""Companies whose filings continue under another registration number."""

from __future__ import annotations

from collections.abc import Sequence

from smallcap.rules.types.cik_successions import CikSuccession


def company_of(successions: Sequence[CikSuccession]) -> dict[str, str]:
    """Map each earlier registration number to the last of its company, which names the company."""
    direct = {row.old_cik: row.new_cik for row in successions}
    found: dict[str, str] = {}
    for old in direct:
        last = old
        while last in direct:
            last = direct[last]
        found[old] = last
    return found


def registrants_of(company: str, successions: Sequence[CikSuccession]) -> tuple[str, ...]:
    """Return the numbers under which a company filed, the oldest first: whose facts are put together."""
    of = company_of(successions)
    dates = {row.old_cik: row.date for row in successions}
    earlier = [old for old, last in of.items() if last == company]
    return (*sorted(earlier, key=lambda old: dates[old]), company)
