"""The tear sheet and the funnel in the terminal: what a vendor wrote is shown as it is, whatever it reads
like to Rich.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import re

import pytest
from rich.console import Console, RenderableType

from smallcap.pipelines.command.judged import Judged
from smallcap.reports.figure_tables import MONEY_LINES, RATIO_LINES
from smallcap.reports.funnel_sheet import funnel_sheet
from smallcap.reports.screen_sheet import COLUMNS, FIGURES, screen_row, screen_sheet
from smallcap.reports.tear_sheet import outsider_sheet, tear_sheet

LOOKS_LIKE_MARKUP = [
    "[bold]Loud[/bold] Corp",
    "Stray [/red] Inc",
    "[link=x]Click[/link]",
    "Back\\slash\\",
    "<b>B</b> & Sons",
    "[1;31mRed",
]
AS_OF = dt.date(2025, 12, 31)
IDENTITY = {
    "ticker": "TA",
    "as_of": AS_OF,
    "sector": "Industrials",
    "sic": "3590",
    "gics": None,
    "entity_id": 1,
    "line_count": 1,
    "index_name": "russell2000",
    "period_end": dt.date(2024, 12, 31),
    "version": "original",
    "available_date": dt.date(2025, 3, 3),
    "is_stale": False,
    "is_value_restated": False,
    "price_usd": 10.0,
    "price_date": AS_OF,
    "market_cap_usd": None,
    "market_cap_reason": "shares_missing",
    "altman_z": None,
    "altman_z_zone": None,
}
STEP = {
    "filter_number": 1,
    "filter_name": "business",
    "status": "verify",
    "stand_alone_status": "verify",
    "value": None,
    "threshold": None,
    "headroom": None,
    "is_borderline": False,
    "outcome": "undetermined",
}
ITEM = {
    "statement": "income",
    "item": "operating_margin",
    "value": 0.25,
    "preference": "above 0.1",
    "verdict": "met",
    "reason": None,
}
COUNTS = ("entered", "passed", "failed", "verify", "borderline", "left", "stand_alone_passed")
OUTCOMES = ("survivor", "survivor_unverified", "undetermined", "failed")


def printed(renderable: RenderableType) -> str:
    """Print as to a pipe that is wide enough."""
    out = io.StringIO()
    Console(file=out, width=200).print(renderable)
    return out.getvalue()


@pytest.mark.parametrize("text", LOOKS_LIKE_MARKUP)
def test_names_and_reasons_of_a_tear_sheet_are_literal(text: str) -> None:
    sheet = tear_sheet(
        f"files in {text}", IDENTITY | {"name": text}, [STEP | {"reason": text}], [ITEM], [], [], []
    )
    lines = printed(sheet).splitlines()
    assert lines[:2] == [f"TA  {text}  at 2025-12-31", f"files in {text}"]
    step = next(line for line in lines if line.startswith("1 business"))
    assert step.rstrip().endswith(f"  {text}")


@pytest.mark.parametrize("text", LOOKS_LIKE_MARKUP)
def test_names_and_reasons_of_the_funnel_are_literal(text: str) -> None:
    counts = dict.fromkeys(COUNTS, 1) | {f"outcome_{name}": 1 for name in OUTCOMES}
    summary = [{"as_of": AS_OF, "filter_number": 1, "filter_name": "business"} | counts]
    company = {"ticker": text, "name": text, "filter_name": "business", "reason": text}
    lines = printed(funnel_sheet(f"files in {text}", summary, {"Survivors": [company]}, 25)).splitlines()
    assert lines[:2] == ["Funnel of 2025-12-31", f"files in {text}"]
    assert re.split(" {2,}", lines[-1].rstrip()) == [text, text, "business", text]


@pytest.mark.parametrize(
    ("kind", "basis", "words"),
    [
        ("equity_reit", "sic", "Industrials (SIC 3590), an equity REIT by its SIC code; company 1"),
        ("bank", "sector", "Industrials (SIC 3590), a bank by its sector; company 1"),
        ("other", "sic", "Industrials (SIC 3590); company 1"),
        (None, None, "Industrials (SIC 3590); company 1"),
    ],
)
def test_the_kind_of_company_is_named_with_what_says_so(
    kind: str | None, basis: str | None, words: str
) -> None:
    identity = IDENTITY | {"name": "A", "company_kind": kind, "kind_basis": basis}
    lines = printed(tear_sheet("", identity, [], [], [], [], [])).splitlines()
    assert lines[2].startswith(words)


def test_a_company_without_a_record_score_or_years_is_shown_without_them() -> None:
    blank = IDENTITY | {"name": None, "sector": None, "sic": None, "period_end": None}
    lines = printed(
        tear_sheet("synthetic", blank, [STEP | {"reason": "no annual record is visible"}], [], [], [], [])
    ).splitlines()
    assert lines[1:4] == [
        "synthetic",
        "sector unknown; company 1, 1 line in russell2000",
        "no annual record was visible then",
    ]


def test_years_are_in_millions_with_the_days_they_were_filed_and_became_known() -> None:
    year = {name: 12_345_678.0 for name, _ in MONEY_LINES} | {name: 0.125 for name, _ in RATIO_LINES}
    year |= {name: IDENTITY[name] for name in ("period_end", "version", "available_date")} | {
        "filing_date": None
    }
    lines = printed(tear_sheet("", IDENTITY | {"name": ""}, [], [], [], [year], [])).splitlines()
    shown = dict(
        re.split(" {2,}", line.strip()) for line in lines if re.match("revenue|ROE|filed|known since", line)
    )
    assert shown == {"revenue": "12", "ROE": "12.5%", "filed": "unknown", "known since": "2025-03-03"}


QUARTER = {
    "latest_footing": "quarter",
    "latest_balance_sheet_date": dt.date(2025, 9, 30),
    "latest_flows_end": dt.date(2025, 9, 30),
    "balance_sheet_filing_date": dt.date(2025, 11, 6),
    "annual_debt_to_equity": 0.12,
    "latest_debt_to_equity": 0.41,
}


@pytest.mark.parametrize(
    ("footing", "told"),
    [("quarter", "2025-11-06"), ("annual", "2025-11-06; this home judges the fiscal year instead")],
)
def test_the_quarter_is_named_and_whether_the_verdicts_use_it(footing: str, told: str) -> None:
    identity = IDENTITY | {"name": ""} | QUARTER | {"statement_footing": footing}
    lines = printed(tear_sheet("", identity, [], [], [], [], [])).splitlines()
    start = "balance sheet of 2025-09-30, flows to 2025-09-30: debt/equity 0.120 -> 0.410 with the 10-Q of "
    assert start + told in lines


@pytest.mark.parametrize(
    ("flows_end", "heading"),
    [
        (dt.date(2025, 9, 30), "12 months to 2025-09-30"),
        (dt.date(2025, 6, 30), "balance sheet 2025-09-30, flows to 2025-06-30"),
        (None, "balance sheet 2025-09-30, flows unknown"),
    ],
)
def test_the_last_twelve_months_stand_before_the_fiscal_years(
    flows_end: dt.date | None, heading: str
) -> None:
    figures = {name: 1e6 for name, _ in MONEY_LINES} | {name: 0.1 for name, _ in RATIO_LINES}
    dates = {"available_date": dt.date(2025, 11, 7), "version": "original", "flows_end": flows_end}
    latest = figures | dates | {"balance_sheet_date": dt.date(2025, 9, 30)}
    identity = IDENTITY | {"name": ""} | QUARTER | {"statement_footing": "quarter"}
    told = printed(tear_sheet("", identity, [], [], [], [], [], [latest]))
    assert heading in told
    assert re.search(r"filed +2025-11-06\n", re.sub(r" +\n", "\n", told))


def test_what_passes_closely_is_called_borderline() -> None:
    close = STEP | {
        "status": "pass",
        "stand_alone_status": "pass",
        "is_borderline": True,
        "value": 0.29,
        "threshold": 0.3,
        "headroom": 0.01,
        "reason": "",
    }
    sheet = printed(tear_sheet("", IDENTITY | {"name": ""}, [close], [], [], [], []))
    line = next(line for line in sheet.splitlines() if "borderline" in line)
    assert line.split() == ["1", "business", "pass", "borderline", "pass", "0.290", "0.300", "0.010"]


def test_a_list_of_the_funnel_shows_so_many_companies_and_says_of_how_many() -> None:
    counts = dict.fromkeys(COUNTS, 1) | {f"outcome_{name}": 1 for name in OUTCOMES}
    summary = [{"as_of": AS_OF, "filter_number": 1, "filter_name": "business"} | counts]
    companies = [
        {"ticker": f"T{number}", "name": "", "filter_name": "value", "reason": ""} for number in range(5)
    ]
    told = printed(funnel_sheet("", summary, {"To verify": companies}, 2))
    assert "To verify: 5, the first 2 (--rows shows more)" in " ".join(told.split())
    assert re.findall(r"^T\d", told, re.MULTILINE) == ["T0", "T1"]


def test_a_companys_own_loadings_are_shown_with_their_months() -> None:
    months = {
        "first_month": AS_OF.replace(year=2021),
        "last_month": AS_OF,
        "n_obs": 60,
        "r_squared": 0.5,
        "status": "estimated",
    }
    loading = months | {"term": "SMB", "estimate": 0.8125, "std_error": 0.25, "t_stat": 3.25}
    told = printed(tear_sheet("", IDENTITY | {"name": ""}, [], [], [], [], [loading]))
    assert "Own factor loadings, descriptive: 2021-12 to 2025-12, 60 months, R2 0.50" in " ".join(
        told.split()
    )
    assert re.search(r"SMB +0\.812 +0\.250 +3\.2", told)
    young = printed(
        tear_sheet("", IDENTITY | {"name": ""}, [], [], [], [], [loading | {"status": "insufficient"}])
    )
    assert "Own factor loadings: insufficient" in young


def outsider(**identity: object) -> Judged:
    """A watched name without a record that fails filter 3."""
    unknown = dict.fromkeys(("period_end", "missing_filing", "sector", "entity_id", "unresolved_reason"))
    own = {"ticker": "EXPD", "name": "Expeditors [Intl]", "as_of": AS_OF, "index_name": "russell2000"}
    fails = {
        "filter_number": 3,
        "filter_name": "balance_sheet",
        "status": "fail",
        "stand_alone_status": "fail",
        "value": 0.42,
        "threshold": 0.3,
        "headroom": -0.12,
        "is_borderline": False,
        "reason": "debt is not below 30% of equity",
        "outcome": "failed",
    }
    return Judged("watched", {**unknown, "is_resolved": False, **own, **identity}, [fails], [], [])


def test_a_company_outside_the_index_is_judged_and_shown_with_the_books_that_hold_it() -> None:
    line = outsider(entity_id=9, unresolved_reason="no statements")
    held = {
        "book": "my_book",
        "status": "stopped",
        "first_month": AS_OF.replace(year=2019),
        "last_month": AS_OF,
        "months": 83,
    }
    told = printed(outsider_sheet("synthetic", line, [held], []))
    assert "EXPD  Expeditors [Intl]  at 2025-12-31\nsynthetic\n" in told
    assert "company 9; no member of russell2000 then: watched" in told
    assert re.search(r"3 balance_sheet +fail +fail +0.420 +0.300 +-0.120", told)
    assert re.search(r"my_book +stopped +2019-12 +2025-12 +83", told)
    assert "no annual record was visible then: no statements" in told


def test_a_name_without_a_company_says_which_filing_is_missing() -> None:
    told = printed(outsider_sheet("synthetic", outsider(missing_filing="statements on SEDAR+"), [], []))
    assert "no company of the source; no member" in told
    assert "no source has its statements on SEDAR+" in told
    assert "no book holds it up to that date" in told


def test_a_screen_shows_members_and_outsiders_with_what_stopped_them() -> None:
    figures = dict.fromkeys(FIGURES)
    score = {"basis": "point_in_time", "method": "published", "score": 1.234, "quintile": 4}
    watched = outsider(**figures, is_stale=None)
    member = dataclasses.replace(
        watched,
        basis="member",
        identity={
            **watched.identity,
            "ticker": "AAA",
            "market_cap_usd": 2.5e9,
            "roe": 0.12,
            "balance_sheet_date": dt.date(2025, 9, 30),
        },
        lenses=[{"verdict": "met"}, {"verdict": "missed"}],
        scores=[score],
    )
    told = printed(screen_sheet("synthetic", AS_OF, [member, watched]))
    assert "2 companies at 2025-12-31\nsynthetic\nNot members of the index: EXPD." in told
    assert re.search(r"AAA +Expeditors \[Intl\] +member +failed .*1 of 2 +1.23 +4", told)
    assert re.search(r"AAA +none +– +2025-09-30 +– +2,500 .*12.0%", told)
    assert re.search(r"EXPD +balance_sheet +fail +0.420 +0.300 +debt is not below 30% of equity", told)


def test_a_row_for_a_file_has_every_column_and_the_filter_that_stopped() -> None:
    figures = dict.fromkeys(FIGURES)
    row = screen_row(outsider(**figures), AS_OF)
    assert set(row) <= set(COLUMNS)
    assert (row["is_member"], row["stopped_by"], row["balance_sheet"]) == (False, "balance_sheet", "fail")
    assert (row["lens_items_met"], row["score"], row["outcome"]) == (0, None, "failed")
