"""marts.thesis_checks: each claim with its number and what it says."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.errors import InputError
from smallcap.finance.frames import in_columns_of
from smallcap.finance.thesis.measures import MEASURES, Figure, Tables
from smallcap.rules.types.thesis import CLAIMS_FILE, ThesisClaim
from smallcap.tables.thesis import CONTRADICTS, NOT_KNOWN, SUPPORTS, ThesisChecks

NO_MEASURE = "no table has a number for it"
NO_LIMIT = "the number alone does not decide"


def thesis_checks(tables: Tables, claims: Sequence[ThesisClaim]) -> pl.DataFrame:
    """Judge every claim by its number.

    Parameters
    ----------
    tables
        The tables that the measures read, by name.
    claims
        The claims.

    Returns
    -------
    pl.DataFrame
        One row per claim, in the columns of marts.thesis_checks, sorted by name.

    Raises
    ------
    InputError
        When a claim asks for a measure that does not exist.
    """
    rows = [_row(claim, _figure(claim, tables)) for claim in claims]
    schema = {name: column.dtype for name, column in ThesisChecks.columns().items()}
    return in_columns_of(pl.DataFrame(rows, schema=schema, orient="row"), ThesisChecks).sort("claim")


def _figure(claim: ThesisClaim, tables: Tables) -> Figure | None:
    if claim.measure is None:
        return None
    if claim.measure not in MEASURES:
        raise InputError(
            f"{CLAIMS_FILE}: claim '{claim.claim}' asks for the measure '{claim.measure}', which does not "
            f"exist; the measures are: {', '.join(MEASURES)}"
        )
    return MEASURES[claim.measure](tables, claim.window_months)


def _row(claim: ThesisClaim, figure: Figure | None) -> dict[str, object]:
    verdict, reason = judge(claim, figure)
    known = figure or Figure(source="")
    return {
        "claim": claim.claim,
        "statement": claim.statement,
        "verdict": verdict,
        "measure": claim.measure,
        "value": known.number,
        "std_error": known.std_error,
        "value_date": known.date,
        "value_source": known.source or None,
        "low": claim.low,
        "high": claim.high,
        "reason": reason,
        "needed": claim.needed if verdict == NOT_KNOWN else None,
        "threshold_source": claim.threshold_source,
        "claim_source": claim.source,
    }


def judge(claim: ThesisClaim, figure: Figure | None) -> tuple[str, str | None]:
    """Return the verdict on a claim, and why it is not known.

    A number on a limit supports. A number nearer to a limit than `least_t` standard errors decides nothing.
    """
    if figure is None:
        return NOT_KNOWN, NO_MEASURE
    if figure.number is None:
        return NOT_KNOWN, figure.reason
    limits = [limit for limit in (claim.low, claim.high) if limit is not None]
    if not limits:
        return NOT_KNOWN, NO_LIMIT
    if claim.least_t is not None:
        if not figure.std_error:
            return NOT_KNOWN, "the number has no standard error"
        nearest = min(limits, key=lambda limit: abs(limit - figure.number))  # type: ignore[operator]
        distance = abs(figure.number - nearest) / figure.std_error
        if distance < claim.least_t:
            return NOT_KNOWN, (
                f"{distance:.1f} standard errors from the limit {nearest:g}, {claim.least_t:g} are needed"
            )
    is_above = claim.low is None or figure.number >= claim.low
    is_below = claim.high is None or figure.number <= claim.high
    return (SUPPORTS if is_above and is_below else CONTRADICTS), None
