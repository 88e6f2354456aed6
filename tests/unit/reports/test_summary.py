"""The first page in words and figures: sentences made from the numbers, with the right grammar."""

from __future__ import annotations

import datetime as dt

import polars as pl

from smallcap.reports.page.figures import figures_of
from smallcap.reports.page.summary import summary, worth_a_look
from tests.unit.reports.builders import AS_OF, empty_report, report_with

BEFORE = dt.date(2025, 11, 30)
STEP = {
    "filter_number": 1,
    "filter_name": "business",
    "members": 200,
    "entered": 200,
    "passed": 150,
    "left": 150,
}


def coverage(**counts: object) -> dict[str, object]:
    return {"as_of": AS_OF, "members": 200, "screened": 100, "with_fundamentals": 50, **counts}


def said(**rows: list[dict[str, object]]) -> str:
    return " ".join(summary(report_with(**rows).data))


def test_a_date_on_which_nothing_came_out_is_told_without_numbers_that_are_not_there():
    assert " ".join(summary(empty_report().data)) == (
        "The funnel was not applied at this date. There is no date before to compare with. "
        "0% of the members have a score; no check is on record."
    )


def test_it_says_what_survived():
    steps = [{**STEP, "outcome_survivor": 1, "outcome_survivor_unverified": 2}]
    assert "Of 200 members, 1 survives all six filters (under 1%), and 2 more do so" in said(
        funnel_attrition=steps
    )
    steps = [{**STEP, "outcome_survivor": 20, "outcome_survivor_unverified": 0}]
    assert "Of 200 members, 20 survive all six filters (10%)." in said(funnel_attrition=steps)


def test_it_says_what_changed_and_the_commonest_causes():
    history = [{"as_of": date, "survivors": 5} for date in (BEFORE, AS_OF)]
    causes = ["price_move", "new_filing", "new_filing", None]
    changes = [
        {"entity_id": number, "change": "left" if number == 3 else "entered", "cause": cause}
        for number, cause in enumerate(causes)
    ]
    told = said(survivors_history=history, funnel_changes=changes)
    assert "Since 2025-11-30, 3 entered and 1 left; main causes: new filing (2) and price move (1)." in told
    assert "Nobody entered or left the survivors since 2025-11-30." in said(survivors_history=history)


def test_it_says_how_far_to_trust_it():
    checks = [{"status": status} for status in ("passed", "passed", "warned")]
    told = said(coverage=[coverage(restated_values=47)], checks=checks)
    assert "50% of the members have a score; 94% of the annual records hold values restated later; " in told
    assert "2 checks passed, 1 warned." in told
    told = said(coverage=[coverage(restated_values=0)], checks=checks[:2])
    assert "all annual records are as filed; all 2 checks passed." in told


def test_it_names_the_cheapest_of_the_best_quality_to_look_at():
    rows = [
        {"entity_id": number, "ticker": ticker, "quintile": quintile, "pe": pe}
        for number, (ticker, quintile, pe) in enumerate(
            [("A", 5, 12.0), ("B", 5, 4.0), ("C", 4, 2.0), ("D", 5, None)]
        )
    ]
    narrow = [{"entity_id": 7}, {"entity_id": 7}]
    told = said(funnel_survivors=rows, funnel_borderline=narrow)
    assert "Look first at the cheapest survivors of the best quality, B (P/E 4.0) and A (P/E 12.0)" in told
    assert told.endswith("and the 1 company close to a limit.")
    assert worth_a_look(pl.DataFrame(rows))["ticker"].to_list() == ["B", "A"]


def test_six_figures_have_a_trend_where_two_dates_have_a_value():
    prices = [
        {"as_of": BEFORE, "pe_excluding_losses": 20.0, "unprofitable_share": 0.4},
        {
            "as_of": AS_OF,
            "pe_excluding_losses": 18.0,
            "pe_excluding_losses_median": 19.0,
            "pe_including_losses_reason": "earnings_not_positive",
        },
    ]
    figures = {figure.label: figure for figure in figures_of(report_with(valuation_history=prices).data)}
    assert len(figures) == 6
    without = figures["P/E, losses left out"]
    assert (without.value, without.detail) == ("18.0", "median of its history 19.0")
    assert "2025-11-30: 20.0" in without.trend
    with_losses = figures["P/E, losses included"]
    assert (with_losses.value, with_losses.detail) == ("–", "earnings not positive")
    assert not with_losses.trend
    assert not figures["Members that lose money"].trend
