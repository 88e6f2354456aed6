"""Reason codes of metrics in words, for verdicts and lenses."""

from __future__ import annotations

from typing import Final

INPUT_MISSING: Final = "an input is missing"
WORDS: Final = {
    "denominator_missing": "an input is missing",
    "input_missing": INPUT_MISSING,
    "prior_year_missing": "the year before is not known",
    "denominator_not_positive": "the denominator is not positive",
    "net_income_not_positive": "net income is not positive",
    "not_meaningful_for_financials": "not meaningful for a financial",
    "not_meaningful_for_kind": "not meaningful for this kind of company",
    "debt_blank_but_interest_paid": "debt is blank but interest is paid",
    "debt_negative": "the source's debt is negative, so it is unknown",
    "no_interest_expense": "no interest expense is reported",
    "net_interest_income": "only net interest is known, and it is income",
    "price_adjusted_only": "the price is known only as adjusted",
    "price_missing": "no price is known",
    "no_fundamentals": "no annual record is visible",
    "shares_missing": "the number of shares is not known",
    "shares_basis_doubtful": "the number of shares cannot be that of the company the fund holds",
    "scale_suspect": "a figure, of this year or the year before, may be in the wrong unit",
}
"""Reason codes of core.annual_metrics and core.metrics_as_of in words."""
