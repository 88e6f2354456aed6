"""The filters of the funnel by names that a reader knows, with the limits that were applied."""

from __future__ import annotations

import polars as pl

from smallcap.reports.page.filter_names import filter_names

PATH = pl.DataFrame(
    [("debt_to_equity", 0.3), ("debt_to_equity", 0.3), ("pe", 25.26), ("pb", 2.41), ("p_fcf", 22.87)],
    schema=["measure", "threshold"],
    orient="row",
)


def test_a_name_says_the_limit_that_was_applied():
    names = filter_names(PATH)
    assert names[3] == "3 Balance sheet: debt/equity under 30%"
    assert names[6] == "6 Value: P/E to 25.3, P/B to 2.4 or P/FCF to 22.9"


def test_a_limit_that_is_not_known_or_not_the_same_for_all_is_left_out():
    assert filter_names(PATH)[2] == "2 Shariah"
    other = pl.DataFrame({"measure": ["debt_to_equity"], "threshold": [0.25]})
    assert filter_names(pl.concat([PATH, other]))[3] == "3 Balance sheet"
    assert filter_names(PATH.clear())[1] == "1 Business: no excluded line of business"
