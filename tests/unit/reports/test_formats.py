"""How figures are written."""

from __future__ import annotations

import datetime as dt

import pytest

from smallcap.reports.page import formats


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formats.percent(0.1234), "12.3%"),
        (formats.percent(-0.071), "\N{MINUS SIGN}7.1%"),
        (formats.percent(12.5), "1,250.0%"),
        (formats.millions(1_583_800_000.0), "1,584"),
        (formats.multiple(67.79), "67.8×"),
        (formats.integer(1969), "1,969"),
        (formats.date(dt.date(2024, 2, 29)), "2024-02-29"),
        (formats.month(dt.date(2024, 2, 29)), "2024-02"),
        (formats.words("balance_sheet"), "balance sheet"),
        (formats.words("missing:roe,interest_coverage"), "missing: ROE, interest coverage"),
        (formats.words("balance_sheet, income"), "balance sheet, income"),
    ],
)
def test_a_figure_is_written_for_reading(written, expected):
    assert written == expected


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_what_is_missing_is_a_dash_and_never_a_zero(name):
    assert formats.FORMATS[name](None) == formats.MISSING


def test_a_value_that_rounds_to_zero_has_no_sign():
    assert formats.percent(-0.0001) == "0.0%"
    assert formats.number(-0.001) == "0.00"


@pytest.mark.parametrize(
    ("measure", "value", "expected"),
    [
        ("debt_to_equity", 0.29, "29.0%"),
        ("pe", 22.58, "22.6"),
        ("altman_z", 2.99, "3.0"),
        ("years_without_free_cash_flow", 1.0, "1"),
        ("shareholders_equity", -5_000_000.0, "\N{MINUS SIGN}5"),
        ("line_of_business", None, "–"),
    ],
)
def test_a_figure_takes_the_unit_of_its_measure(measure, value, expected):
    assert formats.figure(value, measure) == expected
