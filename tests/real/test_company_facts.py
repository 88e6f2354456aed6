"""Statements of real companies: each figure compared with the value read by eye in the SEC's file.

The files are companyfacts of Apple, Snowflake, Marvell and LPA; skipped where they are absent.
"""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
import pytest

from smallcap.rules.concept_files import read_concepts
from smallcap.sources.sec.chains import MONEY_ITEMS
from smallcap.sources.sec.company import CompanyFacts, read_company
from tests.paths import PROJECT_ROOT

FOLDER = PROJECT_ROOT.parent / "shared" / "real" / "sec" / "companyfacts"
APPLE, SNOWFLAKE, MARVELL, LPA = 320193, 1640147, 1835632, 1997711
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no files of real companies are here")

MILLION = 1e6
# By company, accession number of the annual report and its period: figures in millions, as the file has them.
AS_FILED = {
    (APPLE, "0000320193-24-000123", "2024-09-28"): {
        "revenue_usd": 391_035,
        "cost_of_revenue_usd": 210_352,
        "gross_profit_usd": 180_683,
        "operating_income_usd": 123_216,
        "income_tax_usd": 29_749,
        "net_income_usd": 93_736,
        # 29,943 of cash and 35,228 of securities.
        "cash_and_short_term_investments_usd": 65_171,
        "receivables_usd": 33_410,
        "inventories_usd": 7_286,
        "current_assets_usd": 152_987,
        "property_plant_equipment_usd": 45_680,
        "total_assets_usd": 364_980,
        "current_liabilities_usd": 176_392,
        "total_liabilities_usd": 308_030,
        "retained_earnings_usd": -19_154,
        "shareholders_equity_usd": 56_950,
        "depreciation_amortization_usd": 11_445,
        "operating_cash_flow_usd": 118_254,
        "capital_expenditures_usd": 9_447,
        "dividends_paid_usd": 15_234,
        "net_share_repurchases_usd": 94_949,
        "shares_outstanding": 15_115.823,
        "shares_basic": 15_343.783,
        "shares_diluted": 15_408.095,
    },
    (APPLE, "0001193125-14-383437", "2014-09-27"): {
        "revenue_usd": 182_795,
        "cost_of_revenue_usd": 112_258,
        "gross_profit_usd": 70_537,
        "operating_income_usd": 52_503,
        "interest_expense_usd": 384,
        "income_tax_usd": 13_973,
        "net_income_usd": 39_510,
        "receivables_usd": 17_460,
        "inventories_usd": 2_111,
        "current_assets_usd": 68_531,
        "property_plant_equipment_usd": 20_624,
        "goodwill_usd": 4_616,
        "total_assets_usd": 231_839,
        # Commercial paper alone.
        "short_term_debt_usd": 6_308,
        "current_liabilities_usd": 63_448,
        "total_liabilities_usd": 120_292,
        "retained_earnings_usd": 87_152,
        "shareholders_equity_usd": 111_547,
        "depreciation_amortization_usd": 7_946,
        "capital_expenditures_usd": 9_571,
        "dividends_paid_usd": 11_031,
        # 45,000 bought back, 730 issued.
        "net_share_repurchases_usd": 44_270,
        "shares_basic": 6_085.572,
        "shares_diluted": 6_122.663,
    },
    (SNOWFLAKE, "0001640147-25-000052", "2025-01-31"): {
        "revenue_usd": 3_626.396,
        "cost_of_revenue_usd": 1_214.673,
        "gross_profit_usd": 2_411.723,
        "operating_income_usd": -1_456.010,
        "interest_expense_usd": 2.759,
        "income_tax_usd": 4.113,
        "net_income_usd": -1_285.640,
        # 2,628.798 of cash and 2,008.873 of securities.
        "cash_and_short_term_investments_usd": 4_637.671,
        "receivables_usd": 922.805,
        "current_assets_usd": 5_869.372,
        "property_plant_equipment_usd": 296.393,
        "goodwill_usd": 1_056.559,
        "total_assets_usd": 9_033.938,
        # Convertible notes, the only concept of debt.
        "long_term_debt_usd": 2_271.529,
        "current_liabilities_usd": 3_301.183,
        "total_liabilities_usd": 6_027.295,
        "retained_earnings_usd": -7_293.575,
        "shareholders_equity_usd": 2_999.929,
        "depreciation_amortization_usd": 182.508,
        "operating_cash_flow_usd": 959.764,
        "capital_expenditures_usd": 46.279,
        "shares_outstanding": 334.1,
        "shares_basic": 332.707,
    },
    (MARVELL, "0001835632-25-000057", "2025-02-01"): {
        "revenue_usd": 5_767.3,
        "cost_of_revenue_usd": 3_385.1,
        "gross_profit_usd": 2_382.2,
        "operating_income_usd": -720.3,
        "interest_expense_usd": 189.4,
        "income_tax_usd": -9.7,
        "net_income_usd": -885.0,
        "cash_and_short_term_investments_usd": 948.3,
        "receivables_usd": 1_028.4,
        "inventories_usd": 1_029.7,
        "current_assets_usd": 3_120.3,
        "property_plant_equipment_usd": 790.5,
        "goodwill_usd": 11_586.9,
        "total_assets_usd": 20_204.5,
        # The file gives the line under two concepts.
        "short_term_debt_usd": 129.5,
        "current_liabilities_usd": 2_026.8,
        "long_term_debt_usd": 3_934.3,
        "total_liabilities_usd": 6_777.5,
        "retained_earnings_usd": -1_109.2,
        "shareholders_equity_usd": 13_427.0,
        "operating_cash_flow_usd": 1_681.2,
        "capital_expenditures_usd": 284.6,
        "dividends_paid_usd": 207.5,
        "net_share_repurchases_usd": 725.0,
        "shares_outstanding": 866.1,
        "shares_diluted": 865.5,
    },
}
# By filing: what it changed of Apple's fiscal years, in millions.
RESTATED = {
    ("2009-09-26", "0001193125-10-012091", "revenue"): 42_905,
    ("2009-09-26", "0001193125-10-012091", "net_income"): 8_235,
    ("2009-09-26", "0001193125-10-012085", "total_assets"): 47_501,
    ("2009-09-26", "0001193125-10-012085", "total_liabilities"): 15_861,
    ("2015-09-26", "0001628280-16-020309", "long_term_debt"): 53_329,
    ("2015-09-26", "0000320193-17-000070", "dividends_paid"): 11_561,
    ("2016-09-24", "0000320193-17-000070", "dividends_paid"): 12_150,
    ("2017-09-30", "0000320193-18-000145", "operating_cash_flow"): 64_225,
    ("2017-09-30", "0000320193-18-000145", "depreciation_amortization"): 10_157,
}


@cache
def company(cik: int) -> CompanyFacts:
    payload = (FOLDER / f"CIK{cik:010}.json.gz").read_bytes()
    return read_company(payload, read_concepts(PROJECT_ROOT / "data" / "reference"))


@pytest.mark.parametrize("report", AS_FILED, ids=str)
def test_each_figure_is_that_of_the_file(report: tuple[int, str, str]) -> None:
    cik, accession, end = report
    found = company(cik)
    row = found.annual.filter(version="original", period_end=dt.date.fromisoformat(end)).row(0, named=True)
    expected = {item: value * MILLION for item, value in AS_FILED[report].items()}
    assert {item: row[item] for item in expected} == pytest.approx(expected)
    tags = found.tags.filter(version="original", period_end=dt.date.fromisoformat(end))
    assert tags["accession"].unique().to_list() == [accession]


def test_at_least_sixty_figures_are_compared() -> None:
    assert sum(len(figures) for figures in AS_FILED.values()) + len(RESTATED) > 100


@pytest.mark.parametrize(("cik", "count"), [(APPLE, 7), (SNOWFLAKE, 0), (MARVELL, 0)])
def test_filings_that_change_a_money_item_on_its_own_concept(cik: int, count: int) -> None:
    """Two of Apple's are of one day, and make one version."""
    found = company(cik)
    labels = ["period_end", "item"]
    money = found.tags.filter(pl.col("item").is_in(MONEY_ITEMS))
    sums = money.group_by(*labels, "version", "filing_date", "accession").agg(pl.col("value").sum())
    before = sums.sort("filing_date").with_columns(before=pl.col("value").shift(1).over(labels))
    changed = before.filter((pl.col("version") == "restated") & (pl.col("value") != pl.col("before")))
    assert changed.select("period_end", "accession").n_unique() == count


def test_what_later_filings_changed_of_apples_years() -> None:
    tags = company(APPLE).tags.filter(version="restated")
    for (end, accession, item), value in RESTATED.items():
        found = tags.filter(period_end=dt.date.fromisoformat(end), accession=accession, item=item)
        assert found["value"].to_list()[:1] == [value * MILLION], (end, item)


@pytest.mark.parametrize(("cik", "years"), [(APPLE, 17), (SNOWFLAKE, 5), (MARVELL, 5)])
def test_no_original_is_without_flows(cik: int, years: int) -> None:
    originals = company(cik).annual.filter(version="original")
    assert originals.height == originals["period_end"].n_unique() == years
    flows = originals.select("revenue_usd", "net_income_usd", "operating_cash_flow_usd", "income_tax_usd")
    assert flows.null_count().row(0) == (0, 0, 0, 0)
    assert originals["period_days"].is_between(364, 371).all()


def test_splits_of_apple_change_no_count() -> None:
    # Seven for one in June 2014, four for one in August 2020.
    counts = company(APPLE).annual.filter(pl.col("fiscal_year") == 2013)
    assert counts["shares_basic"].to_list() == [925_331_000.0]


def test_snowflakes_quarters_have_cash_flows_to_date_only() -> None:
    # Accession numbers 0001640147-24-000135, -000207 and -000250.
    quarters = company(SNOWFLAKE).quarterly.filter(fiscal_year=2025).sort("period_end")
    to_date = quarters["operating_cash_flow_year_to_date_usd"].to_list()
    assert to_date == [355_468_000, 425_333_000, 527_039_000]
    assert quarters["operating_cash_flow_usd"].to_list() == [355_468_000, None, None]


def test_a_quarterly_report_that_is_labelled_as_a_year_is_a_quarter() -> None:
    # 0001640147-22-000044, filed 2022-06-03, has fp FY.
    quarter = company(SNOWFLAKE).quarterly.filter(filing_date=dt.date(2022, 6, 3))
    assert quarter["period_end"].to_list() == [dt.date(2022, 4, 30)]
    assert dt.date(2022, 6, 3) not in company(SNOWFLAKE).annual["filing_date"].to_list()


def test_a_quarter_of_apple_in_three_months_and_to_date() -> None:
    # 0001193125-10-162840.
    quarter = company(APPLE).quarterly.filter(period_end=dt.date(2010, 6, 26), version="original")
    assert quarter.select("revenue_usd", "revenue_year_to_date_usd").rows() == [(15_700e6, 44_882e6)]


def test_snowflake_without_notes_is_shown_to_have_no_debt_and_with_them_known_in_part() -> None:
    rows = company(SNOWFLAKE).annual.sort("period_end")
    assert rows["is_debt_explained_zero"].to_list() == [True, True, True, True, False]
    assert rows["short_term_debt_usd"].to_list() == [None] * 5


def test_a_filer_under_ifrs_is_refused_with_its_reason() -> None:
    found = company(LPA)
    assert (found.annual.height, found.quarterly.height) == (0, 0)
    assert found.refused["rule"].to_list() == ["not_us_gaap"]
    assert "an IFRS filer" in found.refused["row_json"][0]


def test_marvells_history_begins_with_its_new_number() -> None:
    assert company(MARVELL).annual["period_end"].min() == dt.date(2022, 1, 29)
