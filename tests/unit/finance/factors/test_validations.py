"""Verdicts on claimed tilts, by a table of signs and t statistics, and the words that go with them."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.finance.factors.validations import book_validations
from smallcap.tables.book_factors import BookValidations
from smallcap.tables.factor_regressions import FactorRegressions
from tests.tolerances import EXACT
from tests.unit.finance.factors.factor_builders import RULES


def regression(
    term: str, estimate: float | None, t_stat: float | None, **others: object
) -> dict[str, object]:
    """A row of marts.factor_regressions."""
    columns = FactorRegressions.columns()
    return {
        **dict.fromkeys(columns),
        "book": "list",
        "model": "FF5",
        "covariance": "OLS",
        "window": "full",
        "vintage": "202511",
        "term": term,
        "estimate": estimate,
        "t_stat": t_stat,
        "std_error": None if t_stat is None else abs(estimate / t_stat) if t_stat else 0.2,
        "n_obs": 83,
        "is_vintage_later": False,
        "is_formed_in_advance": False,
        "status": "estimated" if t_stat is not None else "insufficient",
        **others,
    }


def judged(*rows: dict[str, object], has_claims: bool = True) -> pl.DataFrame:
    schema = {name: column.dtype for name, column in FactorRegressions.columns().items()}
    books = pl.DataFrame({"book": ["list"], "has_claims": [has_claims]})
    found = book_validations(pl.DataFrame(list(rows), schema=schema), books, RULES)
    BookValidations.validate(found)
    return found


@pytest.mark.parametrize(
    ("tilt", "estimate", "t_stat", "verdict"),
    [
        ("SMB", 0.4, 2.5, "confirmed"),
        ("SMB", 0.4, 2.0, "confirmed"),
        ("SMB", 0.4, 1.99, "directional"),
        ("HML", 0.4, 1.0, "directional"),
        ("HML", 0.4, 0.99, "absent"),
        ("HML", -0.4, -0.99, "absent"),
        ("HML", -0.4, -1.0, "contradicted"),
        ("SMB", -0.4, -3.0, "contradicted"),
        ("RMW", 0.1, 0.4, "absent"),
        ("RMW", 0.0, 0.0, "absent"),
        ("RMW", 0.3, 1.5, "directional"),
        ("RMW", 0.3, 2.5, "confirmed"),
        ("RMW", -0.3, -0.5, "absent"),
        ("RMW", -0.3, -1.5, "contradicted"),
    ],
)
def test_a_verdict_goes_by_sign_and_t(tilt, estimate, t_stat, verdict):
    assert judged(regression(tilt, estimate, t_stat))["verdict"].to_list() == [verdict]


def test_each_tilt_has_its_intended_sign():
    found = judged(*(regression(term, 0.4, 2.5) for term in ("alpha", "Mkt-RF", "SMB", "HML", "RMW", "CMA")))
    assert found.select("tilt", "intended_sign").rows() == [
        ("CMA", "none"),
        ("HML", "positive"),
        ("RMW", "not_negative"),
        ("SMB", "positive"),
    ]


def test_the_smallest_loading_that_could_have_been_seen_is_two_standard_errors():
    found = judged(regression("HML", 0.1, 0.5))
    assert found["smallest_detectable"].item() == pytest.approx(0.4, rel=EXACT)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            regression("SMB", 0.46, 2.6),
            "SMB loading 0.46, t 2.60: the book leans to companies that are small",
        ),
        (
            regression("HML", 0.19, 1.25),
            "HML loading 0.19, t 1.25: the book seems to lean to companies that are cheap",
        ),
        (regression("RMW", 0.08, 0.4), "absent is not zero: a loading below 0.40 could have gone undetected"),
        (
            regression("HML", -0.3, -1.5),
            "against the claim, the book seems to lean to companies that are expensive",
        ),
        (regression("HML", -0.9, -4.5), "against the claim, the book leans to companies that are expensive"),
        (
            regression("SMB", None, None, reason="12 months have a return"),
            "SMB: cannot be evaluated: 12 months have a return",
        ),
    ],
)
def test_a_verdict_is_said_in_words(row, words):
    assert words in judged(row)["explanation"].item()


@pytest.mark.parametrize(
    ("estimate", "t_stat", "words"),
    [
        (-0.19, -0.89, "CMA loading -0.19, t -0.89: no sign is claimed; no tilt is detected"),
        (0.5, 1.5, "CMA loading 0.50, t 1.50: no sign is claimed; the book seems to lean to companies that"),
        (-0.5, -2.5, "no sign is claimed; the book leans to companies that invest much"),
    ],
)
def test_cma_is_stated_without_a_claim(estimate, t_stat, words):
    row = judged(regression("CMA", estimate, t_stat)).row(0, named=True)
    assert (row["verdict"], row["intended_sign"]) == ("not_claimed", "none")
    assert words in row["explanation"]


def test_cma_without_a_regression_says_why():
    row = judged(regression("CMA", None, None, reason="12 months")).row(0, named=True)
    assert (row["verdict"], row["explanation"]) == ("insufficient", "CMA: cannot be evaluated: 12 months")


def test_a_book_without_claims_has_the_same_verdicts_in_words_without_a_claim():
    row = judged(regression("HML", -0.9, -4.5), has_claims=False).row(0, named=True)
    assert row["verdict"] == "contradicted"
    assert "against the claim" not in row["explanation"]
    assert "the book claims no tilt; the book leans to companies that are expensive" in row["explanation"]


def test_an_insufficient_regression_has_no_verdict():
    found = judged(regression("SMB", None, None, reason="12 months"))
    assert found.select("verdict", "estimate", "smallest_detectable").row(0) == ("insufficient", None, None)


def test_other_models_windows_and_vintages_are_passed_over():
    found = judged(
        regression("SMB", 0.4, 2.5),
        regression("SMB", 0.4, 2.5, window="trailing_60", covariance="HAC"),
        regression("SMB", 0.5, 2.5, window="year_2024"),
        regression("SMB", 0.6, 2.5, model="FF3"),
        regression("SMB", 0.7, 2.5, vintage="202407"),
    )
    assert sorted(found.select("window", "covariance", "vintage", "estimate").rows()) == [
        ("full", "OLS", "202511", 0.4),
        ("trailing_60", "HAC", "202511", 0.4),
    ]
