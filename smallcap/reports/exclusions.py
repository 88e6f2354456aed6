"""Why a company has no quality score, in words that say whose figure is missing: the vendor's or ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISSING = "missing:"
VENDOR = "vendor"
MARKET_CAP = "market_cap_usd"
FIELDS = {
    "roe": "ROE",
    "fcf_margin": "FCF margin",
    "debt_to_assets": "debt/assets",
    "interest_coverage": "interest coverage",
    MARKET_CAP: "market value",
}
"""The inputs of the score, in words."""
_SENTENCES = {
    "unusable_ticker": "its ticker is not usable",
    "no_fundamentals": "no annual record is visible",
    "stale": "its newest annual record is too old",
    "insufficient_records": "too few companies have complete records",
}
_OUTSIDE = "out_of_range:"


def exclusion_words(row: Mapping[str, Any]) -> str:
    """Say why a row of `sheet_scores` has no score.

    Method published scores the vendor's ratios where a vendor serves the record, so an input may be missing
    there that we compute ourselves from the same record and show elsewhere; the words then give ours too.

    Parameters
    ----------
    row
        The row: exclusion_reason, inputs_basis, and our own ratios of the same record as `own_<input>`.
    """
    reason = str(row["exclusion_reason"] or "")
    if reason.startswith(_OUTSIDE):
        field = reason.removeprefix(_OUTSIDE)
        return f"{FIELDS.get(field, field)} is outside the controls"
    if not reason.startswith(MISSING):
        return _SENTENCES.get(reason, reason)
    fields = reason.removeprefix(MISSING).split(",")
    of_vendor = [name for name in fields if row.get("inputs_basis") == VENDOR and name != MARKET_CAP]
    parts = {
        "the vendor serves no": [_with_ours(name, row) for name in of_vendor],
        "missing": [FIELDS.get(name, name) for name in fields if name not in of_vendor],
    }
    return "; ".join(f"{words} {', '.join(named)}" for words, named in parts.items() if named)


def _with_ours(name: str, row: Mapping[str, Any]) -> str:
    """Name an input, with our own figure if it is known."""
    own = row.get(f"own_{name}")
    if own is None:
        return FIELDS[name]
    told = f"{own:,.1f}" if name == "interest_coverage" else f"{own:.1%}"
    return f"{FIELDS[name]} (ours: {told})"
