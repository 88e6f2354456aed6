"""marts.quintile_outcomes: what became of the companies of a quintile a year later."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import (
    AS_OF_YEAR,
    count,
    date,
    key_date,
    key_text,
    looks_later,
    number,
    ratio,
    text,
    year,
)


def _exits(which: str) -> dy.Int64:
    """Make a column of exits by cause, which rests on prices up to a year after the removal."""
    return looks_later(
        count(f"of the exits, companies {which}", unit="companies"),
        "the causes of marts.index_changes do; cause_known_date there says when",
    )


class QuintileOutcomes(dy.Schema):
    """One row per as_of, method, basis and quintile (0: all): what became of those scored 21 months before.

    On the row of the later date, on which the outcome is judged.
    """

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, at which the outcome is judged")
    method = key_text("published, or debt_free_aware")
    basis = key_text("point_in_time or as_published")
    quintile = dy.Int64(
        primary_key=True,
        min=0,
        max=5,
        description="quintile at formed_as_of, 1 worst to 5 best; 0 is all scored",
    )
    formed_as_of = date(
        "month's end 21 months before as_of, at which the companies were scored", nullable=False
    )
    companies = count("companies scored in this quintile at formed_as_of", unit="companies")
    reported = count(
        "of these, companies whose outcome year is known at as_of: the first fiscal year that ends 6 to 18 "
        "months after formed_as_of",
        unit="companies",
    )
    reported_share = ratio("reported over companies", min=0, max=1)
    months_to_period_end_median = number(
        "months from formed_as_of to the end of the outcome year, median", "months", min=0
    )
    months_to_known_median = number(
        "months from formed_as_of to the day on which the outcome year became known, median", "months", min=0
    )
    losses = count("of reported, companies with a loss in the outcome year", unit="companies")
    loss_share = ratio("losses over reported", min=0, max=1)
    loss_share_low = ratio(
        "losses over companies: those that have not reported as without a loss", min=0, max=1
    )
    loss_share_high = ratio("losses and companies that have not reported, over companies", min=0, max=1)
    debt_to_assets_median = ratio("median debt_to_assets of the outcome years")
    exits = count("companies that are not members at as_of", unit="companies")
    exit_share = ratio("exits over companies", min=0, max=1)
    exits_graduated = _exits("that became too large")
    exits_acquired = _exits(
        "that the source says were acquired, or whose line stopped trading and did not fail"
    )
    exits_failed = _exits(
        "that the source says were delisted for their performance; where it gives no cause, whose line "
        "stopped trading below 1 USD or after losing half within a year"
    )
    exits_other = _exits("removed for their size or price")
    exits_unknown = _exits("whose removal is not explained")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def every_exit_has_one_cause(cls) -> pl.Expr:
        """The causes add up to the exits."""
        causes = ("graduated", "acquired", "failed", "other", "unknown")
        return pl.sum_horizontal(f"exits_{cause}" for cause in causes) == pl.col("exits")

    @dy.rule()
    def bounds_contain_the_share(cls) -> pl.Expr:
        """The share of losses lies within its bounds."""
        share = pl.col("loss_share")
        return share.is_null() | share.is_between("loss_share_low", "loss_share_high")
