"""marts.index_profile: size, concentration, valuation, losses, eligibility and turnover per date."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.index import valuation
from smallcap.finance.index.calendar import with_expected_event, with_pending
from smallcap.finance.index.membership import membership_changes, successive_dates, turnover
from smallcap.finance.statuses import FAIL, PASS, VERIFY
from smallcap.rules.types.index import IndexRules
from smallcap.rules.types.reconstitutions import Reconstitution
from smallcap.tables.index_profile import IndexProfile

COUNT_OF = {PASS: "eligibility_passed", FAIL: "eligibility_failed", VERIFY: "eligibility_verify"}


def index_profile(
    valued: pl.DataFrame,
    members: pl.DataFrame,
    eligibility: pl.DataFrame,
    rules: IndexRules,
    events: Sequence[Reconstitution],
    years: Sequence[int],
) -> pl.DataFrame:
    """Describe the index at each date of the given years.

    Parameters
    ----------
    valued
        Rows of `valued_members` for these years.
    members
        Rows of core.members for these years and the year before, for changes since the previous as_of.
    eligibility
        Rows of marts.index_eligibility for these years.
    rules, events
        The thresholds and the calendar.
    years
        The years whose dates are described.

    Returns
    -------
    pl.DataFrame
        One row per as_of, in the columns of marts.index_profile, ascending.
    """
    listed = members.select("as_of", "snapshot_date").unique("as_of")
    compared = successive_dates(members, years).join(listed, on="as_of", how="left", maintain_order="left")
    dates = with_pending(compared, events)
    moved = turnover(membership_changes(members, dates, ["weight"]), dates, rules.reconstitution)
    described = (
        _described(valued, rules)
        .join(_eligible(eligibility), on="as_of", how="left")
        .join(with_expected_event(moved, events), on="as_of", how="left")
        .with_columns(pl.lit(rules.label).alias("rule_set"))
    )
    return in_columns_of(without_nan(described), IndexProfile).sort("as_of")


def _described(valued: pl.DataFrame, rules: IndexRules) -> pl.DataFrame:
    by_date = valued.sort("as_of", "entity_id").group_by("year", "as_of", maintain_order=True)
    return by_date.agg(
        pl.col("index_name").first(),
        pl.len().cast(pl.Int64).alias("members"),
        pl.col("line_count").sum().alias("lines"),
        *_market_caps(),
        *_concentration(rules.top_holdings),
        *valuation.pe_excluding_losses(),
        *valuation.multiple("pe_including_losses", "net_income_usd"),
        *valuation.multiple("pb", "shareholders_equity_usd"),
        *valuation.multiple("ps", "revenue_usd"),
        *valuation.dividend_yield(),
        *valuation.unprofitable(),
    )


def _market_caps() -> list[pl.Expr]:
    cap = pl.col("market_cap_usd")
    return [
        cap.count().cast(pl.Int64).alias("market_cap_members"),
        valuation.weight_of(cap.is_not_null()).alias("market_cap_weight"),
        pl.when(cap.count() > 0).then(cap.sum()).alias("market_cap_sum_usd"),
        cap.median().alias("market_cap_median_usd"),
        cap.mean().alias("market_cap_mean_usd"),
        cap.max().alias("market_cap_largest_usd"),
        cap.min().alias("market_cap_smallest_usd"),
    ]


def _concentration(top_holdings: int) -> list[pl.Expr]:
    weight = pl.col("weight")
    has_weight = weight.is_not_null().any()
    return [
        pl.lit(top_holdings, dtype=pl.Int64).alias("top_holdings"),
        pl.when(has_weight).then(weight.top_k(top_holdings).sum()).alias("top_holdings_weight"),
        pl.when(has_weight).then((weight**2).sum()).alias("herfindahl"),
        pl.when(has_weight).then(1 / (weight**2).sum()).alias("effective_number"),
    ]


def _eligible(eligibility: pl.DataFrame) -> pl.DataFrame:
    """Count the members by their status under the rules that can be evaluated."""
    status = pl.col("known_status")
    counts = ((status == word).sum().cast(pl.Int64).alias(name) for word, name in COUNT_OF.items())
    return eligibility.group_by("as_of", maintain_order=True).agg(counts)
