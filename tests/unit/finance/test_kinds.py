"""Kinds of company by SIC code, GICS code or sector, and what they are asked, as written in the methods."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.finance.kinds import company_kind, is_asked
from smallcap.rules.types.kinds import FINANCIAL_KINDS
from tests.examples import examples
from tests.oracle.kinds_python import CANNOT_BE_ASKED_OF_DEBT, FINANCIAL, kind_of
from tests.unit.finance.builders import APPLICABILITY, KINDS

SCHEMA = dict.fromkeys(("sic", "gics", "sector"), pl.String)


def kinds(*companies: dict[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(companies, schema=SCHEMA).select(company_kind(KINDS))


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ({"sic": "6022"}, "bank"),
        ({"sic": "6712"}, "bank"),
        ({"sic": "6141"}, "broker_or_lender"),
        ({"sic": "6211"}, "broker_or_lender"),
        ({"sic": "6282"}, "asset_manager"),
        ({"sic": "6726"}, "asset_manager"),
        ({"sic": "6331"}, "insurer"),
        ({"sic": "6411"}, "insurer"),
        ({"sic": "6512"}, "other"),
        ({"sic": "6792"}, "other"),
        ({"sic": "6794"}, "other"),
        ({"sic": "6770"}, "other"),
        ({"sic": "5999"}, "other"),
        ({"sic": "6798"}, "equity_reit"),
        ({"sic": "6798", "gics": "60108010"}, "equity_reit"),
        ({"sic": "6798", "sector": "Real Estate"}, "equity_reit"),
        ({"sic": "6798", "sector": "Financials"}, "mortgage_reit"),
        ({"sic": "6798", "gics": "40204010"}, "mortgage_reit"),
        ({"gics": "40204010"}, "mortgage_reit"),
        ({"gics": "40101015"}, "bank"),
        ({"gics": "40301040"}, "insurer"),
        ({"gics": "40203010"}, "asset_manager"),
        ({"gics": "40203020"}, "broker_or_lender"),
        ({"gics": "40202010"}, "broker_or_lender"),
        ({"gics": "60101010"}, "equity_reit"),
        ({"gics": "60201020"}, "other"),
        ({"gics": "40402010"}, "equity_reit"),
        ({"gics": "40403020"}, "other"),
        ({"sector": "Financials"}, "bank"),
        ({"sector": "Real Estate"}, "equity_reit"),
        ({"sector": "Energy"}, "other"),
        ({}, None),
    ],
)
def test_a_company_is_of_the_kind_that_its_codes_say(codes: dict[str, str], kind: str | None) -> None:
    [row] = kinds(codes).to_dicts()
    assert row["company_kind"] == kind
    assert row["is_financial"] == (None if kind is None else kind in FINANCIAL_KINDS)


CODE = st.none() | st.one_of(
    st.integers(6000, 6999).map(str), st.integers(100, 9999).map("{:04d}".format), st.just("n/a")
)
GICS = st.none() | st.one_of(
    st.sampled_from(
        ["40", "4010", "402010", "40203010", "402040", "4030", "404020", "404030", "6010", "6020"]
    ),
    st.integers(10, 60).map(str),
)
SECTOR = st.none() | st.sampled_from(["Financials", "Real Estate", "Energy"])


@examples(50)
@given(st.lists(st.fixed_dictionaries({"sic": CODE, "gics": GICS, "sector": SECTOR}), min_size=1))
def test_every_company_is_of_the_kind_that_the_methods_page_names(
    companies: list[dict[str, str | None]],
) -> None:
    found = kinds(*companies)
    expected = [kind_of(company) for company in companies]
    assert found["company_kind"].to_list() == expected
    assert found["is_financial"].to_list() == [
        None if kind is None else kind in FINANCIAL for kind in expected
    ]


def test_whom_debt_says_nothing_of_is_not_asked_of_debt() -> None:
    assert set(APPLICABILITY.kinds_without("metrics", "debt_to_equity")) == CANNOT_BE_ASKED_OF_DEBT
    assert set(APPLICABILITY.kinds_without("score_inputs", "debt_to_assets")) == CANNOT_BE_ASKED_OF_DEBT
    assert set(APPLICABILITY.of_filter("balance_sheet")) == CANNOT_BE_ASKED_OF_DEBT


def test_a_company_of_unknown_kind_is_asked_everything() -> None:
    rows = pl.DataFrame({"company_kind": ["bank", "other", None]})
    assert rows.select(is_asked(["bank"])).to_series().to_list() == [False, True, True]
    assert rows.select(is_asked([]).alias("asked"), "company_kind")["asked"].to_list() == [True] * 3
