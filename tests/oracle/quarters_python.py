"""Quarterly statements again, one company and one day at a time in plain Python: a second opinion.

It shares nothing with smallcap and starts from the quarters as served and from the checked annual statements.
Its thresholds are written out from the methods pages. Which figures are in another unit is judged as in
`statements_pandas`, quarter by quarter and year to date by year to date.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from typing import Any

import pandas as pd

from tests.oracle import statements_pandas
from tests.oracle.trailing_pandas import CASH, FLOWS, INCOME, longer

Record = dict[str, Any]
Versions = list[Record]
SHARES = statements_pandas.SHARES
RISING = {"revenue_usd", "cost_of_revenue_usd", "interest_expense_usd", "depreciation_amortization_usd"}
RISING |= {"dividends_paid_usd"}
DAY = dt.timedelta(days=1)
QUARTER, SHORTEST, MONTHS_3 = range(80, 121), 80, 365.25 / 4
MIXED, UNLIKE = 0.01, 0.05


def quarters(served: pd.DataFrame, annual: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute core.quarterly_fundamentals for all days.

    Parameters
    ----------
    served
        Rows of raw.quarterly_fundamentals.
    annual
        Rows of core.annual_fundamentals.

    Returns
    -------
    tuple
        The rows, and those refused with their `rule`.
    """
    whole = defaultdict(list)
    for record in _plain(annual):
        whole[record["entity_id"]].append(record)
    companies = defaultdict(list)
    for record in _plain(served):
        companies[record["entity_id"]].append(record)
    rows: list[Record] = []
    refused: list[Record] = []
    for company, records in companies.items():
        kept, broken = _refuse(records)
        refused += broken
        rows += _company(kept, whole[company])
    return pd.DataFrame(rows), pd.DataFrame(refused)


def _plain(table: pd.DataFrame) -> list[Record]:
    """Rows with None for what is blank or no number, and with dates."""
    rows: list[Record] = table.astype(object).where(table.notna(), None).to_dict("records")
    for row in rows:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                row[name] = None
            elif isinstance(value, pd.Timestamp) or (value is not None and name.endswith("_date")):
                row[name] = pd.Timestamp(value).date()
    return rows


# -- refused rows


def _refuse(records: list[Record]) -> tuple[list[Record], list[Record]]:
    broken = {id(record): rule for record in records if (rule := _rule(record))}
    sound = [record for record in records if id(record) not in broken]
    ends: dict[dt.date, dt.date] = {}
    for record in sound:
        end = record["period_end"]
        ends[end] = min(ends.get(end, record["available_date"]), record["available_date"])
    standing: list[dt.date] = []
    for end, _ in sorted(ends.items(), key=lambda known: (known[1], known[0])):
        if all(abs((end - other).days) >= SHORTEST for other in standing):
            standing.append(end)
    for record in sound:
        if record["period_end"] not in standing:
            broken[id(record)] = "overlaps_another_quarter"
    sound = sorted((record for record in sound if id(record) not in broken), key=_rank)
    for at, record in enumerate(sound):
        if _is_loss_extreme(record) and _assets_jump(at, sound):
            broken[id(record)] = "net_income_implausible"
    kept = [record for record in records if id(record) not in broken]
    return kept, [{**record, "rule": broken[id(record)]} for record in records if id(record) in broken]


def _rule(record: Record) -> str | None:
    end, start, days = record["period_end"], record["fiscal_year_start"], record["period_days"]
    if record["filing_date"] is not None and record["filing_date"] < end:
        return "filing_before_period_end"
    if record["currency"] != "USD":
        return "currency_not_usd"
    if days is None and start is not None and 1 <= (end - start).days + 1 <= max(QUARTER):
        days = (end - start).days + 1
    if days is None or days in QUARTER:
        return None
    return "period_too_short" if days < SHORTEST else "period_too_long"


def _is_loss_extreme(record: Record) -> bool:
    income, assets = record["net_income_usd"], record["total_assets_usd"]
    return income is not None and assets is not None and abs(income) > 3 * abs(assets)


def _assets_jump(at: int, records: list[Record]) -> bool:
    record = records[at]
    before = [
        other
        for other in records
        if other["available_date"] <= record["available_date"]
        and 350 <= (record["period_end"] - other["period_end"]).days <= 380
    ]
    assets = before[-1]["total_assets_usd"] if before else None
    return bool(statements_pandas._is_far(record["total_assets_usd"], assets))


def _rank(record: Record) -> tuple[Any, ...]:
    return (record["entity_id"], *statements_pandas._rank(record))


# -- a company


def _company(kept: list[Record], annual: list[Record]) -> list[Record]:
    records = sorted(kept, key=_rank)
    for record in records:
        _place(record, annual)
    _complete(records)
    _name_suspects(records)
    records += _fourth(annual, records)
    records.sort(key=_rank)
    for record in records:
        _set_suspects_aside(record)
    by_place: dict[tuple[Any, Any], Versions] = defaultdict(list)
    for record in records:
        by_place[record["fiscal_year_start"], record["fiscal_quarter"]].append(record)
    made: list[Record] = []
    starts = {start for start, number in by_place if number is not None}
    for start in starts:
        before = [_first(record) for record in by_place[start, 1]]
        made += before
        for number in (2, 3, 4):
            before = _later(by_place[start, number], before)
            made += before
    for (_, number), versions in by_place.items():
        if number is None:
            made += [_first(record) for record in versions]
    return _unique([_finished(row) for row in made])


def _place(record: Record, annual: list[Record]) -> None:
    if record["fiscal_year_start"] is None:
        ends = [
            year["period_end"]
            for year in annual
            if year["available_date"] <= record["available_date"]
            and 1 <= (record["period_end"] - year["period_end"]).days <= 380
        ]
        record["fiscal_year_start"] = max(ends) + DAY if ends else None
    record["fiscal_quarter"] = None
    if record["fiscal_year_start"] is not None:
        number = round(((record["period_end"] - record["fiscal_year_start"]).days + 1) / MONTHS_3)
        record["fiscal_quarter"] = number if 1 <= number <= 4 else None


def _complete(records: list[Record]) -> None:
    """Fill blanks from the version before; a flow and its year to date are never of two versions."""
    served = [dict(record) for record in records]
    money = [name for name in records[0] if name.endswith("_usd")] if records else []
    statements_pandas._complete(records, [*money, *SHARES])
    pairs = {**{flow: longer(flow) for flow in FLOWS}, **{longer(flow): flow for flow in FLOWS}}
    for record, given in zip(records, served, strict=True):
        taken = set(filter(None, (record["inherited_fields"] or "").split(", ")))
        changed = set(filter(None, (record["amended_fields"] or "").split(", ")))
        mixed = {name for name, other in pairs.items() if name in taken and other in changed}
        for name in mixed:
            record[name] = given[name]
        left = [name for name in (record["inherited_fields"] or "").split(", ") if name and name not in mixed]
        record["is_amendment_partial"] = bool(left)
        record["inherited_fields"] = ", ".join(left) or None


def _name_suspects(records: list[Record]) -> None:
    money = [name for name in records[0] if name.endswith("_usd") and "year_to_date" not in name]
    for record in records:
        # Evidence is withheld by the income of the three months, in both comparisons.
        record["is_loss_extreme"] = _is_loss_extreme(record)
    of_the_year = [{**record, **{flow: record[longer(flow)] for flow in FLOWS}} for record in records]
    named = [_far_off(records, money), _far_off(of_the_year, money)]
    for record, own, year in zip(records, *named, strict=True):
        names = [*own, *(longer(name) for name in year if name in FLOWS)]
        record["scale_suspect_fields"] = ", ".join(names) or None


def _far_off(records: list[Record], money: list[str]) -> list[list[str]]:
    names = [*money, *SHARES]
    first = [statements_pandas._far_from_the_past(at, records, names) for at in range(len(records))]
    return [statements_pandas._suspects(at, records, first, money) for at in range(len(records))]


def _fourth(annual: list[Record], records: list[Record]) -> list[Record]:
    """Annual records as fourth quarters, with flows still unknown."""
    made = []
    for year in annual:
        end, day = year["period_end"], year["available_date"]
        start = end - dt.timedelta(days=int(year["period_days"]) - 1) if year["period_days"] else None
        placed = {**year, "fiscal_year_start": start}
        _place(placed, annual)
        is_served = any(
            abs((record["period_end"] - end).days) < SHORTEST and record["available_date"] <= day
            for record in records
        )
        thirds = [
            record["period_end"]
            for record in records
            if record["fiscal_quarter"] == 3 and record["fiscal_year_start"] == placed["fiscal_year_start"]
        ]
        if is_served or not thirds or (end - max(thirds)).days not in QUARTER:
            continue
        suspects = set(filter(None, (year["scale_suspect_fields"] or "").split(", ")))
        flows = {longer(flow): None if flow in suspects else year[flow] for flow in FLOWS}
        # Averages of shares are those of the year.
        none = dict.fromkeys([*FLOWS, "shares_basic", "shares_diluted"])
        at_end = [name for name in (year["scale_suspect_fields"] or "").split(", ") if name not in none]
        place = {"fiscal_quarter": 4, "period_days": (end - max(thirds)).days, "is_year": True}
        made.append({**placed, **flows, **none, **place, "scale_suspect_fields": ", ".join(at_end) or None})
    return made


def _set_suspects_aside(record: Record) -> None:
    suspects = set(filter(None, (record["scale_suspect_fields"] or "").split(", ")))
    flows = {name for flow in FLOWS for name in (flow, longer(flow))}
    record["aside"] = {name: record[name] for name in suspects & flows if record[name] is not None}
    record |= dict.fromkeys(suspects & flows)


# -- flows


def _first(record: Record) -> Record:
    """A first quarter, whose year to date is the quarter; or one that has no place in a year."""
    row = {**record, "refused": [], "restated": [], "mixed": False, "anew": False, "derived": set()}
    if record["fiscal_quarter"] == 1:
        for flow in FLOWS:
            pair = (record[flow], record[longer(flow)])
            if None not in pair and abs(pair[1] - pair[0]) > MIXED * abs(pair[0]):
                row["refused"].append(flow)
                pair = (pair[0], None)
            row[flow] = pair[0] if pair[0] is not None else pair[1]
            row[longer(flow)] = pair[1] if pair[1] is not None else pair[0]
    return row


def _later(own: Versions, before: Versions) -> Versions:
    """A later quarter on each day on which it, or the quarter before, became known or changed."""
    if not own:
        return []
    by_day: dict[dt.date, Record] = {}
    for row in sorted(before, key=lambda one: (one["available_date"], _rank(one))):
        by_day[row["available_date"]] = row
    made = []
    filed = sorted(own, key=lambda one: (one["available_date"], _rank(one)))
    own_days = {record["available_date"] for record in own}
    for record in own:
        day = record["available_date"]
        is_last_of_day = record is [one for one in filed if one["available_date"] == day][-1]
        next_day = min((other for other in own_days if other > day), default=dt.date.max)
        again = [later for later in sorted(by_day) if day < later < next_day] if is_last_of_day else []
        previous = None
        for at in [day, *again]:
            row = _on(at, record, by_day)
            if row is not None and (at == day or previous is None or _told(row) != _told(previous)):
                made.append(row)
            previous = row if row is not None else previous
    return made


def _told(row: Record) -> tuple[Any, ...]:
    figures = [row[name] for flow in FLOWS for name in (flow, longer(flow))]
    return (*figures, row["refused"], row["restated"], row["mixed"])


def _on(day: dt.date, record: Record, before: dict[dt.date, Record]) -> Record | None:
    """The quarter as it is known on a day, from its own record and the quarter before."""
    filed = record["available_date"]
    newest = _fitting(record, [one for at, one in sorted(before.items()) if at <= day][-1:])
    then = _fitting(record, [one for at, one in sorted(before.items()) if at <= filed][-1:])
    after = _fitting(record, [one for at, one in sorted(before.items()) if filed <= at <= day][:1])
    is_year = record.get("is_year", False)
    if is_year and newest is None:
        # Without nine months it is not known that there is a fourth quarter.
        return None
    basis = then or after or {}
    row = {**record, "available_date": day, "anew": day != filed, "derived": set()}
    row |= {"refused": [], "restated": [], "mixed": False}
    if day != filed and newest is not None:
        row |= {name: newest[name] for name in ("filing_date", "is_available_date_assumed")}
    for flow in FLOWS:
        new = (newest or {}).get(longer(flow))
        less = basis.get(longer(flow))
        less = new if less is None else less
        reported, whole = record[flow], record[longer(flow)]
        falls = flow in RISING and None not in (whole, less) and less > 0 and whole < less
        if _is_three_months(reported, whole, less) or (falls and not is_year):
            row["refused"].append(flow)
            whole = None
        if whole is None and None not in (less, reported):
            whole = less + reported
        row[longer(flow)] = whole
        if reported is not None or whole is None or less is None:
            continue
        change = 0.0 if new is None else abs(new - less)
        row["mixed"] |= change > MIXED * abs(less)
        if change > UNLIKE * abs(less) or (falls and is_year):
            row["restated"].append(flow)
            continue
        row[flow] = whole - less
        row["derived"].add(flow)
    return row


def _is_three_months(reported: float | None, whole: float | None, less: float | None) -> bool:
    """A year to date that is the quarter again, although something came before it or may have."""
    if None in (reported, whole) or reported != whole:
        return False
    return reported != 0 if less is None else less != 0


def _fitting(record: Record, found: Versions) -> Record | None:
    """The quarter before, if it ended a quarter before."""
    if found and (record["period_end"] - found[0]["period_end"]).days in QUARTER:
        return found[0]
    return None


# -- the table


def _finished(row: Record) -> Record:
    way = "annual less nine months" if row.get("is_year") else "difference of year-to-date"
    for name, stems in (("income_basis", INCOME), ("cash_flow_basis", [*CASH, "net_share_repurchases"])):
        flows = {f"{stem}_usd" for stem in stems}
        is_known = any(row[flow] is not None for flow in flows)
        row[name] = way if flows & row["derived"] else "reported" if is_known else None
    row |= row["aside"]
    assets, equity = row["total_assets_usd"], row["shareholders_equity_usd"]
    return {
        **row,
        "year_to_date_refused_fields": ", ".join(row["refused"]) or None,
        "restated_basis_fields": ", ".join(row["restated"]) or None,
        "is_difference_basis_mixed": row["mixed"],
        "is_computed_anew": row["anew"],
        "has_balance_sheet": assets is not None or equity is not None,
        "is_scale_suspect": row["scale_suspect_fields"] is not None,
        "is_loss_extreme": _is_loss_extreme(row),
    }


def _unique(rows: list[Record]) -> list[Record]:
    """One row per version and day: the record itself before one that is computed anew."""
    found: dict[tuple[Any, ...], Record] = {}
    for row in sorted(rows, key=lambda one: one["is_computed_anew"]):
        key = tuple(row[name] for name in ("period_end", "version", "available_date", "source"))
        found.setdefault(key, row)
    return list(found.values())
