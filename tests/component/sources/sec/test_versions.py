"""Versions: the original is the year's own annual report; later filings count on its concepts alone."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from smallcap.sources.sec.versions import split_ratio
from tests.component.sources.sec.builders import (
    ASSETS,
    CASH_FLOW,
    CONCEPTS,
    EQUITY,
    FLOWS,
    LIABILITIES,
    NET_INCOME,
    Company,
    filed,
    only,
    rules_of,
)


def versions(company: Company) -> list[tuple[str, dt.date]]:
    found = company.read().annual.sort("period_end", "filing_date")
    return list(found.select("version", "filing_date").iter_rows())


def test_a_report_gives_one_row_with_its_own_figures() -> None:
    row = only(Company().annual(2020, filed(2020)).read())
    assert (row["source_entity_id"], row["period_end"]) == ("0000001234", dt.date(2020, 12, 31))
    assert (row["version"], row["filing_date"]) == ("original", dt.date(2021, 3, 1))
    assert (row["fiscal_year"], row["period_days"], row["currency"]) == (2020, 366, "USD")
    assert (row["revenue_usd"], row["net_income_usd"], row["total_assets_usd"]) == (1000e6, 80e6, 900e6)
    assert (row["source"], row["shares_split_basis"]) == ("sec", "as_filed")


def test_a_quarterly_report_with_last_years_balance_sheet_is_no_original() -> None:
    quarterly = ("0000001234-21-000009", "10-Q", "2021-02-20")
    company = Company().add(quarterly, "2020-12-31", **{ASSETS: 900e6}).annual(2020, filed(2020))
    assert versions(company) == [("original", dt.date(2021, 3, 1))]


def test_a_changed_figure_in_a_later_filing_is_a_version_with_all_figures_as_then_known() -> None:
    later = ("0000001234-21-000009", "10-Q", "2021-05-05")
    company = Company().annual(2020, filed(2020)).add(later, "2020-12-31", **{ASSETS: 910e6})
    found = company.read().annual
    assert versions(company) == [("original", dt.date(2021, 3, 1)), ("restated", dt.date(2021, 5, 5))]
    restated = found.row(by_predicate=pl.col("version") == "restated", named=True)
    assert (restated["total_assets_usd"], restated["revenue_usd"]) == (910e6, 1000e6)
    assert restated["is_value_restated"] is False


@pytest.mark.parametrize(("value", "is_version"), [(900.9e6, False), (900.91e6, True), (899.0e6, True)])
def test_a_figure_within_a_thousandth_is_the_same(value: float, is_version: bool) -> None:
    later = ("0000001234-21-000009", "10-Q", "2021-05-05")
    company = Company().annual(2020, filed(2020)).add(later, "2020-12-31", **{ASSETS: value})
    assert len(versions(company)) == 1 + is_version


def test_rounding_to_thousands_is_no_version() -> None:
    # 1,234 dollars of dividends in dollars, and in thousands a year later.
    company = Company().annual(2020, filed(2020), PaymentsOfDividends=1_234)
    later = {**FLOWS, "PaymentsOfDividends": 1_000}
    company.add(filed(2021), "2020-12-31", "2020-01-01", **later)
    assert len(versions(company)) == 1


def test_another_concept_in_a_later_filing_is_no_version() -> None:
    plain, restricted = (
        "CashAndCashEquivalentsAtCarryingValue",
        "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
    )
    company = Company().annual(2020, filed(2020), **{plain: 50e6, restricted: 55e6})
    company.add(filed(2021), "2020-12-31", **{restricted: 58e6})
    assert len(versions(company)) == 1
    assert only(company.read())["cash_and_short_term_investments_usd"] == 50e6


def test_a_composed_figure_changes_only_where_a_filing_has_all_of_its_parts() -> None:
    parts = {"LongTermDebtNoncurrent": 100e6, "FinanceLeaseLiabilityNoncurrent": 7e6}
    company = Company().annual(2020, filed(2020), **parts)
    company.add(filed(2021), "2020-12-31", LongTermDebtNoncurrent=90e6)
    assert only(company.read())["long_term_debt_usd"] == 107e6
    company.add(filed(2022), "2020-12-31", LongTermDebtNoncurrent=90e6, FinanceLeaseLiabilityNoncurrent=7e6)
    restated = company.read().annual.filter(version="restated")
    assert restated["long_term_debt_usd"].to_list() == [97e6]


def test_filings_of_one_day_make_one_version() -> None:
    day = "2021-05-05"
    company = Company().annual(2020, filed(2020))
    company.add(("0000001234-21-000009", "10-Q", day), "2020-12-31", **{ASSETS: 910e6})
    company.annual(2020, ("0000001234-21-000008", "10-K/A", day), **{ASSETS: 910e6, "Revenues": 1100e6})
    restated = company.read().annual.filter(version="restated")
    assert restated.select("total_assets_usd", "revenue_usd").rows() == [(910e6, 1100e6)]


def test_an_amendment_completes_what_the_report_left_out() -> None:
    company = Company().annual(2020, filed(2020), Revenues=None)
    company.annual(2020, filed(2020, "10-K/A", 90, 2))
    found = company.read().annual.sort("filing_date")
    assert found["revenue_usd"].to_list() == [None, 1000e6]
    assert found["version"].to_list() == ["original", "restated"]


@pytest.mark.parametrize("later", [200e6, 25e6, 1000e6])
def test_a_split_is_no_version_and_the_count_stays_as_filed(later: float) -> None:
    average = "WeightedAverageNumberOfSharesOutstandingBasic"
    company = Company().annual(2020, filed(2020), **{average: 100e6})
    company.add(filed(2021), "2020-12-31", "2020-01-01", **{average: later})
    assert only(company.read())["shares_basic"] == 100e6


def test_a_corrected_count_is_a_version() -> None:
    average = "WeightedAverageNumberOfSharesOutstandingBasic"
    company = Company().annual(2020, filed(2020), **{average: 100e6})
    company.add(filed(2021), "2020-12-31", "2020-01-01", **{average: 93e6})
    assert company.read().annual.sort("filing_date")["shares_basic"].to_list() == [100e6, 93e6]


@pytest.mark.parametrize(
    ("before", "after", "ratio"),
    [
        (100e6, 700e6, 7.0),
        (61_234_000, 3_061_700, 0.05),
        # Both in thousands: 1,234 thousand become 62 thousand after one for twenty, 61.7 unrounded.
        (1_234_000, 62_000, 0.05),
        (100e6, 150e6, None),
        (100e6, 103e6, None),
        # A thousand times as many is a change of units.
        (45_000, 45_000_000, None),
        (0, 45_000, None),
    ],
)
def test_which_ratios_are_splits(before: float, after: float, ratio: float | None) -> None:
    found = split_ratio(before, after, CONCEPTS.rules)
    assert found == (None if ratio is None else pytest.approx(ratio))


def test_a_year_seen_only_as_a_comparative_is_refused() -> None:
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2019-12-31", "2019-01-01", **FLOWS)
    found = company.read()
    assert found.annual["period_end"].to_list() == [dt.date(2020, 12, 31)]
    assert rules_of(found) == ["vintage_unknown"]
    assert '"period_end": "2019-12-31"' in found.refused["row_json"][0]


def test_labels_of_year_and_quarter_are_never_read() -> None:
    # A quarterly report labelled FY, as one of Snowflake's is; so is every fact of these tests, with fy 1900.
    quarterly = ("0000001234-21-000009", "10-Q", "2021-05-05")
    company = Company().annual(2020, filed(2020))
    company.add(quarterly, "2021-03-31", "2021-01-01", **FLOWS).add(quarterly, "2021-03-31", **{ASSETS: 1e9})
    found = company.read()
    assert found.annual["period_end"].to_list() == [dt.date(2020, 12, 31)]
    assert found.quarterly["period_end"].to_list() == [dt.date(2021, 3, 31)]


def test_facts_of_other_forms_do_not_count() -> None:
    company = Company().annual(2020, filed(2020))
    proxy = ("0000001234-21-000020", "DEF 14A", "2021-04-20")
    company.add(proxy, "2020-12-31", "2020-01-01", **{NET_INCOME: 95e6})
    assert len(versions(company)) == 1


def test_a_recast_in_a_current_report_is_a_version() -> None:
    company = Company().annual(2020, filed(2020))
    recast = ("0000001234-21-000020", "8-K", "2021-06-20")
    company.add(recast, "2020-12-31", "2020-01-01", Revenues=940e6)
    assert versions(company)[-1] == ("restated", dt.date(2021, 6, 20))


def test_liabilities_are_the_difference_where_no_total_is_given() -> None:
    # 900 - (500 + 30) - 20 of temporary equity.
    given = {
        LIABILITIES: None,
        "LiabilitiesAndStockholdersEquity": 900e6,
        EQUITY: 500e6,
        "MinorityInterest": 30e6,
        "TemporaryEquityCarryingAmountAttributableToParent": 20e6,
    }
    found = Company().annual(2020, filed(2020), **given).read()
    assert only(found)["total_liabilities_usd"] == 350e6
    tags = found.tags.filter(item="total_liabilities")
    assert tags["value"].sum() == 350e6
    assert tags.height == 4


def test_noncurrent_liabilities_without_the_debt_are_not_taken_for_all_of_them() -> None:
    # Some balance sheets show long-term debt above the other noncurrent liabilities, outside of their total.
    given = {LIABILITIES: None, "LiabilitiesCurrent": 100e6, "LiabilitiesNoncurrent": 50e6}
    company = Company().annual(2020, filed(2020), **given, LiabilitiesAndStockholdersEquity=900e6)
    assert only(company.read())["total_liabilities_usd"] == 400e6
    assert only(Company().annual(2020, filed(2020), **given).read())["total_liabilities_usd"] == 150e6


def test_every_figure_is_the_sum_of_its_tags() -> None:
    found = Company().annual(2020, filed(2020), ShortTermInvestments=5e6, Cash=4e6).read()
    row = only(found)
    sums = dict(found.tags.group_by("item").agg(pl.col("value").sum()).iter_rows())
    assert sums["cash_and_short_term_investments"] == row["cash_and_short_term_investments_usd"] == 9e6
    assert sums["operating_cash_flow"] == row["operating_cash_flow_usd"] == FLOWS[CASH_FLOW]
    assert set(found.tags["accession"]) == {filed(2020)[0]}
