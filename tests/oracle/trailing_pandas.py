"""Trailing twelve months again, one company and one day at a time in plain Python: a second opinion.

It shares nothing with smallcap and starts from the checked statements. Its thresholds are written out from
the methods pages.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pandas as pd

Record = dict[str, Any]
INCOME = ["revenue", "cost_of_revenue", "gross_profit", "operating_income", "interest_expense"]
INCOME += ["net_interest_expense", "pretax_income", "income_tax", "net_income"]
CASH = ["depreciation_amortization", "operating_cash_flow", "capital_expenditures", "dividends_paid"]
FLOWS = [f"{stem}_usd" for stem in [*INCOME, *CASH, "net_share_repurchases"]]
SHARES = ["shares_outstanding", "shares_basic", "shares_diluted"]
DAY = dt.timedelta(days=1)
QUARTER, YEAR, WEEK = range(80, 121), range(350, 381), 7


def longer(flow: str) -> str:
    """The column of a flow since the first day of the fiscal year."""
    return f"{flow.removesuffix('_usd')}_year_to_date_usd"


@dataclass
class Versions:
    """The records of one company and kind, by period and in order of time."""

    periods: dict[dt.date, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def add(self, record: Record) -> None:
        """Put a record in its place."""
        self.periods[record["period_end"]].append(record)

    def of(self, end: dt.date | None, day: dt.date) -> Record | None:
        """The newest version of a period known on a day."""
        known = [record for record in self.periods.get(end, []) if record["available_date"] <= day]  # type: ignore[call-overload]
        return max(known, key=rank) if known else None

    def latest(self, day: dt.date) -> Record | None:
        """The newest version of the latest period known on a day."""
        for end in sorted(self.periods, reverse=True):
            if found := self.of(end, day):
                return found
        return None

    def before(self, end: dt.date | None, days: range, day: dt.date) -> Record | None:
        """The newest version of the latest period a number of days before another."""
        if end is None:
            return None
        for earlier in sorted(self.periods, reverse=True):
            if (end - earlier).days in days and (found := self.of(earlier, day)):
                return found
        return None


def rank(record: Record) -> tuple[Any, ...]:
    """Of two versions of a period the one with the higher rank is the newer."""
    return (
        record["available_date"],
        record["version"] == "restated",
        record["version"],
        record["source"],
        record.get("is_year", False),
    )


def trailing(annual: pd.DataFrame, quarterly: pd.DataFrame, years: set[int]) -> pd.DataFrame:
    """Compose the rows of the days of these calendar years on which a statement became known.

    Parameters
    ----------
    annual
        Rows of core.annual_fundamentals.
    quarterly
        Rows of core.quarterly_fundamentals.
    years
        Calendar years of the days.
    """
    companies: dict[int, list[Record]] = defaultdict(list)
    for table, is_year in ((annual, True), (quarterly, False)):
        plain = table.astype(object).where(table.notna(), None)
        for record in plain.to_dict("records"):
            companies[record["entity_id"]].append(_cleaned(record, is_year))
    rows = []
    for company in companies.values():
        days = sorted({record["available_date"] for record in company})
        years_known, quarters, sheets = Versions(), Versions(), Versions()
        for record in company:
            (years_known if record["is_year"] else quarters).add(record)
            if not (record["total_assets_usd"] is None and record["shareholders_equity_usd"] is None):
                sheets.add(record)
        rows += [_row(day, years_known, quarters, sheets) for day in days if day.year in years]
    return pd.DataFrame(rows)


def _cleaned(record: Record, is_year: bool) -> Record:
    """Dates as dates, suspect figures blank, blank dividends none where the source says so."""
    clean = {**record, "is_year": is_year}
    for name in ("period_end", "available_date", "fiscal_year_start", "shares_outstanding_date"):
        if clean.get(name) is not None:
            clean[name] = pd.Timestamp(clean[name]).date()
    clean["suspects"] = set(filter(None, (record["scale_suspect_fields"] or "").split(", ")))
    for name in clean["suspects"]:
        clean[name] = None
    cash = "operating_cash_flow_usd"
    has_statement = any(clean.get(name) is not None for name in (cash, longer(cash)))
    for flow in ("dividends_paid_usd", "net_share_repurchases_usd"):
        columns = [flow] if is_year else [flow, longer(flow)]
        is_blank = all(clean[name] is None for name in columns) and not clean["suspects"] & set(columns)
        if clean["is_blank_debt_zero"] and is_blank and has_statement:
            clean |= dict.fromkeys(columns, 0.0)
    return clean


# -- flows


def _differs(now: float | None, then: float | None, most: float) -> bool:
    return now is not None and then is not None and abs(now - then) > most * abs(then)


def _is_same(one: float | None, other: float | None) -> bool:
    """The same figure up to a thousandth, or both blank."""
    if one is None or other is None:
        return one is other
    return not _differs(one, other, 0.001)


def _flows(
    day: dt.date, year: Record | None, quarter: Record | None, years: Versions, quarters: Versions
) -> Record:
    """The twelve months to the latest of two periods."""
    if quarter is None or (year is not None and quarter["period_end"] <= year["period_end"]):
        if year is None:
            return {"trailing_basis": None, "trailing_reason": "annual_record_missing"}
        flows = {flow: year[flow] for flow in FLOWS}
        basis = {"trailing_basis": "annual", "is_annual_only": True, "used": [year]}
        return {**flows, **basis, "flows_end": year["period_end"]}
    like = quarters.before(quarter["period_end"], YEAR, day)
    result = _with_year_to_date(day, year, quarter, like, years, quarters) if year else None
    if result is None:
        result = _with_four_quarters(day, quarter, like, quarters)
    if all(result.get(flow) is None for flow in FLOWS):
        reason = "restated_basis" if result["restated"] else _why_not(year, quarter)
        return {"trailing_basis": None, "trailing_reason": reason, "mixed": result["mixed"], "like": like}
    parts = (year or {}, quarter, like or {})
    result["unknown_flows"] = [
        flow
        for flow in FLOWS
        if result[flow] is None
        and any(part.get(name) is not None for part in parts for name in (flow, longer(flow)) if name in part)
    ]
    if result["restated"]:
        result["trailing_reason"] = "restated_basis"
    return {**result, "flows_end": quarter["period_end"], "like": like}


def _basis_day(record: Record, quarters: Versions) -> dt.date:
    """The day of an annual record; the day before where a later quarter became known with it."""
    day: dt.date = record["available_date"]
    is_shared = any(
        version["available_date"] == day
        for end, versions in quarters.periods.items()
        if end > record["period_end"]
        for version in versions
    )
    return day - DAY if is_shared else day


def _with_year_to_date(
    day: dt.date, year: Record, quarter: Record, like: Record | None, years: Versions, quarters: Versions
) -> Record | None:
    """Annual + year to date - the year to date before; None where that is not possible at all."""
    start = quarter["fiscal_year_start"]
    if like is None or start is None or abs((start - year["period_end"]).days - 1) > WEEK:
        return None
    own = quarters.of(like["period_end"], _basis_day(year, quarters))
    if own is None or own["fiscal_year_start"] is None:
        return None
    if (year["period_end"] - own["fiscal_year_start"]).days + 1 not in YEAR:
        return None
    versions = sorted(years.periods[year["period_end"]], key=rank)
    at = versions.index(year)
    original = versions[0]
    first = quarters.of(like["period_end"], _basis_day(original, quarters))
    result: Record = {"trailing_basis": "annual plus year to date", "restated": [], "mixed": False}
    result["used"] = [year, quarter]
    for flow in FLOWS:
        name = longer(flow)
        is_original = _is_same(year[flow], original[flow])
        subtracted = (first if is_original else own) or {}
        less = subtracted.get(name)
        compared = [less]
        if not is_original and at > 0 and _is_same(year[flow], versions[at - 1][flow]):
            compared.append((first or {}).get(name))
        result["mixed"] |= any(_differs(like[name], one, 0.01) for one in compared)
        if any(_differs(like[name], one, 0.05) for one in compared):
            result["restated"].append(flow)
        is_known = None not in (year[flow], quarter[name], less) and flow not in result["restated"]
        result[flow] = year[flow] + quarter[name] - less if is_known else None
    if not result["restated"] and all(result[flow] is None for flow in FLOWS):
        return None
    return result


def _with_four_quarters(day: dt.date, quarter: Record, like: Record | None, quarters: Versions) -> Record:
    """The latest quarter and the three before it, if they make up a year."""
    result: Record = {"trailing_basis": "four quarters", "restated": [], "mixed": False, "used": [quarter]}
    result |= dict.fromkeys(FLOWS)
    chain = [quarter]
    while len(chain) < 5 and (earlier := quarters.before(chain[-1]["period_end"], QUARTER, day)):
        chain.append(earlier)
    if len(chain) < 4 or not _is_a_year(chain):
        return result
    first_known = min(version["available_date"] for version in quarters.periods[quarter["period_end"]])
    then = quarters.of(like["period_end"], first_known - DAY) if like else None
    for flow in FLOWS:
        figures = [record[flow] for record in chain[:4]]
        if None in figures:
            continue
        if like and then:
            result["mixed"] |= _differs(like[flow], then[flow], 0.01)
            if _differs(like[flow], then[flow], 0.05):
                result["restated"].append(flow)
                continue
        result[flow] = math.fsum(figures)
    return result


def _is_a_year(chain: list[Record]) -> bool:
    for later, earlier in pairwise(chain[:4]):
        length = later["period_days"]
        if length is not None and abs((later["period_end"] - earlier["period_end"]).days - length) > WEEK:
            return False
    first = chain[3]
    length = first["period_days"]
    if length is None and first["fiscal_year_start"] is not None:
        since = (first["period_end"] - first["fiscal_year_start"]).days + 1
        length = since if since in QUARTER else None
    if length is None and len(chain) > 4:
        length = (first["period_end"] - chain[4]["period_end"]).days
    return length is not None and (chain[0]["period_end"] - first["period_end"]).days + length in YEAR


def _why_not(year: Record | None, quarter: Record) -> str:
    if year is None:
        return "quarter_missing"
    if quarter["fiscal_year_start"] is None:
        return "fiscal_year_unknown"
    days = (quarter["fiscal_year_start"] - year["period_end"]).days - 1
    if days >= 350 - WEEK:
        return "annual_record_missing"
    if abs(days) > WEEK:
        return "fiscal_year_changed"
    if all(quarter[longer(flow)] is None for flow in FLOWS):
        return "quarter_missing"
    return "prior_year_to_date_missing"


# -- a row


def _row(day: dt.date, years: Versions, quarters: Versions, sheets: Versions) -> Record:
    year, quarter = years.latest(day), quarters.latest(day)
    flows = _flows(day, year, quarter, years, quarters)
    year_before = years.before(year["period_end"], YEAR, day) if year else None
    before = _flows(day, year_before, flows.get("like"), years, quarters)
    latest = max(filter(None, (year, quarter)), key=lambda record: (record["period_end"], *rank(record)))
    sheet = sheets.latest(day) or {}
    sheet_before = sheets.before(sheet.get("period_end"), YEAR, day) or {}
    row: Record = {
        "entity_id": latest["entity_id"],
        "available_date": day,
        "period_end": latest["period_end"],
        "version": latest["version"],
        "balance_sheet_date": sheet.get("period_end"),
        "flows_end": flows.get("flows_end"),
        "trailing_basis": flows["trailing_basis"],
        "trailing_reason": flows.get("trailing_reason"),
        "unknown_flows": ", ".join(flows.get("unknown_flows", [])) or None,
        "is_annual_only": flows.get("is_annual_only", False),
        "is_trailing_basis_mixed": flows.get("mixed", False),
    }
    return row | _ratios(row, flows, before, sheet, sheet_before, year)


def _over(numerator: float | None, denominator: float | None) -> float | None:
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return numerator / denominator


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _ratios(
    row: Record, flows: Record, before: Record, sheet: Record, sheet_before: Record, year: Record | None
) -> Record:
    """The ratios of the methods page from flows and sheet, and from those of a year earlier."""
    flow = {name: flows.get(name) for name in FLOWS}
    unknown = set(FLOWS) if row["trailing_basis"] is None else set((row["unknown_flows"] or "").split(", "))
    for record in flows.get("used", []):
        unknown |= {
            name for name in FLOWS if flow[name] is None and {name, longer(name)} & record["suspects"]
        }
    for name in ("dividends_paid_usd", "net_share_repurchases_usd"):
        if sheet.get("is_blank_debt_zero") and flow[name] is None and name not in unknown:
            flow[name] = 0.0
    revenue, income, cash = (flow[f"{name}_usd"] for name in ("revenue", "net_income", "operating_cash_flow"))
    gross, net = flow["interest_expense_usd"], flow["net_interest_expense_usd"]
    interest = net if gross is None else gross
    ebit = flow["operating_income_usd"]
    if ebit is None and None not in (flow["pretax_income_usd"], interest):
        ebit = flow["pretax_income_usd"] + interest
    assets, equity = sheet.get("total_assets_usd"), sheet.get("shareholders_equity_usd")
    debt = _debt(sheet, flow, before, unknown)
    mean_assets = mean_equity = None
    if assets is not None and sheet_before.get("total_assets_usd") is not None:
        mean_assets = (assets + sheet_before["total_assets_usd"]) / 2
    if None not in (equity, sheet_before.get("shareholders_equity_usd")):
        is_positive = min(equity, sheet_before["shareholders_equity_usd"]) > 0  # type: ignore[type-var]
        mean_equity = (equity + sheet_before["shareholders_equity_usd"]) / 2 if is_positive else None
    counted = sheet if any((sheet.get(name) or 0) > 0 for name in SHARES) else year or {}
    shares = next((counted[name] for name in SHARES if (counted.get(name) or 0) > 0), None)
    growth = {
        name: _over(_less(flow[f"{name}_usd"], before.get(f"{name}_usd")), before.get(f"{name}_usd"))
        for name in ("revenue", "net_income")
    }
    return {
        **{name: flow[name] for name in FLOWS if name != "gross_profit_usd"},
        "total_assets_usd": assets,
        "shareholders_equity_usd": equity,
        "cash_and_short_term_investments_usd": sheet.get("cash_and_short_term_investments_usd"),
        "total_debt_usd": debt,
        "net_cash_usd": _less(sheet.get("cash_and_short_term_investments_usd"), debt),
        "shares": shares,
        "ebit_usd": ebit,
        "roe": _over(income, equity),
        "roe_average": _over(income, mean_equity),
        "net_margin": _over(income, revenue),
        "operating_margin": _over(flow["operating_income_usd"], revenue),
        "fcf_margin": _over(_less(cash, flow["capital_expenditures_usd"]), revenue),
        "capex_intensity": _over(flow["capital_expenditures_usd"], revenue),
        "debt_to_assets": _over(debt, assets),
        "debt_to_equity": _over(debt, equity),
        "interest_coverage": _over(ebit, interest),
        "current_ratio": _over(sheet.get("current_assets_usd"), sheet.get("current_liabilities_usd")),
        "accruals_cash_flow": _over(_less(income, cash), mean_assets),
        "cash_conversion": _over(cash, income),
        "revenue_growth": growth["revenue"],
        "net_income_growth": growth["net_income"],
    }


def _debt(sheet: Record, flow: Record, before: Record, unknown: set[str]) -> float | None:
    """Short-term + long-term debt; blank parts are none only where nothing speaks against it."""
    short, long = sheet.get("short_term_debt_usd"), sheet.get("long_term_debt_usd")
    suspects = sheet.get("suspects", set())
    if suspects & {"short_term_debt_usd", "long_term_debt_usd"}:
        return None
    if any(part is not None and part < 0 for part in (short, long)):
        return None
    if short is not None or long is not None:
        return (short or 0.0) + (long or 0.0)
    names = ("net_interest_expense_usd", "interest_expense_usd")
    interest = next((flow[name] for name in names if flow[name] is not None), None)
    bearable = 0.01 * (sheet.get("total_liabilities_usd") or 0.0)
    is_doubtful = bool(unknown & set(names)) or (interest is not None and interest > bearable)
    return 0.0 if sheet.get("is_blank_debt_zero") and not is_doubtful else None
