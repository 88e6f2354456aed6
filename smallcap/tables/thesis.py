"""The table of the deep dive's claims beside our own numbers."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import date, key_text, number, text

SUPPORTS, CONTRADICTS, NOT_KNOWN = "supports", "contradicts", "not known"


class ThesisChecks(dy.Schema):
    """One row per claim of the published deep dive: our number at the latest date, and what it says."""

    claim = key_text("short name of the claim")
    statement = text("the claim in one sentence", nullable=False)
    verdict = text(
        "supports or contradicts: the number is inside or outside the limits; not known: there is no number, "
        "no limit, or the number is too near the limit for its standard error",
        nullable=False,
    )
    measure = text("name of the measure (docs/methods/thesis-checks.md); null if no table has a number")
    value = number("our number", "as the measure says")
    std_error = number("its standard error, where it has one", "as value", min=0)
    value_date = date("date or last month of the number")
    value_source = text("the table that the number comes from")
    low = number("the claim is supported from here", "as value")
    high = number("to here", "as value")
    reason = text("why the verdict is not known; null if it is")
    needed = text("what would decide; null if the number does")
    threshold_source = text("origin of the limits")
    claim_source = text("where the claim is made", nullable=False)

    @dy.rule()
    def verdict_has_a_number_or_a_reason(cls) -> pl.Expr:
        """A verdict has a number with its date and table; otherwise the row says why and what is needed."""
        is_open = pl.col("verdict") == NOT_KNOWN
        has_number = pl.all_horizontal(pl.col("value", "value_date", "value_source").is_not_null())
        is_told = pl.col("reason").is_not_null() & pl.col("needed").is_not_null()
        return pl.when(is_open).then(is_told).otherwise(has_number & pl.col("reason").is_null())
