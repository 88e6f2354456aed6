"""Blank debt, dividends and goodwill are none only where the filings show it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.sources.sec.builders import EQUITY, LIABILITIES, Company, filed, only

# Liabilities of 400 that are all identified, none of them debt.
EXPLAINED: dict[str, Any] = {
    LIABILITIES: 400e6,
    EQUITY: 500e6,
    "AccountsPayableCurrent": 150e6,
    "AccruedLiabilitiesCurrent": 100e6,
    "ContractWithCustomerLiabilityCurrent": 80e6,
    "OperatingLeaseLiabilityNoncurrent": 60e6,
    "OtherLiabilitiesNoncurrent": 10e6,
}


def is_explained(**changed: Any) -> bool:
    row = only(Company().annual(2020, filed(2020), **EXPLAINED | changed).read())
    assert (row["short_term_debt_usd"] is None) or "NotesPayableCurrent" in changed
    assert row["is_blank_debt_zero"] is False
    return bool(row["is_debt_explained_zero"])


def test_debt_is_none_where_other_liabilities_explain_the_balance_sheet() -> None:
    assert is_explained()


@pytest.mark.parametrize(
    ("payables", "expected"), [(146e6, True), (145e6, False), (154e6, True), (155e6, False), (None, False)]
)
def test_they_explain_99_percent_and_not_more_than_101(payables: float | None, expected: bool) -> None:
    assert is_explained(AccountsPayableCurrent=payables) is expected


def test_a_note_that_repeats_part_of_a_line_is_not_counted_twice() -> None:
    assert is_explained(EmployeeRelatedLiabilitiesCurrent=40e6)


def test_a_detail_counts_where_the_lines_alone_do_not_explain() -> None:
    assert is_explained(AccruedLiabilitiesCurrent=60e6, EmployeeRelatedLiabilitiesCurrent=40e6)


@pytest.mark.parametrize(("other", "payables", "expected"), [(25e6, 135e6, True), (26e6, 134e6, False)])
def test_other_liabilities_above_five_percent_of_equity_may_hide_debt(
    other: float, payables: float, expected: bool
) -> None:
    assert is_explained(OtherLiabilitiesNoncurrent=other, AccountsPayableCurrent=payables) is expected


@pytest.mark.parametrize(
    "sign",
    [
        "InterestExpense",
        "InterestPaidNet",
        "RepaymentsOfLongTermDebt",
        "ProceedsFromLinesOfCredit",
        "ProceedsFromConvertibleNotesPayable",
        "DebtInstrumentFaceAmount",
        "LineOfCreditFacilityAmountOutstanding",
        "FinanceLeaseLiabilityNoncurrent",
    ],
)
def test_any_sign_of_debt_contradicts_it(sign: str) -> None:
    assert not is_explained(**{sign: 1e6})
    assert is_explained(**{sign: 0})


@pytest.mark.parametrize(("year", "expected"), [(2019, False), (2017, True)])
def test_a_repayment_of_last_year_counts_an_older_one_does_not(year: int, expected: bool) -> None:
    company = Company().annual(2020, filed(2020), **EXPLAINED)
    company.add(filed(2020), f"{year}-12-31", f"{year}-01-01", RepaymentsOfDebt=3e6)
    assert only(company.read())["is_debt_explained_zero"] is expected


def test_what_a_later_filing_shows_does_not_count_before_it() -> None:
    company = Company().annual(2020, filed(2020), **EXPLAINED)
    company.add(filed(2021), "2020-12-31", "2020-01-01", RepaymentsOfDebt=3e6)
    assert only(company.read())["is_debt_explained_zero"] is True


def test_a_known_part_above_zero_leaves_the_other_unknown() -> None:
    assert not is_explained(NotesPayableCurrent=1e6)


def test_unknown_liabilities_or_equity_explain_nothing() -> None:
    assert not is_explained(Liabilities=None)
    assert not is_explained(StockholdersEquity=None)


def test_a_line_given_under_two_concepts_is_counted_once() -> None:
    given = {"ShortTermBorrowings": 5e6, "LongTermDebtCurrent": 5e6, "LongTermDebtNoncurrent": 20e6}
    row = only(Company().annual(2020, filed(2020), **given).read())
    assert (row["short_term_debt_usd"], row["long_term_debt_usd"]) == (5e6, 20e6)


@pytest.mark.parametrize(
    ("given", "short", "long"),
    [
        # Snowflake's notes: the only concept of debt in the filing.
        ({"ConvertibleDebtNoncurrent": 2271e6}, None, 2271e6),
        ({"DebtCurrent": 9e6, "LongTermDebtCurrent": 4e6, "LongTermDebtNoncurrent": 50e6}, 9e6, 50e6),
        ({"CommercialPaper": 8e6, "LongTermDebtCurrent": 10e6, "LongTermDebtNoncurrent": 87e6}, 18e6, 87e6),
        # The total less its current part.
        ({"LongTermDebt": 60e6, "LongTermDebtCurrent": 12e6}, 12e6, 48e6),
        ({"LongTermDebt": 60e6}, None, 60e6),
        ({"LongTermDebtNoncurrent": 50e6, "FinanceLeaseLiabilityNoncurrent": 2e6}, None, 52e6),
        (
            {"LongTermDebtAndCapitalLeaseObligations": 52e6, "CapitalLeaseObligationsNoncurrent": 2e6},
            None,
            52e6,
        ),
        ({"SeniorLongTermNotes": 30e6, "LongTermLineOfCredit": 15e6}, None, 45e6),
        # Leases alone say nothing about loans.
        ({"FinanceLeaseLiabilityCurrent": 1e6, "FinanceLeaseLiabilityNoncurrent": 2e6}, None, None),
        # Operating leases are no debt.
        ({"OperatingLeaseLiabilityNoncurrent": 30e6}, None, None),
        ({"SecuredDebt": 40e6, "UnsecuredDebt": 70e6, "LineOfCredit": 5e6}, None, 115e6),
    ],
)
def test_how_debt_is_composed(given: dict[str, float], short: float | None, long: float | None) -> None:
    row = only(Company().annual(2020, filed(2020), Liabilities=None, **given).read())
    assert (row["short_term_debt_usd"], row["long_term_debt_usd"]) == (short, long)


FINANCING = {"NetCashProvidedByUsedInFinancingActivities": -3e6}


def dividends(**given: Any) -> float | None:
    value: float | None = only(Company().annual(2020, filed(2020), **given).read())["dividends_paid_usd"]
    return value


def test_blank_dividends_are_none_in_a_complete_cash_flow_statement_without_a_sign_of_any() -> None:
    assert dividends(**FINANCING) == 0.0
    assert dividends() is None
    assert dividends(**FINANCING, CommonStockDividendsPerShareDeclared=0.4) is None
    assert dividends(**FINANCING, PaymentsOfDividendsCommonStock=2e6) == 2e6
    found = Company().annual(2020, filed(2020), **FINANCING).read()
    assert found.tags.filter(item="dividends_paid")["tag"].to_list() == ["(none)"]


def test_dividends_of_the_three_years_before_leave_a_blank_unknown() -> None:
    company = (
        Company().annual(2018, filed(2018), PaymentsOfDividends=2e6).annual(2020, filed(2020), **FINANCING)
    )
    assert company.read().annual.sort("period_end")["dividends_paid_usd"].to_list() == [2e6, None]


def test_blank_goodwill_is_none_where_other_assets_explain_the_total() -> None:
    explained = {"AssetsCurrent": 600e6, "PropertyPlantAndEquipmentNet": 250e6, "OtherAssetsNoncurrent": 50e6}

    def goodwill(**given: float) -> float | None:
        value: float | None = only(Company().annual(2020, filed(2020), **given).read())["goodwill_usd"]
        return value

    assert goodwill(**explained) == 0.0
    assert goodwill(**explained | {"OtherAssetsNoncurrent": 30e6}) is None
    assert goodwill(**explained, GoodwillImpairmentLoss=5e6) is None
    assert goodwill(**explained, Goodwill=7e6) == 7e6
