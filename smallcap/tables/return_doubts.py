"""core.return_doubts: returns that are extreme, and the evidence against them."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import date, flag, key_date, key_id, looks_later, ratio, text, year
from smallcap.tables.factors import MONTH, MONTH_YEAR

SUSPECTED_LATER = "evidence comes with later lists and counts, on suspect_known_date"
REVERSED_LATER = "a reversal comes in a later month, reversed_month"


class ReturnDoubts(dy.Schema):
    """One row per month and line whose return is extreme or suspect; looks later, as its dates say."""

    year = year(MONTH_YEAR)
    month = key_date(MONTH)
    security_id = key_id("our id of the line (share class)")
    total_return = dy.Float64(
        nullable=False, min=-1, metadata={"unit": "fraction"}, description="return of the month, kept"
    )
    is_return_extreme = flag("above +100% or below -50%; removes nothing, and is known at the month's end")
    is_return_suspect = looks_later(
        flag("there is evidence against the return; known on suspect_known_date"), SUSPECTED_LATER
    )
    evidence = looks_later(
        text(
            "what speaks against it: holding_quantity or share_count (moved by the inverse ratio), "
            "traded_close (disagrees); comma-separated, null for nothing"
        ),
        SUSPECTED_LATER,
    )
    suspect_known_date = looks_later(
        date("first day on which evidence could be known; null without evidence"), SUSPECTED_LATER
    )
    holding_move = looks_later(
        ratio(
            "the fund's holding after the month over that before, relative to the median line",
            "multiple",
            min=0,
        ),
        SUSPECTED_LATER,
    )
    holding_date = looks_later(date("date of the later list"), SUSPECTED_LATER)
    count_move = looks_later(
        ratio("share count after the month over that before, as first known", "multiple", min=0),
        SUSPECTED_LATER,
    )
    count_date = looks_later(date("day on which the later count became known"), SUSPECTED_LATER)
    traded_ratio = ratio(
        "close as traded over that of the month before, splits considered", "multiple", min=0
    )
    is_return_reversed_later = looks_later(
        flag("a later extreme return takes the price back; descriptive, known on reversed_month"),
        REVERSED_LATER,
    )
    reversed_month = looks_later(date("the month of that return; null for none"), REVERSED_LATER)
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def suspicion_has_evidence(cls) -> pl.Expr:
        """A return is suspect if and only if there is evidence, with the day on which it could be known."""
        is_suspect = pl.col("is_return_suspect")
        return (is_suspect == pl.col("evidence").is_not_null()) & (
            is_suspect == pl.col("suspect_known_date").is_not_null()
        )
