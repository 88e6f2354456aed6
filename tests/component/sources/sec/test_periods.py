"""Periods are told by their days: years of 52 and 53 weeks, short ones, quarters, and years to date."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.component.sources.sec.builders import (
    ASSETS,
    CASH_FLOW,
    FLOWS,
    NET_INCOME,
    SHEET,
    Company,
    filed,
    only,
)

Filing = tuple[str, str, str]
ANNUAL: Filing = ("0000001234-21-000001", "10-K", "2021-03-01")


def report(filing: Filing, start: str, end: str) -> Company:
    return Company().add(filing, end, start, **FLOWS).add(filing, end, **SHEET)


@pytest.mark.parametrize(
    ("start", "end", "days", "year"),
    [
        ("2020-01-01", "2020-12-31", 366, 2020),
        ("2019-12-29", "2020-12-26", 364, 2020),
        ("2019-12-29", "2021-01-02", 371, 2020),
        ("2020-02-02", "2021-01-30", 364, 2021),
        ("2019-07-01", "2020-06-30", 366, 2020),
    ],
)
def test_a_year_has_52_or_53_weeks(start: str, end: str, days: int, year: int) -> None:
    row = only(report(ANNUAL, start, end).read())
    assert (row["period_end"], row["period_days"], row["fiscal_year"]) == (
        dt.date.fromisoformat(end),
        days,
        year,
    )


def test_a_transition_period_keeps_its_length() -> None:
    company = report(("0000001234-21-000001", "10-KT", "2021-03-01"), "2020-07-01", "2020-12-31")
    company.add(("0000001234-21-000001", "10-KT", "2021-03-01"), "2020-06-30", "2019-07-01", **FLOWS)
    row = only(company.read())
    assert (row["period_end"], row["period_days"], row["revenue_usd"]) == (dt.date(2020, 12, 31), 184, 1000e6)


def test_a_month_after_the_year_in_a_note_is_not_the_period_of_the_report() -> None:
    company = report(ANNUAL, "2020-01-01", "2020-12-31")
    company.add(ANNUAL, "2021-01-31", "2021-01-01", **{NET_INCOME: 1e6}).add(
        ANNUAL, "2021-01-31", **{ASSETS: 5e6}
    )
    row = only(company.read())
    assert (row["period_end"], row["period_days"]) == (dt.date(2020, 12, 31), 366)
    assert (row["net_income_usd"], row["total_assets_usd"]) == (80e6, 900e6)


def test_a_balance_after_a_transition_period_leaves_it_the_period_of_the_report() -> None:
    filing = ("0000001234-21-000001", "10-KT", "2021-03-01")
    company = report(filing, "2020-07-01", "2020-12-31").add(filing, "2021-02-10", StockholdersEquity=1e6)
    company.add(filing, "2020-06-30", "2019-07-01", **FLOWS).add(filing, "2020-06-30", **SHEET)
    row = only(company.read())
    assert (row["period_end"], row["period_days"]) == (dt.date(2020, 12, 31), 184)


def test_the_first_report_of_a_new_company_keeps_its_length() -> None:
    row = only(report(ANNUAL, "2020-05-01", "2020-12-31").read())
    assert row["period_days"] == 245


def test_a_fourth_quarter_in_the_report_is_not_the_year() -> None:
    company = report(ANNUAL, "2020-01-01", "2020-12-31")
    company.add(ANNUAL, "2020-12-31", "2020-10-01", Revenues=300e6, NetIncomeLoss=9e6)
    assert only(company.read())["revenue_usd"] == 1000e6


def test_a_balance_sheet_some_days_off_belongs_to_the_year() -> None:
    company = Company().add(ANNUAL, "2020-12-26", "2019-12-29", **FLOWS).add(ANNUAL, "2020-12-31", **SHEET)
    row = only(company.read())
    assert (row["period_end"], row["total_assets_usd"]) == (dt.date(2020, 12, 26), 900e6)


def test_a_report_that_is_years_late_is_still_the_original() -> None:
    late = ("0000001234-23-000001", "10-K", "2023-06-30")
    row = only(report(late, "2020-01-01", "2020-12-31").read())
    assert (row["version"], row["filing_date"]) == ("original", dt.date(2023, 6, 30))


def test_a_report_in_another_currency_is_refused_with_its_currency() -> None:
    foreign = ("0000001234-21-000001", "20-F", "2021-03-01")
    company = Company().add(foreign, "2020-12-31", "2020-01-01", unit="CNY", **FLOWS)
    # Some give the last year in dollars too, for convenience.
    company.add(foreign, "2020-12-31", "2020-01-01", **FLOWS)
    found = company.read()
    assert found.annual.height == 0
    assert found.refused["rule"].to_list() == ["currency_not_usd"]
    assert '"currency": "CNY"' in found.refused["row_json"][0]
    assert "its amounts are in CNY, not in US dollars" in found.refused["row_json"][0]


@pytest.mark.parametrize("unit", ["CAD", "pure", "USD/shares", "segment"])
def test_one_core_concept_in_another_unit_does_not_refuse_a_report_in_dollars(unit: str) -> None:
    company = report(ANNUAL, "2020-01-01", "2020-12-31")
    company.add(ANNUAL, "2020-12-31", "2020-01-01", unit=unit, Revenues=12e6)
    found = company.read()
    assert only(found)["revenue_usd"] == 1000e6
    assert found.refused.height == 0


def test_a_report_whose_last_year_is_in_another_currency_only_is_refused() -> None:
    company = report(ANNUAL, "2019-01-01", "2019-12-31")
    company.add(ANNUAL, "2020-12-31", "2020-01-01", unit="CAD", Revenues=12e6)
    found = company.read()
    assert found.annual.height == 0
    assert "currency_not_usd" in found.refused["rule"].to_list()


def test_a_file_without_us_gaap_is_refused_with_its_taxonomies() -> None:
    company = Company().add(ANNUAL, "2020-12-31", **{"ifrs-full__Assets": 1.0})
    found = company.read()
    assert found.refused["rule"].to_list() == ["not_us_gaap"]
    assert "an IFRS filer" in found.refused["row_json"][0]


def test_an_ifrs_filer_with_some_facts_of_us_gaap_is_refused_as_one() -> None:
    company = Company().add(ANNUAL, "2020-12-31", **{"ifrs-full__Assets": 1.0})
    company.add(ANNUAL, "2020-12-31", "2020-01-01", IncomeTaxExpenseBenefit=1e6)
    found = company.read()
    assert found.refused["rule"].to_list() == ["not_us_gaap"]
    assert "of us-gaap it has some facts" in found.refused["row_json"][0]


FIRST: Filing = ("0000001234-21-000002", "10-Q", "2021-05-05")
SECOND: Filing = ("0000001234-21-000003", "10-Q", "2021-08-05")
THIRD: Filing = ("0000001234-21-000004", "10-Q", "2021-11-05")


def quarters() -> Company:
    company = report(ANNUAL, "2020-01-01", "2020-12-31")
    company.add(FIRST, "2021-03-31", "2021-01-01", Revenues=200e6, NetIncomeLoss=10e6, **{CASH_FLOW: 30e6})
    company.add(FIRST, "2021-03-31", **{ASSETS: 910e6})
    company.add(SECOND, "2021-06-30", "2021-04-01", Revenues=260e6, NetIncomeLoss=15e6)
    company.add(SECOND, "2021-06-30", "2021-01-01", Revenues=460e6, NetIncomeLoss=25e6, **{CASH_FLOW: 50e6})
    return company.add(SECOND, "2021-06-30", **{ASSETS: 920e6})


def test_a_quarterly_report_in_another_currency_is_refused_although_something_is_in_dollars() -> None:
    company = quarters()
    company.add(THIRD, "2021-09-30", "2021-07-01", unit="CAD", **FLOWS)
    company.add(THIRD, "2021-09-30", "2021-07-01", Revenues=5e6).add(THIRD, "2021-09-30", **{ASSETS: 9e6})
    found = company.read()
    assert found.quarterly["period_end"].max() == dt.date(2021, 6, 30)
    assert found.refused["rule"].to_list() == ["currency_not_usd"]
    # A note in another currency refuses nothing.
    company = quarters().add(SECOND, "2021-06-30", "2021-04-01", unit="CAD", Revenues=5e6)
    assert company.read().quarterly.height == 2


def test_flows_of_the_quarter_and_since_the_fiscal_year_began_stand_side_by_side() -> None:
    first, second = quarters().read().quarterly.sort("period_end").iter_rows(named=True)
    assert first["fiscal_year_start"] == second["fiscal_year_start"] == dt.date(2021, 1, 1)
    assert (first["revenue_usd"], first["revenue_year_to_date_usd"]) == (200e6, 200e6)
    assert (second["revenue_usd"], second["revenue_year_to_date_usd"], second["period_days"]) == (
        260e6,
        460e6,
        91,
    )
    # Cash flows are reported since the year began only; a difference is not made here.
    assert (second["operating_cash_flow_usd"], second["operating_cash_flow_year_to_date_usd"]) == (None, 50e6)
    assert (second["total_assets_usd"], second["fiscal_year"]) == (920e6, 2021)


def test_no_fourth_quarter_is_made() -> None:
    assert quarters().read().quarterly.height == 2


def test_a_comparative_is_a_version_only_where_it_differs() -> None:
    company = quarters()
    same, other = (
        ("0000001234-22-000002", "10-Q", "2022-05-05"),
        ("0000001234-22-000003", "10-Q", "2022-08-05"),
    )
    company.add(same, "2021-03-31", "2021-01-01", Revenues=200e6)
    company.add(other, "2021-06-30", "2021-04-01", Revenues=240e6)
    found = company.read().quarterly.sort("period_end", "filing_date")
    assert found["version"].to_list() == ["original", "original", "restated"]
    assert found["filing_date"].to_list()[-1] == dt.date(2022, 8, 5)
    assert found["revenue_usd"].to_list() == [200e6, 260e6, 240e6]


def test_a_flow_to_date_that_repeats_the_quarter_is_left_out_with_a_notice() -> None:
    company = quarters()
    company.add(THIRD, "2021-09-30", "2021-07-01", Revenues=240e6, NetIncomeLoss=5e6)
    company.add(THIRD, "2021-09-30", "2021-01-01", Revenues=240e6, NetIncomeLoss=30e6)
    found = company.read()
    third = found.quarterly.sort("period_end").row(-1, named=True)
    assert (third["revenue_usd"], third["revenue_year_to_date_usd"]) == (240e6, None)
    assert third["net_income_year_to_date_usd"] == 30e6
    assert any("'revenue' since the fiscal year began" in notice for notice in found.notices)


def test_the_first_income_in_a_later_quarter_may_equal_that_since_the_year_began() -> None:
    company = Company()
    company.add(FIRST, "2021-03-31", "2021-01-01", Revenues=0, NetIncomeLoss=-4e6)
    company.add(SECOND, "2021-06-30", "2021-04-01", Revenues=3e6, NetIncomeLoss=-2e6)
    company.add(SECOND, "2021-06-30", "2021-01-01", Revenues=3e6, NetIncomeLoss=-6e6)
    second = company.read().quarterly.sort("period_end").row(-1, named=True)
    assert second["revenue_year_to_date_usd"] == 3e6


def test_twelve_trailing_months_in_a_quarterly_report_are_no_year_to_date() -> None:
    company = quarters()
    company.add(FIRST, "2021-03-31", "2020-04-01", Revenues=990e6, NetIncomeLoss=70e6)
    first = company.read().quarterly.sort("period_end").row(0, named=True)
    assert (first["fiscal_year_start"], first["revenue_year_to_date_usd"]) == (dt.date(2021, 1, 1), 200e6)


def test_no_year_to_date_goes_across_the_end_of_a_known_year() -> None:
    company = quarters()
    # Since the company began, nine months ago: across the year's end.
    company.add(FIRST, "2021-03-31", "2020-07-01", **{NET_INCOME: 33e6, CASH_FLOW: 77e6})
    first = company.read().quarterly.sort("period_end").row(0, named=True)
    assert (first["fiscal_year_start"], first["net_income_year_to_date_usd"]) == (dt.date(2021, 1, 1), 10e6)


def test_a_quarter_may_have_sixteen_weeks() -> None:
    company = Company().add(FIRST, "2021-04-24", "2021-01-03", **FLOWS).add(FIRST, "2021-04-24", **SHEET)
    assert company.read().quarterly["period_days"].to_list() == [112]


def test_a_report_of_a_year_after_a_change_of_fiscal_year_is_a_year_of_its_own() -> None:
    company = report(filed(2018), "2018-01-01", "2018-12-31")
    short, year = (
        ("0000001234-19-000008", "10-KT", "2019-08-30"),
        ("0000001234-20-000008", "10-K", "2020-08-30"),
    )
    company.add(short, "2019-06-30", "2019-01-01", **FLOWS).add(short, "2019-06-30", **SHEET)
    company.add(year, "2020-06-30", "2019-07-01", **FLOWS).add(year, "2020-06-30", **SHEET)
    found = company.read().annual.sort("period_end")
    assert found["period_days"].to_list() == [365, 181, 366]
    assert found["version"].unique().to_list() == ["original"]
