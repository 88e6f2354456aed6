"""Filters 1 to 6 with pandas and plain Python, one as_of and company at a time.

It shares nothing with smallcap. Its thresholds are written out from the methods page on purpose; of the
reference data it reads the two tables of lines of business. It starts from the statements; market values are
arguments, from `metrics_pandas.market_caps` or elsewhere.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.oracle.kinds_python import CANNOT_BE_ASKED_OF_DEBT, kind_of
from tests.oracle.metrics_pandas import GROSS, NET, annual_ratios, trusted, unmixed

PASS, FAIL, VERIFY, NOT_APPLICABLE = "pass", "fail", "verify", "not_applicable"
Record = dict[str, Any]
LEAST_UNIVERSE = 50


def _known_at(as_of: pd.Timestamp, rates: pd.DataFrame) -> _Rates:
    """Take the newest vintage whose data month and the two months after it are over; else the newest."""
    data_month = pd.to_datetime(rates["vintage"], format="%Y%m")
    known = rates[data_month + pd.offsets.MonthEnd(3) <= as_of]
    chosen = rates if known.empty else known
    newest = chosen[chosen["vintage"] == chosen["vintage"].max()]
    return _Rates(newest.drop_duplicates("month").set_index("month")["rf"])


class _Rates:
    """The annual risk-free rate of a fiscal year, worked out once per month."""

    def __init__(self, monthly: pd.Series) -> None:
        self._monthly = monthly
        self._found: dict[pd.Timestamp, float] = {}

    def of(self, period_end: dt.date) -> float:
        """Twelve times the mean of the twelve months that end with the period.

        The last ones known, at most a year old.
        """
        month = pd.Timestamp(period_end) + pd.offsets.MonthEnd(0)
        if month not in self._found:
            known = self._monthly[self._monthly.index <= month]
            is_old = known.empty or (month - known.index[-1]).days > 366
            self._found[month] = np.nan if is_old else float(known.iloc[-12:].mean() * 12)
        return self._found[month]


def funnel(
    members: pd.DataFrame,
    statements: pd.DataFrame,
    market_caps: pd.Series,
    risk_free: pd.DataFrame,
    reference: Path,
    stale_months: int,
    trailing: pd.DataFrame | None = None,
    latest_caps: pd.Series | None = None,
) -> pd.DataFrame:
    """Evaluate the members of every as_of by the six filters.

    Filter 2 by the standard `published`, accruals of filter 5 by both forms.

    Parameters
    ----------
    members
        as_of, entity_id, ticker, name, sic, gics, sector.
    statements
        Rows of core.annual_fundamentals.
    market_caps
        Market value in USD by (as_of, entity_id).
    risk_free
        Monthly risk-free rate rf by vintage and month, the last day of the month.
    reference
        Folder with business_exclusions.csv and business_overrides.csv.
    stale_months
        A record older than this at as_of is not evaluated.
    trailing
        Rows of core.trailing_metrics: the amounts of the latest footing. None for the annual footing.
    latest_caps
        Market value in USD on that footing, as `market_caps`.

    Returns
    -------
    pd.DataFrame
        as_of, entity_id, company_kind, the status by each filter (columns 1 to 6), the outcome, is_judged
        (there is a fresh record on both footings), footing, and the figures behind the verdicts: nan where
        unknown, and where the record is not judged.
    """
    histories = _histories(statements)
    business, caps = _business_judge(reference), market_caps.to_dict()
    days = {} if trailing is None else _days(trailing)
    own_caps = {} if latest_caps is None else latest_caps.to_dict()
    parts = [
        _one_date(
            *(as_of, listed, histories, caps, _known_at(as_of, risk_free), business, stale_months),
            *(days, own_caps),
        )
        for as_of, listed in members.groupby("as_of")
    ]
    return pd.concat(parts, ignore_index=True)


def _one_date(
    as_of: pd.Timestamp,
    listed: pd.DataFrame,
    histories: dict[int, list[Record]],
    market_caps: dict[tuple[Any, ...], float],
    risk_free: _Rates,
    business: Callable[[Record, dt.date], str],
    stale_months: int,
    days: dict[int, list[Record]],
    latest_caps: dict[tuple[Any, ...], float],
) -> pd.DataFrame:
    day, oldest = as_of.date(), (as_of - pd.DateOffset(months=stale_months)).date()
    companies = []
    for member in listed.to_dict("records"):
        history = histories.get(member["entity_id"], [])
        years = _visible_years(history, day)
        cap = market_caps.get((as_of, member["entity_id"]), np.nan)
        is_fresh = bool(years) and years[0]["period_end"] >= oldest
        company = {"member": member, "years": years, "is_fresh": is_fresh, "kind": kind_of(member)}
        quarter = _quarter(days.get(member["entity_id"], []), day)
        if quarter is None:
            own = {"latest": years[0] if years else None, "cap": cap, "is_latest_fresh": is_fresh}
            own["footing"] = "annual" if years else None
        else:
            own = {
                "latest": quarter,
                "cap": latest_caps.get((as_of, member["entity_id"]), np.nan),
                "is_latest_fresh": quarter["balance_sheet_date"] >= oldest,
                "footing": "quarter",
            }
        company |= own | {"is_judged": is_fresh and own["is_latest_fresh"], "business": business(member, day)}
        companies.append(company | _accruals(years, history) | _multiples(own["latest"], own["cap"]))
    limits = _limits([company for company in companies if company["business"] != FAIL])
    rows = []
    for company in companies:
        verdicts = [company["business"], *_judged(company, limits, risk_free)]
        figures = _figures(company, limits) if company["is_judged"] else {}
        key = {"as_of": as_of, "entity_id": company["member"]["entity_id"], "company_kind": company["kind"]}
        judged = {
            "outcome": _outcome(verdicts),
            "is_judged": company["is_judged"],
            "footing": company["footing"],
        }
        rows.append(key | dict(enumerate(verdicts, 1)) | judged | figures)
    return pd.DataFrame(rows)


def _outcome(verdicts: list[str]) -> str:
    if FAIL in verdicts:
        return "failed"
    if {VERIFY, NOT_APPLICABLE} & set(verdicts[2:]):
        return "undetermined"
    return "survivor_unverified" if VERIFY in verdicts[:2] else "survivor"


# -- records
# -------------------------------------------------------------------------------------------------------


def _histories(statements: pd.DataFrame) -> dict[int, list[Record]]:
    """Each company's records in the order in which a later one stands before an earlier one."""
    debt = annual_ratios(statements)[["total_debt_usd", "is_debt_partial"]]
    data = trusted(statements).assign(**debt, is_restated=statements["version"] == "restated")
    # Plain dates: a Timestamp costs ten times as much to compare, and this compares them by the million.
    data = data.assign(
        **{name: pd.to_datetime(data[name]).dt.date for name in ("period_end", "available_date")}
    )
    revenue, cost = "revenue_usd", "cost_of_revenue_usd"
    data["gross_profit_usd"] = unmixed(data, "gross_profit_usd", revenue, cost).fillna(
        unmixed(data, revenue, cost) - unmixed(data, cost, revenue)
    )
    data["both_interests"] = unmixed(data, GROSS, NET) - unmixed(data, NET, GROSS)
    data[NET] = unmixed(data, NET, GROSS)
    data["free_cash_flow_usd"] = data["operating_cash_flow_usd"] - data["capital_expenditures_usd"]
    ordered = data.sort_values(
        ["period_end", "available_date", "is_restated", "version", "source"], ascending=False
    )
    histories: dict[int, list[Record]] = {}
    for record in ordered.to_dict("records"):
        histories.setdefault(record["entity_id"], []).append(record)
    return histories


def _days(trailing: pd.DataFrame) -> dict[int, list[Record]]:
    """Each company's days on which its trailing figures changed, the newest first."""
    names = ["total_debt_usd", "shareholders_equity_usd", "net_income_usd", "free_cash_flow_usd"]
    data = trailing[["entity_id", "is_annual_only", "is_debt_partial", *names]].assign(
        **{name: pd.to_datetime(trailing[name]).dt.date for name in ("available_date", "balance_sheet_date")}
    )
    days: dict[int, list[Record]] = {}
    for record in data.sort_values("available_date", ascending=False).to_dict("records"):
        days.setdefault(record["entity_id"], []).append(record)
    return days


def _quarter(days: list[Record], as_of: dt.date) -> Record | None:
    """The latest footing known at a date, if it has a quarter after the last annual record."""
    newest = next((record for record in days if record["available_date"] <= as_of), None)
    return None if newest is None or newest["is_annual_only"] else newest


def _visible_years(history: list[Record], as_of: dt.date) -> list[Record]:
    """The visible record and the unbroken run of the four years before it, newest first."""
    known = [record for record in history if record["available_date"] <= as_of]
    if not known:
        return []
    run = [known[0]]
    for back in range(1, 5):
        year = next((record for record in known if _is_so_many_years_back(known[0], record, back)), None)
        if year is None:
            break
        run.append(year)
    return run


def _is_so_many_years_back(newest: Record, record: Record, back: int) -> bool:
    days = (newest["period_end"] - record["period_end"]).days
    return round(days / 365.25) == back and 350 <= days - round((back - 1) * 365.25) <= 380


def _year_before(record: Record, history: list[Record]) -> Record | None:
    """The record of the year before as it was known when `record` became known."""
    known = [other for other in history if other["available_date"] <= record["available_date"]]
    return next((other for other in known if _is_so_many_years_back(record, other, 1)), None)


def _figure(record: Record, name: str) -> float:
    return float(record[name])


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator > 0 else np.nan


# -- figures that are compared with other companies
# ---------------------------------------------------------------------------------------


def _multiples(record: Record | None, cap: float) -> Record:
    """The three multiples: nan where unknown and infinite where the denominator is not positive."""
    denominators = {"pb": "shareholders_equity_usd", "pe": "net_income_usd", "p_fcf": "free_cash_flow_usd"}
    own = {} if record is None else {name: _multiple(cap, record[of]) for name, of in denominators.items()}
    return {"multiples": own}


def _accruals(years: list[Record], history: list[Record]) -> Record:
    """Accruals of the visible fiscal year in both forms."""
    if not years:
        return {"accruals": np.nan, "sloan": np.nan}
    now = years[0]
    before = _year_before(now, history)
    accruals = sloan = np.nan
    if before is not None:
        mean_assets = (now["total_assets_usd"] + before["total_assets_usd"]) / 2
        accruals = _ratio(now["net_income_usd"] - now["operating_cash_flow_usd"], mean_assets)
        sloan = _ratio(_growth_of_working_capital(now, before), mean_assets)
    return {"accruals": accruals, "sloan": sloan}


def _growth_of_working_capital(now: Record, before: Record) -> float:
    """Sloan's accruals in dollars, taxes payable taken as unchanged.

    Other current assets than cash, less other current liabilities than debt, less depreciation.
    """
    assets, liabilities = (
        [_figure(year, whole) - part for year, part in parts]
        for whole, parts in (
            (
                "current_assets_usd",
                [(year, _figure(year, "cash_and_short_term_investments_usd")) for year in (now, before)],
            ),
            (
                "current_liabilities_usd",
                [
                    (
                        year,
                        _short_debt(year, bool(now["is_blank_debt_zero"] or year["is_debt_explained_zero"])),
                    )
                    for year in (now, before)
                ],
            ),
        )
    )
    working = assets[0] - assets[1] - (liabilities[0] - liabilities[1])
    return float(working - _figure(now, "depreciation_amortization_usd"))


def _short_debt(year: Record, is_blank_none: bool) -> float:
    """Short-term debt; blank is none where the source says so, below zero and doubtful are unknown."""
    given = _figure(year, "short_term_debt_usd")
    if not np.isnan(given):
        return given if given >= 0 else np.nan
    named = year["scale_suspect_fields"]
    is_doubtful = isinstance(named, str) and "short_term_debt_usd" in named.split(", ")
    return 0.0 if is_blank_none and not is_doubtful else np.nan


def _multiple(cap: float, denominator: float) -> float:
    if np.isnan(cap) or np.isnan(denominator):
        return np.nan
    return cap / denominator if denominator > 0 else np.inf


def _limits(universe: list[Record]) -> dict[str, float]:
    limits = {}
    for form in ("accruals", "sloan"):
        known = [one[form] for one in universe if one["is_fresh"] and not np.isnan(one[form])]
        limits[form] = float(np.quantile(known, 0.8)) if len(known) >= LEAST_UNIVERSE else np.nan
    for name in ("pb", "pe", "p_fcf"):
        fresh = [one["multiples"] for one in universe if one["is_latest_fresh"]]
        values = [value for own in fresh if 0 < (value := own.get(name, np.nan)) < np.inf]
        limits[name] = float(np.median(values)) if len(values) >= LEAST_UNIVERSE else np.nan
    return limits


# -- the figures behind the verdicts
# -----------------------------------------------------------------------------------------------------


def _figures(company: Record, limits: dict[str, float]) -> dict[str, float]:
    """The figures that the verdicts rest on, and the limits that come of the universe."""
    years, record = company["years"], company["latest"]
    profits = [_figure(year, "net_income_usd") for year in years]
    cash = [_figure(year, "operating_cash_flow_usd") for year in years]
    has_all = len(years) == 5 and profits[-1] > 0
    is_asked = company["kind"] not in CANNOT_BE_ASKED_OF_DEBT
    equity = record["shareholders_equity_usd"] if is_asked else np.nan
    of_everyone = {
        "debt_to_market_cap": _ratio(record["total_debt_usd"], company["cap"]),
        "debt_to_equity": _ratio(record["total_debt_usd"], equity),
        "least_net_margin": _least(_margins(years, "net_income_usd")),
        "net_income_growth_over_years": profits[0] / profits[-1] - 1 if has_all else np.nan,
        "margin_slope": _margin_slope(years),
        "least_operating_margin": _least(_margins(years, "operating_income_usd")),
        "cash_conversion_over_years": _ratio(sum(cash), sum(profits)),
        "accruals_cash_flow": company["accruals"],
        "accruals_balance_sheet": company["sloan"],
        **{
            name: multiple if multiple < np.inf else np.nan for name, multiple in company["multiples"].items()
        },
        # Above the percentile and above zero: above the greater of the two.
        "accruals_cash_flow_limit": max(limits["accruals"], 0.0),
        "accruals_balance_sheet_limit": max(limits["sloan"], 0.0),
        **{f"{name}_limit": limits[name] for name in ("pb", "pe", "p_fcf")},
    }
    unasked = ("debt_to_market_cap", "margin_slope", "least_operating_margin", "cash_conversion_over_years")
    return of_everyone if is_asked else of_everyone | dict.fromkeys(unasked, np.nan)


def _margins(years: list[Record], name: str) -> list[float]:
    return [_ratio(_figure(year, name), _figure(year, "revenue_usd")) for year in years]


def _margin_slope(years: list[Record]) -> float:
    """Slope of the gross margin, or of the operating margin where no year has a gross margin.

    Unknown of a single year.
    """
    gross, operating = _margins(years, "gross_profit_usd"), _margins(years, "operating_income_usd")
    margins = operating if np.isnan(gross).all() else gross
    return np.nan if len(years) < 2 or np.isnan(margins).any() else _slope(margins)


def _least(values: list[float]) -> float:
    return min((value for value in values if not np.isnan(value)), default=np.nan)


# -- verdicts
# -------------------------------------------------------------------------------------------------------


def _judged(company: Record, limits: dict[str, float], risk_free: _Rates) -> list[str]:
    """Filters 2, 3 and 6 by the latest footing, 4 and 5 by fiscal years; each needs a fresh record."""
    years, is_asked = company["years"], company["kind"] not in CANNOT_BE_ASKED_OF_DEBT
    income = _is_income_permissible(years[0], risk_free) if company["is_fresh"] else None
    on_latest = on_years = [VERIFY, VERIFY if is_asked else NOT_APPLICABLE, VERIFY]
    if company["is_latest_fresh"]:
        record = company["latest"]
        debt = [_in_part(_is_below(_ratio(record["total_debt_usd"], company["cap"]), 0.33), record)]
        on_latest = [
            _all([*(debt if is_asked else []), income]),
            _balance_sheet(record) if is_asked else NOT_APPLICABLE,
            _value(company["multiples"], limits),
        ]
    if company["is_fresh"]:
        income_rules = _income_rules(years)
        cash = _over_years(_cash_flow_rules(years, _has_low_accruals(company, limits)), years)
        on_years = [
            _over_years(income_rules if is_asked else income_rules[:2], years),
            cash if is_asked else NOT_APPLICABLE,
        ]
    shariah, balance, value = on_latest
    return [shariah, balance, on_years[0], on_years[1], value]


def _all(rules: list[bool | None]) -> str:
    """A broken rule fails; an unknown one keeps from passing."""
    if any(rule is False for rule in rules):
        return FAIL
    return VERIFY if any(rule is None for rule in rules) else PASS


def _over_years(rules: list[bool | None], years: list[Record]) -> str:
    if len(years) < 3:
        return VERIFY
    verdict = _all(rules)
    return VERIFY if verdict == PASS and len(years) < 5 else verdict


def _is_below(value: float, limit: float) -> bool | None:
    return None if np.isnan(value) else bool(value < limit)


def _in_part(holds: bool | None, record: Record) -> bool | None:
    """Debt of which a part is unknown can be too much, never little enough."""
    return None if holds and record["is_debt_partial"] else holds


def _is_at_most(value: float, limit: float) -> bool | None:
    return None if np.isnan(value) or np.isnan(limit) else bool(value <= limit)


def _is_income_permissible(record: Record, risk_free: _Rates) -> bool | None:
    interest_income, net, revenue = record["both_interests"], record[NET], record["revenue_usd"]
    if not revenue > 0:
        return None
    if interest_income >= 0:
        return bool(interest_income / revenue < 0.05)
    floor = -net if net < 0 else np.nan
    if floor / revenue >= 0.05:
        return False
    bound = record["cash_and_short_term_investments_usd"] * (risk_free.of(record["period_end"]) + 0.01)
    is_proven = bound / revenue < 0.05 and not floor > bound
    return True if is_proven else None


def _balance_sheet(record: Record) -> str:
    if record["shareholders_equity_usd"] <= 0:
        return FAIL
    ratio = _ratio(record["total_debt_usd"], record["shareholders_equity_usd"])
    return _all([_in_part(_is_below(ratio, 0.30), record)])


def _is_each_positive(values: list[float], most_bad: int = 0) -> bool | None:
    bad, unknown = sum(value <= 0 for value in values), sum(np.isnan(value) for value in values)
    if bad > most_bad:
        return False
    return True if bad + unknown <= most_bad else None


def _income_rules(years: list[Record]) -> list[bool | None]:
    profits = [_figure(year, "net_income_usd") for year in years]
    cash = [_figure(year, "operating_cash_flow_usd") for year in years]
    operating, slope = _margins(years, "operating_income_usd"), _margin_slope(years)
    has_grown: bool | None = True
    if len(years) == 5:
        has_grown = None if np.isnan(profits[0] - profits[-1]) else profits[0] > profits[-1]
    return [
        _is_each_positive(profits),
        has_grown,
        None if np.isnan(slope) else bool(slope >= -0.01),
        _is_each_positive(operating),
        _is_backed(cash, profits),
        None if np.isnan(sum(cash) + sum(profits)) else bool(sum(cash) >= 0.8 * sum(profits)),
    ]


def _is_backed(cash: list[float], profits: list[float]) -> bool | None:
    """Cash from operations below 0.8 x net income in at most two years.

    A year of which either is unknown may be one of them.
    """
    lacks = [own - 0.8 * profit for own, profit in zip(cash, profits, strict=True)]
    bad, unknown = sum(lack < 0 for lack in lacks), sum(np.isnan(lack) for lack in lacks)
    if bad > 2:
        return False
    return True if bad + unknown <= 2 else None


def _slope(newest_first: list[float]) -> float:
    oldest_first = newest_first[::-1]
    return float(np.polyfit(range(len(oldest_first)), oldest_first, 1)[0]) if len(oldest_first) > 1 else 0.0


def _has_low_accruals(company: Record, limits: dict[str, float]) -> bool | None:
    """Fails only where both forms are above the percentile and above zero.

    With one form unknown, the other above both bounds is to be verified, and below one of them passes.
    """
    above = []
    for form in ("accruals", "sloan"):
        is_unknown = np.isnan(company[form]) or np.isnan(limits[form])
        above.append(None if is_unknown else bool(company[form] > limits[form] and company[form] > 0))
    if False in above:
        return True
    return None if None in above else False


def _cash_flow_rules(years: list[Record], has_low_accruals: bool | None) -> list[bool | None]:
    profits = [_figure(year, "net_income_usd") for year in years]
    cash = [_figure(year, "operating_cash_flow_usd") for year in years]
    free = [_figure(year, "free_cash_flow_usd") for year in years]
    is_converted: bool | None = None
    if sum(profits) <= 0:
        is_converted = False
    elif not np.isnan(sum(profits) + sum(cash)):
        is_converted = sum(cash) / sum(profits) >= 0.8
    return [
        _is_each_positive(cash),
        _is_each_positive(free, most_bad=1),
        has_low_accruals,
        is_converted,
    ]


def _value(multiples: dict[str, float], limits: dict[str, float]) -> str:
    cheap = [
        False if multiple == np.inf else _is_at_most(multiple, limits[name])
        for name, multiple in multiples.items()
    ]
    if any(cheap):
        return PASS
    return VERIFY if None in cheap else FAIL


# -- lines of business
# -------------------------------------------------------------------------------------------------------


def _business_judge(reference: Path) -> Callable[[Record, dt.date], str]:
    exclusions = pd.read_csv(reference / "business_exclusions.csv", dtype=str).to_dict("records")
    overrides = pd.read_csv(reference / "business_overrides.csv", dtype=str, keep_default_na=False)
    by_ticker = {str(ticker): rows.to_dict("records") for ticker, rows in overrides.groupby("ticker")}

    def judge(member: Record, day: dt.date) -> str:
        for row in by_ticker.get(re.sub(r"[\s./-]", "", member["ticker"].upper()), []):
            if _is_named(member, row) and (row["valid_from"] or "0") <= str(day) <= (row["valid_to"] or "9"):
                return str(row["verdict"])
        if kind_of(member) == "mortgage_reit":
            return FAIL
        if member["sic"] or member["gics"]:
            found = [_by_sic(member["sic"], exclusions), _by_gics(member["gics"], exclusions)]
            return max(found, key=[PASS, VERIFY, FAIL].index)
        if not member["sector"]:
            return VERIFY
        return next(
            (
                row["verdict"]
                for row in exclusions
                if (row["code_system"], row["code"]) == ("sector", member["sector"])
            ),
            PASS,
        )

    return judge


def _is_named(member: Record, row: Record) -> bool:
    name = re.sub("[^A-Z0-9]", "", (member["name"] or "").upper())
    return not member["name"] or name.startswith(re.sub("[^A-Z0-9]", "", row["company"].upper()))


def _by_sic(sic: str | None, exclusions: list[Record]) -> str:
    ranges = [(row["code"].split("-"), row["verdict"]) for row in exclusions if row["code_system"] == "sic"]
    return next(
        (verdict for ends, verdict in ranges if sic and int(ends[0]) <= int(sic) <= int(ends[-1])), PASS
    )


def _by_gics(gics: str | None, exclusions: list[Record]) -> str:
    found = [
        row for row in exclusions if row["code_system"] == "gics" and gics and gics.startswith(row["code"])
    ]
    return str(max(found, key=lambda row: len(row["code"]))["verdict"]) if found else PASS
