"""Annual filings of the first quarter of 2010 in the SEC's data set: values read by eye, and the fill."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
import pytest

from smallcap.rules.concept_files import read_concepts
from smallcap.sources.sec.company import CompanyFacts
from smallcap.sources.sec.data_sets import FILERS, filers, read_filers
from tests.paths import PROJECT_ROOT
from tests.real.data_set_facts import NUMBERS, DataSet, statements_of

FOLDER = PROJECT_ROOT.parent / "shared" / "real" / "sec" / "fsds"
CONCEPTS = read_concepts(PROJECT_ROOT / "data" / "reference")
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no files of real companies are here")

# By filing: the SIC of its day, and figures in millions as the data set has them.
AS_FILED = {
    "0001104659-10-006102": (
        "0000812074",
        "3221",
        {
            "net_income_usd": 161.8,
            "total_assets_usd": 8_727.4,
            "shareholders_equity_usd": 1_538.2,
            "goodwill_usd": 2_381.0,
            "long_term_debt_usd": 3_257.5,
            "operating_cash_flow_usd": 800.0,
            "capital_expenditures_usd": 427.6,
        },
    ),
    "0000007332-10-000005": (
        "0000007332",
        "1311",
        {
            "revenue_usd": 2_145.779,
            "net_income_usd": -35.650,
            "total_assets_usd": 4_770.250,
            "shareholders_equity_usd": 2_331.225,
            "long_term_debt_usd": 997.5,
            "operating_cash_flow_usd": 1_359.376,
        },
    ),
    "0001104659-10-008164": (
        "0000883984",
        "3841",
        {
            "revenue_usd": 231.513,
            "total_assets_usd": 309.153,
            "goodwill_usd": 1.478,
            "operating_cash_flow_usd": 48.609,
            "capital_expenditures_usd": 16.690,
        },
    ),
}
ONE_POINT = 0.01
# Measured before on the same filings with chains of concepts of another implementation: shares with a value.
FILL = {
    "revenue_usd": 0.94,
    "operating_income_usd": 0.72,
    "income_tax_usd": 0.96,
    "net_income_usd": 0.99,
    "total_assets_usd": 0.99,
    "shareholders_equity_usd": 0.98,
    "total_liabilities_usd": 0.97,
    "short_term_debt_usd": 0.70,
    "long_term_debt_usd": 0.85,
    "operating_cash_flow_usd": 0.99,
    # 0.87, less eleven filings in which the payment is below zero: their sign is in doubt.
    "capital_expenditures_usd": 0.85,
    "depreciation_amortization_usd": 0.87,
    "current_assets_usd": 0.82,
    "goodwill_usd": 0.74,
}


@cache
def data_set() -> DataSet:
    whole = [pl.col(name).cast(pl.Int64) for name in ("sic", "changed")]
    sub = pl.read_parquet(FOLDER / "2010q1_sub.parquet").select(FILERS).with_columns(whole)
    num = pl.read_parquet(FOLDER / "2010q1_num.parquet").select(NUMBERS)
    return DataSet(sub.cast(pl.String), num.cast(pl.String))


@cache
def statements() -> list[CompanyFacts]:
    return statements_of(data_set(), CONCEPTS)


@pytest.mark.parametrize("adsh", AS_FILED)
def test_each_figure_and_the_industry_are_those_of_the_data_set(adsh: str) -> None:
    company, sic, figures = AS_FILED[adsh]
    (found,) = [one for one in statements() if one.cik == int(company)]
    row = found.annual.row(by_predicate=pl.col("version") == "original", named=True)
    assert row["period_end"] == dt.date(2009, 12, 31)
    assert {item: row[item] for item in figures} == pytest.approx(
        {item: value * 1e6 for item, value in figures.items()}
    )
    assert found.tags["accession"].unique().to_list() == [adsh]
    assert filers(data_set().sub).row(by_predicate=pl.col("adsh") == adsh, named=True)["sic"] == sic


def test_convertible_notes_are_debt_beside_a_smaller_long_term_debt() -> None:
    (found,) = [one for one in statements() if one.cik == 936402]
    # Two lines of one balance sheet: long-term debt of 43.6 million, convertible bonds of 1,100 million.
    assert found.annual["long_term_debt_usd"].to_list() == [1_143.6e6]


@pytest.mark.parametrize(
    ("cik", "column", "millions"),
    [(1070412, "short_term_debt_usd", 518.244), (1063761, "long_term_debt_usd", 18_630.302)],
)
def test_debt_under_less_usual_concepts_is_found(cik: int, column: str, millions: float) -> None:
    (found,) = [one for one in statements() if one.cik == cik]
    assert found.annual[column].to_list() == [pytest.approx(millions * 1e6)]


@pytest.mark.parametrize(
    ("cik", "column", "millions"),
    [
        (40533, "cost_of_revenue_usd", 26_352),
        (45012, "cost_of_revenue_usd", 12_479),
        (831259, "net_income_usd", 2_749),
        (713676, "net_income_usd", 2_447),
    ],
)
def test_cost_has_both_kinds_and_net_income_is_that_of_the_owners(
    cik: int, column: str, millions: float
) -> None:
    (found,) = [one for one in statements() if one.cik == cik]
    assert found.annual[column].to_list() == [millions * 1e6]


def test_liabilities_without_the_debt_are_not_taken_for_all() -> None:
    (found,) = [one for one in statements() if one.cik == 732717]
    # Noncurrent liabilities of this balance sheet leave out long-term debt of 64,720 million.
    assert found.annual["total_liabilities_usd"].to_list() == [166_427e6]


def test_nearly_every_annual_filing_gives_a_row_and_the_items_are_filled_as_measured() -> None:
    rows = pl.concat([found.annual for found in statements()]).filter(version="original")
    assert rows.height == 396
    filled = {name: 1 - rows[name].null_count() / rows.height for name in FILL}
    assert {name for name, least in FILL.items() if filled[name] < least - ONE_POINT} == set()


def test_blank_debt_of_large_filers_is_rarely_shown_to_be_none() -> None:
    rows = pl.concat([found.annual for found in statements()]).filter(version="original")
    explained = rows.filter("is_debt_explained_zero")
    assert explained.height == 4
    assert explained.select(pl.col("interest_expense_usd").is_not_null().any()).item() is False


@pytest.mark.parametrize(("name", "filings"), [("2010q2.zip", 522), ("daily_20250701.zip", 6)])
def test_a_zip_is_read_as_served(name: str, filings: int) -> None:
    found = read_filers((FOLDER / name).read_bytes(), name)
    assert found.height == filings
    assert found["filed"].null_count() == found["period"].null_count() == 0
