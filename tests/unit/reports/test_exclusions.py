"""Why there is no score, in words that say whose figure is missing."""

from __future__ import annotations

import pytest

from smallcap.finance.quality.steps import REASONS
from smallcap.reports.exclusions import FIELDS, exclusion_words
from smallcap.rules.types.quality import SCORE_INPUTS

OURS = {"own_roe": 0.12, "own_fcf_margin": None, "own_debt_to_assets": 0.1, "own_interest_coverage": 565.0}


@pytest.mark.parametrize(
    ("reason", "basis", "words"),
    [
        ("missing:interest_coverage", "vendor", "the vendor serves no interest coverage (ours: 565.0)"),
        ("missing:fcf_margin", "vendor", "the vendor serves no FCF margin"),
        (
            "missing:roe,interest_coverage",
            "vendor",
            "the vendor serves no ROE (ours: 12.0%), interest coverage (ours: 565.0)",
        ),
        (
            "missing:interest_coverage,market_cap_usd",
            "vendor",
            "the vendor serves no interest coverage (ours: 565.0); missing market value",
        ),
        ("missing:market_cap_usd", "vendor", "missing market value"),
        ("missing:interest_coverage", "computed", "missing interest coverage"),
        ("missing:interest_coverage", None, "missing interest coverage"),
        ("stale", "vendor", "its newest annual record is too old"),
        ("unusable_ticker", None, "its ticker is not usable"),
        ("out_of_range:roe", "computed", "ROE is outside the controls"),
        (None, None, ""),
    ],
)
def test_a_ratio_that_the_vendor_lacks_is_told_from_one_that_we_lack(
    reason: str | None, basis: str | None, words: str
) -> None:
    assert exclusion_words({"exclusion_reason": reason, "inputs_basis": basis, **OURS}) == words


@pytest.mark.parametrize("reason", REASONS)
def test_no_reason_is_shown_as_a_code(reason: str) -> None:
    assert "_" not in exclusion_words({"exclusion_reason": reason})
    assert ":" not in exclusion_words({"exclusion_reason": reason})


def test_every_input_of_the_score_has_words() -> None:
    assert set(FIELDS) == {*SCORE_INPUTS, "market_cap_usd"}
