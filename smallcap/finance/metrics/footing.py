"""The footing of share counts: as filed, or adjusted by the source for later splits.

Footing is a property of a source's table. Where the user declares none, the companies with a clear later
split vote on it: a table is split-adjusted where the holding ratio of most of them comes nearer the list's
median once the count is brought back. Only the list of as_of decides.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.holding_ratio import held_shares, is_near
from smallcap.finance.metrics.later_splits import simple_ratios
from smallcap.rules.types.footing import FootingRules, HoldingRatioRules
from smallcap.split_basis import ADJUSTED_TO, AS_FILED

SPLIT_ADJUSTED, UNDECIDED = "split_adjusted", "undecided"
"""Beside `AS_FILED`, what the column `shares_footing` says."""
DECLARED, VOTE, VINTAGES = "declared", "vote", "vintages"
"""What a footing rests on."""
_TABLE = ("as_of", "source")


def adjusted_to(basis: str) -> pl.Expr:
    """Date up to which a declared split basis says that counts are adjusted; null where it says none."""
    return pl.col(basis).str.extract(rf"^{ADJUSTED_TO} (.+)$").str.to_date("%Y-%m-%d")


def vintage_ratios(seen: pl.DataFrame, records: pl.DataFrame, rules: FootingRules) -> pl.DataFrame:
    """Compare each count with that of the earliest other record of the same period that was known as filed.

    Parameters
    ----------
    seen
        Rows with `as_of`, `entity_id` and the columns of their visible record.
    records
        Rows of core.annual_metrics.
    rules
        The thresholds.

    Returns
    -------
    pl.DataFrame
        One row per row given, in order: `has_vintage`, and `vintage_ratio`, the simple ratio of the count to
        the earlier one, null where there is none.
    """
    key = ["entity_id", "period_end", "shares_basis", "shares_date"]
    first = (
        records.filter(pl.col("shares") > 0, ~pl.col("is_value_restated"))
        .sort("available_date", "version", "source")
        .unique(key, keep="first", maintain_order=True)
        .select(
            *key,
            pl.col("shares").alias("first_shares"),
            pl.col("available_date").alias("first_date"),
            pl.col("version").alias("first_version"),
        )
    )
    pairs = seen.select("as_of", *key, "shares", "shares_split_basis", "version", "available_date").join(
        first, on=key, how="left", maintain_order="left"
    )
    is_other = (pl.col("first_version") != pl.col("version")) | (
        pl.col("first_date") != pl.col("available_date")
    )
    is_known = (pl.col("first_date") <= pl.col("as_of")) & (pl.col("shares") > 0)
    has_vintage = (pl.col("shares_split_basis").is_null() & is_other & is_known).fill_null(False)
    compared = pairs.select(
        has_vintage.alias("has_vintage"),
        pl.when(has_vintage).then(pl.col("shares") / pl.col("first_shares")).alias("ratio"),
    )
    exact = pl.Series(values=[True], dtype=pl.Boolean).new_from_index(0, compared.height)
    return compared.select("has_vintage").hstack(
        [simple_ratios(compared["ratio"], exact, rules.ratios).alias("vintage_ratio")]
    )


def footed(priced: pl.DataFrame, rules: FootingRules, holding: HoldingRatioRules) -> pl.DataFrame:
    """Bring each count to the split basis of its price's day.

    In a split-adjusted table a company's count is brought back where that brings its holding ratio nearer
    the list's median, and left where it is near already: its split came after the table's date. Where
    neither is so, the count is left and flagged doubtful. What a user declares needs no holding ratio; a
    known one that is near already still leaves the count. Two vintages of one period outrank the vote.

    Parameters
    ----------
    priced
        Rows with `as_of`, `source`, `price_date`, the visible count in `shares`, `shares_split_basis`, the
        fund's holding, and the columns of `adjusted_ratios`, `simple_ratios` (`later_split_ratio`),
        `vintage_ratios` and `split_factors`.
    rules, holding
        The thresholds.

    Returns
    -------
    pl.DataFrame
        The rows in their order; `shares` on the price's basis, and the footing columns of
        core.metrics_as_of.
    """
    candidates = priced.with_columns(*_candidates()).with_columns(*_distances())
    voted = candidates.with_columns(_vote(holding).alias("footing_vote"))
    found = voted.join(_findings(voted, rules), on=list(_TABLE), how="left", maintain_order="left")
    decided = found.with_columns(*_footings()).with_columns(_is_brought_back().alias("is_brought"))
    return decided.with_columns(*_outcome(rules, holding))


def _candidates() -> list[pl.Expr]:
    """Return both counts that a row may mean: left, with the splits up to the price; or brought back."""
    is_declared_adjusted = (adjusted_to("shares_split_basis") > pl.col("price_date")).fill_null(False)
    as_filed = pl.col("shares") / pl.when("has_vintage").then("vintage_ratio").fill_null(1.0)
    left = pl.when(is_declared_adjusted).then("shares").otherwise(as_filed * pl.col("split_factor"))
    return [
        left.alias("count_left"),
        (pl.col("shares") / pl.col("later_split_ratio").fill_null(1.0)).alias("count_brought_back"),
        pl.col("shares_split_basis").is_null().alias("is_undeclared"),
        is_declared_adjusted.alias("is_declared_adjusted"),
    ]


def _distances() -> list[pl.Expr]:
    """Return the holding ratios of both counts, and whether the one brought back is nearer to the median."""
    median = held_shares(pl.col("count_left")).median().over("as_of")
    left, back = (held_shares(pl.col(name)) / median for name in ("count_left", "count_brought_back"))
    is_nearer = back.log().abs() < left.log().abs()
    return [
        left.alias("ratio_left"),
        back.alias("ratio_brought_back"),
        is_nearer.alias("is_nearer_brought_back"),
    ]


def _vote(holding: HoldingRatioRules) -> pl.Expr:
    """Return the vote of a company with a clear later split; a count in another unit says nothing."""
    is_plausible = pl.any_horizontal(
        pl.col(name).is_between(holding.least, holding.greatest)
        for name in ("ratio_left", "ratio_brought_back")
    )
    has_split = pl.col("later_split_ratio").is_not_null() & is_plausible
    is_voter = pl.col("is_undeclared") & ~pl.col("has_vintage") & has_split
    vote = pl.when("is_nearer_brought_back").then(pl.lit(SPLIT_ADJUSTED)).otherwise(pl.lit(AS_FILED))
    return pl.when(is_voter & pl.col("is_nearer_brought_back").is_not_null()).then(vote)


def _findings(voted: pl.DataFrame, rules: FootingRules) -> pl.DataFrame:
    """Count the votes per date and source: the footing of the majority, null with too few votes.

    `is_found_from_then_on` says whether the list of the date or a later one finds the table split-adjusted.
    """
    votes = pl.col("footing_vote").count()
    is_most = 2 * (pl.col("footing_vote") == SPLIT_ADJUSTED).sum() > votes
    findings = (
        voted.group_by(_TABLE)
        .agg(
            pl.when(votes >= rules.min_votes)
            .then(pl.when(is_most).then(pl.lit(SPLIT_ADJUSTED)).otherwise(pl.lit(AS_FILED)))
            .alias("footing_found")
        )
        .sort("source", "as_of", descending=[False, True], nulls_last=True)
    )
    is_adjusted = (pl.col("footing_found") == SPLIT_ADJUSTED).fill_null(False)
    return findings.with_columns(
        is_adjusted.cum_max().over("source").alias("is_found_from_then_on"),
        is_adjusted.alias("is_found_adjusted"),
    )


def _footings() -> list[pl.Expr]:
    has_record = pl.col("shares").is_not_null()
    basis = (
        pl.when(~pl.col("is_undeclared"))
        .then(pl.lit(DECLARED))
        .when("has_vintage")
        .then(pl.lit(VINTAGES))
        .when(pl.col("footing_found").is_not_null())
        .then(pl.lit(VOTE))
    )
    is_adjusted = pl.col("is_declared_adjusted") | (
        ~pl.col("has_vintage") & pl.col("is_undeclared") & pl.col("is_found_adjusted")
    )
    return [
        pl.when(has_record).then(_footing()).alias("shares_footing"),
        pl.when(has_record).then(basis).alias("shares_footing_basis"),
        is_adjusted.fill_null(False).alias("is_adjusted"),
    ]


def _is_brought_back() -> pl.Expr:
    """Return whether the count is brought back, by its holding ratio; if that is unknown, by declaration."""
    by_declaration = pl.when(pl.col("ratio_left").is_null()).then(pl.col("is_declared_adjusted"))
    return pl.col("is_adjusted") & pl.coalesce(by_declaration, "is_nearer_brought_back").fill_null(False)


def _footing() -> pl.Expr:
    """Choose the split basis: as declared, else by two vintages, else as found by the vote."""
    by_declaration = _adjusted_if(adjusted_to("shares_split_basis").is_not_null())
    by_vintages = _adjusted_if(pl.col("vintage_ratio").is_not_null())
    return (
        pl.when(~pl.col("is_undeclared"))
        .then(by_declaration)
        .when("has_vintage")
        .then(by_vintages)
        .otherwise(pl.col("footing_found").fill_null(UNDECIDED))
    )


def _adjusted_if(is_adjusted: pl.Expr) -> pl.Expr:
    return pl.when(is_adjusted).then(pl.lit(SPLIT_ADJUSTED)).otherwise(pl.lit(AS_FILED))


def _outcome(rules: FootingRules, holding: HoldingRatioRules) -> list[pl.Expr]:
    has_record = pl.col("shares").is_not_null()
    flags = {
        "is_shares_footing_inferred": _is_inferred(),
        "is_shares_footing_doubtful": _is_doubtful(rules, holding),
        "is_footing_known_later": pl.col("is_found_from_then_on")
        & ~pl.col("is_found_adjusted")
        & (pl.col("footing_vote") == SPLIT_ADJUSTED),
    }
    has_no_ratio = pl.col("adjusted_ratio").is_null()
    is_unchecked = pl.when("is_adjusted").then(has_no_ratio).otherwise("is_split_unchecked")
    return [
        pl.when("is_brought").then("count_brought_back").otherwise("count_left").alias("shares"),
        is_unchecked.alias("is_split_unchecked"),
        *(pl.when(has_record).then(flag.fill_null(False)).alias(name) for name, flag in flags.items()),
    ]


def _is_inferred() -> pl.Expr:
    """Whether the count was changed by what was found, and not by what was declared."""
    is_changed_by_vintage = pl.col("has_vintage") & pl.col("vintage_ratio").is_not_null()
    return (pl.col("is_brought") & _differs() & pl.col("is_undeclared")) | is_changed_by_vintage


def _is_doubtful(rules: FootingRules, holding: HoldingRatioRules) -> pl.Expr:
    """Whether the table is split-adjusted, but the count was left although that does not bring it near."""
    ratio = pl.col("adjusted_ratio")
    is_odd = (
        pl.col("later_split_ratio").is_null()
        & ((ratio > 2 * (1 - rules.ratios.rounding)) | (ratio < (1 + rules.ratios.tolerance) / 2))
    ).fill_null(False)
    is_left_near = is_near(pl.col("ratio_left"), holding).fill_null(False)
    return pl.col("is_adjusted") & ~is_left_near & ((_differs() & ~pl.col("is_brought")) | is_odd)


def _differs() -> pl.Expr:
    return (pl.col("count_brought_back") != pl.col("count_left")).fill_null(False)
