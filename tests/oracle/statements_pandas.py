"""The completed and flagged statements again, one record at a time in plain Python: a second opinion.

It shares nothing with smallcap and starts from the rows as served. Its thresholds are written out
from the methods page.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

Record = dict[str, Any]
SHARES = ["shares_outstanding", "shares_basic", "shares_diluted"]
SUMS = {
    "total_assets_usd": ("total_liabilities_usd", "shareholders_equity_usd", 1),
    "total_liabilities_usd": ("total_assets_usd", "shareholders_equity_usd", -1),
    "shareholders_equity_usd": ("total_assets_usd", "total_liabilities_usd", -1),
    "revenue_usd": ("cost_of_revenue_usd", "gross_profit_usd", 1),
    "cost_of_revenue_usd": ("revenue_usd", "gross_profit_usd", -1),
    "gross_profit_usd": ("revenue_usd", "cost_of_revenue_usd", -1),
    "operating_income_usd": ("pretax_income_usd", "net_interest_expense_usd", 1),
    "pretax_income_usd": ("net_income_usd", "income_tax_usd", 1),
    "net_income_usd": ("pretax_income_usd", "income_tax_usd", -1),
    "income_tax_usd": ("pretax_income_usd", "net_income_usd", -1),
}
LIABILITIES = {"current_liabilities_usd", "short_term_debt_usd", "long_term_debt_usd"}
NO_WHOLE = {
    *("total_assets_usd", "total_liabilities_usd", "shareholders_equity_usd", "retained_earnings_usd"),
    *("revenue_usd", "cost_of_revenue_usd", "gross_profit_usd"),
}
ONE_YEAR_IS_ENOUGH = {"revenue_usd", "total_assets_usd", *SHARES}


def statements(served: pd.DataFrame) -> pd.DataFrame:
    """Complete and flag rows of raw.fundamentals that were not refused.

    Returns
    -------
    pd.DataFrame
        The rows with their figures completed and scale_suspect_fields, inherited_fields, amended_fields and
        is_loss_extreme, in the order of company and rank.
    """
    money = [name for name in served.columns if name.endswith("_usd")]
    rows: list[Record] = []
    plain = served.astype(object).where(served.notna(), None)
    for name in ("period_end", "available_date"):
        plain[name] = [pd.Timestamp(day).date() for day in plain[name]]
    for _, company in plain.groupby("entity_id"):
        records = sorted(company.to_dict("records"), key=_rank)
        _complete(records, [*money, *SHARES])
        for record in records:
            income, assets = record["net_income_usd"], record["total_assets_usd"]
            record["is_loss_extreme"] = None not in (income, assets) and abs(income) > 3 * abs(assets)
        first = [_far_from_the_past(at, records, [*money, *SHARES]) for at in range(len(records))]
        for at, record in enumerate(records):
            suspects = _suspects(at, records, first, money)
            record["scale_suspect_fields"] = ", ".join(suspects) or None
        rows.extend(records)
    return pd.DataFrame(rows)


def _rank(record: Record) -> tuple[Any, ...]:
    """A later one of a period stands before an earlier one."""
    return (
        record["period_end"],
        record["available_date"],
        record["version"] == "restated",
        record["version"],
        record["source"],
    )


# -- versions


def _complete(records: list[Record], names: list[str]) -> None:
    """Fill every blank from the version before."""
    before: Record | None = None
    for record in records:
        taken, changed = [], []
        if before is not None and before["period_end"] == record["period_end"]:
            total = _total_debt(before)
            repeated = {
                part: _is_close(record[other], total) and not _is_small(before[part], total)
                for part, other in _parts()
            }
            for name in names:
                if record[name] is None and before[name] is not None and not repeated.get(name, False):
                    record[name] = before[name]
                    taken.append(name)
                    if name == "shares_outstanding":
                        record["shares_outstanding_date"] = before["shares_outstanding_date"]
                elif record[name] is not None and before[name] not in (None, record[name]):
                    changed.append(name)
        record["inherited_fields"] = ", ".join(taken) or None
        record["amended_fields"] = ", ".join(changed) or None
        before = record


def _parts() -> list[tuple[str, str]]:
    names = ["short_term_debt_usd", "long_term_debt_usd"]
    return [(names[0], names[1]), (names[1], names[0])]


def _total_debt(record: Record) -> float | None:
    short, long = record["short_term_debt_usd"], record["long_term_debt_usd"]
    return None if short is None or long is None or short + long <= 0 else short + long


def _is_close(value: float | None, total: float | None) -> bool:
    return value is not None and total is not None and abs(value - total) <= 0.005 * total


def _is_small(value: float | None, total: float | None) -> bool:
    return value is None or total is None or value <= 0.005 * total


# -- units


def _is_far(now: float | None, then: float | None) -> bool | None:
    """A hundred times or a hundredth; unknown where one is blank or zero, or their signs differ."""
    if not now or not then or (now > 0) != (then > 0):
        return None
    return now / then >= 100 or then / now >= 100


def _years_before(at: int, records: list[Record]) -> list[int]:
    """Positions of the newest known record of each of the four years before, that can be trusted."""
    record, found = records[at], []
    for back in range(1, 5):
        known = [
            other
            for other, candidate in enumerate(records)
            if candidate["available_date"] <= record["available_date"]
            and _is_years_back(record["period_end"], candidate["period_end"], back)
        ]
        if known and not records[known[-1]]["is_loss_extreme"]:
            found.append(known[-1])
    return found


def _is_years_back(later: dt.date, earlier: dt.date, back: int) -> bool:
    days = (later - earlier).days
    return days > 0 and round(days / 365.25) == back and 350 <= days - round((back - 1) * 365.25) <= 380


def _far_from_the_past(at: int, records: list[Record], names: list[str]) -> dict[str, list[bool]]:
    """For each field that differs from most earlier years, in which of the comparable years it does."""
    years = _years_before(at, records)
    far = {name: [_is_far(records[at][name], records[year][name]) for year in years] for name in names}
    known = {name: [flag for flag in flags if flag is not None] for name, flags in far.items()}
    return {name: flags for name, flags in known.items() if sum(flags) > 0.5 * len(flags)}


def _suspects(
    at: int, records: list[Record], first: list[dict[str, list[bool]]], money: list[str]
) -> list[str]:
    record, years = records[at], _years_before(at, records)
    out = {
        name: flags
        for name, flags in first[at].items()
        if not any(
            name not in first[year] and _is_far(record[name], records[year][name]) is False for year in years
        )
    }
    if not out:
        return []
    comparable = [
        name
        for name in money
        if any(_is_far(record[name], records[year][name]) is not None for year in years)
    ]
    many = [name for name in out if name in money]
    if len(comparable) >= 3 and len(many) > 0.5 * len(comparable):
        everything = [name for name in money if record[name] is not None]
    else:
        everything = [name for name in many if _is_wrong(name, record, out, years, records)]
    return everything + [name for name in SHARES if name in out]


def _is_wrong(
    name: str, record: Record, out: dict[str, list[bool]], years: list[int], records: list[Record]
) -> bool:
    """What the other fields of the record say about one that is far from the past."""
    sound = {field: value for field, value in record.items() if field not in out and value is not None}
    given = abs(record[name])
    one, other, sign = SUMS.get(name, ("", "", 0))
    if one in sound and other in sound and (expected := abs(sound[one] + sign * sound[other])) > 0:
        return given / expected >= 100 or expected / given >= 100
    whole = _whole(name, sound)
    if whole is not None:
        steps = [
            1 if given > abs(records[year][name]) else -1
            for year in years
            if _is_far(record[name], records[year][name])
        ]
        if sum(steps) > 0:
            return given > abs(whole)
        if given * 100 > abs(whole):
            return False
    return name in ONE_YEAR_IS_ENOUGH or len(out[name]) >= 2


def _whole(name: str, sound: Record) -> float | None:
    if name in NO_WHOLE:
        return None
    if name not in LIABILITIES:
        return sound.get("total_assets_usd")
    liabilities = sound.get("total_liabilities_usd")
    if name == "long_term_debt_usd" and liabilities is not None:
        return liabilities - sound.get("current_liabilities_usd", 0.0)
    return liabilities
