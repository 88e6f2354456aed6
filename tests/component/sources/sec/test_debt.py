"""Debt under several concepts is added up or the larger total is taken: no part is left out in silence."""

from __future__ import annotations

import pytest

from tests.component.sources.sec.builders import Company, filed, only

Amounts = dict[str, float]


def debt(**balances: float) -> tuple[float | None, float | None]:
    """Short-term and long-term debt, in millions, of a company with these balances."""
    company = Company().annual(2020, filed(2020), Liabilities=None)
    company.add(filed(2020), "2020-12-31", **{tag: value * 1e6 for tag, value in balances.items()})
    row = only(company.read())
    parts = (row["short_term_debt_usd"], row["long_term_debt_usd"])
    return tuple(None if part is None else part / 1e6 for part in parts)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("balances", "long_term"),
    [
        pytest.param({"SecuredDebt": 500, "SeniorNotes": 300, "LineOfCredit": 100}, 900, id="property trust"),
        pytest.param({"NotesPayable": 800, "LineOfCredit": 100}, 900, id="notes and a line"),
        pytest.param(
            {"SecuredDebt": 500, "UnsecuredDebt": 300, "SeniorNotes": 300}, 800, id="one line, two names"
        ),
        pytest.param({"SubordinatedDebt": 60, "AdvancesFromFederalHomeLoanBanks": 150}, 210, id="bank"),
        pytest.param({"LongTermDebt": 90, "SeniorNotes": 40}, 90, id="a total and one part of it"),
        pytest.param(
            {"LongTermDebt": 40, "SeniorNotes": 40, "LineOfCredit": 30}, 70, id="parts above a total"
        ),
        pytest.param({"LoansPayable": 80}, 80, id="loans alone"),
        pytest.param({"ConvertibleNotesPayable": 70}, 70, id="convertible notes alone"),
    ],
)
def test_long_term_debt_is_the_sum_of_its_kinds_or_the_larger_total(
    balances: Amounts, long_term: float
) -> None:
    assert debt(**balances) == (None, long_term)


@pytest.mark.parametrize(
    ("balances", "both"),
    [
        pytest.param(
            {"LongTermDebtCurrent": 5, "NotesPayableToBankCurrent": 50}, (55, None), id="bank notes"
        ),
        pytest.param(
            {"LongTermDebtCurrent": 5, "LoansPayableToBankCurrent": 50}, (55, None), id="bank loans"
        ),
        pytest.param({"NotesPayableCurrent": 50, "NotesPayableToBankCurrent": 30}, (50, None), id="a part"),
        pytest.param({"NotesAndLoansPayableCurrent": 70}, (70, None), id="notes and loans"),
        pytest.param({"ConvertibleSubordinatedDebtNoncurrent": 90}, (None, 90), id="convertible"),
        pytest.param({"DebtAndCapitalLeaseObligations": 90, "DebtCurrent": 20}, (20, 70), id="all debt"),
        pytest.param({"LongTermDebtNoncurrent": 90, "FinanceLeaseLiability": 30}, (None, 120), id="leases"),
        pytest.param(
            {"LongTermDebtNoncurrent": 90, "FinanceLeaseLiability": 30, "FinanceLeaseLiabilityCurrent": 4},
            (None, 116),
            id="leases without those of a year",
        ),
        pytest.param({"FinanceLeaseLiability": 30}, (None, None), id="leases alone"),
        pytest.param(
            {"JuniorSubordinatedDebentureOwedToUnconsolidatedSubsidiaryTrust": 30},
            (None, None),
            id="a trust's debentures alone",
        ),
    ],
)
def test_less_usual_concepts_of_debt_count(
    balances: Amounts, both: tuple[float | None, float | None]
) -> None:
    assert debt(**balances) == both


@pytest.mark.parametrize(
    ("balances", "both"),
    [
        pytest.param(
            {"SecuredLongTermDebt": 40, "SecuredDebtCurrent": 5, "LineOfCredit": 30}, (5, 70), id="loan, line"
        ),
        pytest.param({"LineOfCredit": 30, "LinesOfCreditCurrent": 12}, (12, 18), id="a line in two parts"),
        pytest.param({"NotesPayable": 80, "NotesPayableCurrent": 20}, (20, 60), id="notes in two parts"),
        pytest.param(
            {"LongTermDebt": 90, "LongTermDebtCurrent": 10, "ConvertibleNotesPayable": 30},
            (10, 80),
            id="total",
        ),
        pytest.param(
            {"LongTermDebtNoncurrent": 40, "LongTermDebtCurrent": 5, "NotesPayable": 45}, (5, 40), id="both"
        ),
    ],
)
def test_what_is_due_within_a_year_is_not_counted_twice(balances: Amounts, both: tuple[float, float]) -> None:
    assert debt(**balances) == both


@pytest.mark.parametrize(
    ("balances", "both"),
    [
        pytest.param(
            {"LongTermDebtNoncurrent": 44, "ConvertibleDebtNoncurrent": 300}, (None, 344), id="notes"
        ),
        pytest.param(
            {"LongTermDebtNoncurrent": 44, "ConvertibleDebtNoncurrent": 300, "SeniorLongTermNotes": 20},
            (None, 344),
            id="a part of the smaller line",
        ),
        pytest.param(
            {"LongTermDebtAndCapitalLeaseObligations": 3, "LongTermDebtNoncurrent": 90},
            (None, 93),
            id="leases",
        ),
        pytest.param(
            {"LongTermDebtNoncurrent": 9, "LongTermDebtCurrent": 5, "ConvertibleNotesPayableCurrent": 200},
            (205, 9),
            id="notes that fall due",
        ),
        pytest.param(
            {"DebtCurrent": 5, "ShortTermBorrowings": 20}, (25, None), id="a current part and a loan"
        ),
        pytest.param(
            {"DebtCurrent": 25, "ShortTermBorrowings": 20, "LongTermDebtCurrent": 5}, (25, None), id="a total"
        ),
        pytest.param({"ShortTermBorrowings": 1, "NotesPayableCurrent": 20}, (21, None), id="loans and notes"),
        pytest.param(
            {"LongTermDebtAndCapitalLeaseObligationsCurrent": 2, "ConvertibleDebtCurrent": 90},
            (92, None),
            id="leases and notes that fall due",
        ),
        # The same loan before the costs of its issue.
        pytest.param({"LongTermDebtNoncurrent": 97, "SeniorLongTermNotes": 100}, (None, 97), id="gross"),
        pytest.param(
            {"LongTermDebtNoncurrent": 300, "ConvertibleDebtNoncurrent": 90}, (None, 300), id="within"
        ),
    ],
)
def test_a_line_that_is_larger_than_the_total_stands_beside_it(
    balances: Amounts, both: tuple[float | None, float | None]
) -> None:
    assert debt(**balances) == both


@pytest.mark.parametrize("tag", ["OtherBorrowings", "DebtInstrumentCarryingAmount", "LoansPayableToBank"])
def test_debt_under_a_concept_that_no_chain_has_leaves_debt_unknown(tag: str) -> None:
    assert debt(**{tag: 50.0}) == (None, None)
    company = Company().annual(2020, filed(2020)).add(filed(2020), "2020-12-31", **{tag: 50e6})
    assert only(company.read())["is_debt_explained_zero"] is False


@pytest.mark.parametrize(
    ("long_term", "is_known"), [(400, True), (404, True), (410, False), (400_000, False)]
)
def test_debt_above_total_liabilities_leaves_both_unknown(long_term: float, is_known: bool) -> None:
    company = Company().annual(2020, filed(2020))
    found = company.add(filed(2020), "2020-12-31", LongTermDebtNoncurrent=long_term * 1e6).read()
    row = only(found)
    assert row["long_term_debt_usd"] == (long_term * 1e6 if is_known else None)
    assert row["total_liabilities_usd"] == (400e6 if is_known else None)
    assert row["is_debt_explained_zero"] is False
    reasons = dict(found.missing.select("item", "reason").iter_rows())
    assert ("one is wrong" in reasons.get("long_term_debt", "")) is not is_known


@pytest.mark.parametrize(
    ("in_all", "both"), [(105, (5, 100)), (150, (5, 100)), (500, (None, None)), (0, (5, 100))]
)
def test_a_note_with_far_more_debt_than_the_balance_sheet_leaves_debt_unknown(
    in_all: float, both: tuple[float | None, float | None]
) -> None:
    # Convertible notes under a concept of the company's own are not in the file, but the note's total is.
    assert debt(LongTermDebtNoncurrent=100, LongTermDebtCurrent=5, LongTermDebt=in_all) == both


def test_a_note_that_contradicts_itself_says_nothing_of_the_debt() -> None:
    company = Company().annual(2020, filed(2020), LongTermDebtNoncurrent=100e6, LongTermDebtCurrent=5e6)
    for value in (200e6, 300e6):
        company.add(filed(2020), "2020-12-31", LongTermDebt=value)
    row = only(company.read())
    assert (row["short_term_debt_usd"], row["long_term_debt_usd"]) == (5e6, 100e6)
