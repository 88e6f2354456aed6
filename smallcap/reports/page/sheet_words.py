"""What the page of a company says in sentences: who it is, which record is used, its score, its loadings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from smallcap.reports.exclusions import exclusion_words
from smallcap.reports.page.formats import date, millions, month, number, words

Row = Mapping[str, Any]


def facts(who: Row) -> list[str]:
    """Say who a company is, which of its records is used, what it was worth, and what the exchange notes.

    Parameters
    ----------
    who
        Its row of `sheet_identity`, or of `watched_identity`.
    """
    return [*_watched(who), f"{_business(who)}.", f"{_record(who)}.", *_quarter(who), f"{_worth(who)}."]


def _watched(who: Row) -> list[str]:
    if "watched_by" not in who:
        return []
    return [
        f"Not a member at this date; watched by {who['watched_by']}. It is judged against the "
        "members' medians, percentiles and edges, and counted in none of them."
    ]


def _business(who: Row) -> str:
    parts = [who["sector"] or "Sector unknown"]
    parts += [f"{name} {who[column]}" for name, column in (("SIC", "sic"), ("GICS", "gics")) if who[column]]
    if who["company_kind"] and who["company_kind"] != "other":
        parts.append(words(who["company_kind"]))
    told = [", ".join(parts), who["exchange"] or "exchange unknown", *([who["note"]] if who["note"] else [])]
    return "; ".join(told)


def _record(who: Row) -> str:
    if not who["period_end"]:
        return "No annual record was visible"
    later = "; its values are a later restatement under the original date" if who["is_value_restated"] else ""
    known = date(who["available_date"])
    return f"Record of {date(who['period_end'])} ({who['version']}), known since {known}{later}"


def _quarter(who: Row) -> list[str]:
    if who["statement_footing"] != "quarter":
        return []
    flows = f"flows to {date(who['flows_end'])}" if who["flows_end"] else "trailing flows unknown"
    return [
        f"Balance sheet of {date(who['balance_sheet_date'])}, {flows}: debt / equity "
        f"{number(who['debt_to_equity'])} → {number(who['latest_debt_to_equity'])} with the 10-Q of "
        f"{date(who['balance_sheet_filing_date'])}."
    ]


def _worth(who: Row) -> str:
    zone = f" ({who['altman_z_zone']})" if who["altman_z_zone"] else ""
    altman = f"Altman Z {number(who['altman_z'], 1)}{zone}"
    if who["market_cap_usd"] is None:
        return f"No market value; {altman}"
    return (
        f"Market value {millions(who['market_cap_usd'])} m USD, at {number(who['price_usd'])} USD of "
        f"{date(who['price_date'])}; P/E {number(who['pe'], 1)}, P/B {number(who['pb'], 1)}, "
        f"P/FCF {number(who['p_fcf'], 1)}; {altman}"
    )


def score_words(score: Row) -> str:
    """Say what the quality score by a method is made of, or why there is none."""
    method = f"Quality score, method {words(score['method'])}"
    if score["score"] is None:
        return f"{method}: none, {exclusion_words(score)}."
    return (
        f"{method}: {number(score['score'])}, quintile {score['quintile']} (z of ROE {number(score['roe_z'])}"
        f", FCF margin {number(score['fcf_margin_z'])}, debt / assets {number(score['debt_to_assets_z'])}, "
        f"coverage {number(score['interest_coverage_z'])})."
    )


def loading_words(loadings: Sequence[Row]) -> str:
    """Say how the returns of a company moved with the factors."""
    if not loadings:
        return "Own factor loadings: fewer months than a regression asks for."
    first = loadings[0]
    terms = ", ".join(
        f"{row['term']} {number(row['estimate'])} (t {number(row['t_stat'], 1)})"
        for row in loadings
        if row["term"] != "alpha"
    )
    return (
        f"Own factor loadings, descriptive ({month(first['first_month'])} to {month(first['last_month'])}, "
        f"{first['n_obs']} months, R² {number(first['r_squared'])}, vintage {first['vintage']}): {terms}."
    )
