"""Findings on the split basis of share counts per date: votes, names, what changed, what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from smallcap.finance.metrics.footing import DECLARED, SPLIT_ADJUSTED, UNDECIDED
from smallcap.split_basis import AS_FILED

COLUMNS = (
    "as_of",
    "entity_id",
    "shares_footing",
    "shares_footing_basis",
    "later_split_ratio",
    "footing_vote",
    "is_shares_footing_inferred",
    "is_shares_footing_doubtful",
    "is_footing_known_later",
    "is_share_count_small_for_holding",
    "is_split_inferred",
    "is_split_unchecked",
    "fund_share_of_company",
    "market_cap_usd",
    "market_cap_reason",
)
"""Columns of core.metrics_as_of that it is made of."""
WORDS = {SPLIT_ADJUSTED: "split-adjusted", AS_FILED: "as filed"}
KINDS = ("splits", "consolidations")
COUNTED_FLAGS = {
    "inferred_share_counts": "is_shares_footing_inferred",
    "doubtful_share_counts": "is_shares_footing_doubtful",
    "share_counts_known_later": "is_footing_known_later",
    "small_share_counts": "is_share_count_small_for_holding",
    "inferred_splits": "is_split_inferred",
}
"""Flags by the name of their number in marts.coverage."""


def footing_counts(metrics: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Count the votes on the split basis and what followed from them.

    Parameters
    ----------
    metrics
        Rows of core.metrics_as_of with `COLUMNS`.
    members
        Rows of core.members with `as_of`, `entity_id` and `ticker`.

    Returns
    -------
    pl.DataFrame
        One row per as_of, in the footing columns of marts.coverage.
    """
    tickers = members.select("as_of", "entity_id", "ticker")
    named = metrics.join(tickers, on=["as_of", "entity_id"], how="left")
    is_unchecked = pl.col("is_split_unchecked") & pl.col("market_cap_usd").is_not_null()
    return named.group_by("as_of").agg(
        *(_most_common(name) for name in ("shares_footing", "shares_footing_basis")),
        *_vote_counts(),
        *(_count(pl.col(flag)).alias(name) for name, flag in COUNTED_FLAGS.items()),
        _names("is_shares_footing_inferred").alias("inferred_share_count_names"),
        _names("is_shares_footing_doubtful").alias("doubtful_share_count_names"),
        _names("is_split_inferred").alias("inferred_split_names"),
        _count(pl.col("market_cap_reason") == "shares_basis_doubtful").alias("share_counts_without_basis"),
        _count(is_unchecked).alias("splits_unchecked"),
        pl.col("fund_share_of_company").median().alias("median_fund_share"),
    )


def _vote_counts() -> Iterator[pl.Expr]:
    """Count the votes for and against split-adjusted counts, of splits and of consolidations."""
    is_split = pl.col("later_split_ratio") > 1
    has_vote, is_for = pl.col("footing_vote").is_not_null(), pl.col("footing_vote") == SPLIT_ADJUSTED
    for kind, of_kind in zip(KINDS, (is_split, ~is_split), strict=True):
        yield _count(is_for & of_kind).alias(f"footing_votes_{kind}_for")
        yield _count(has_vote & ~is_for & of_kind).alias(f"footing_votes_{kind}_against")


def _count(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(False).sum().cast(pl.Int64)


def _names(flag: str) -> pl.Expr:
    """List the tickers of the flagged companies in one text; null where there is none."""
    names = pl.col("ticker").filter(pl.col(flag).fill_null(False)).sort()
    return pl.when(names.len() > 0).then(names.str.join(", "))


def _most_common(column: str) -> pl.Expr:
    return pl.col(column).drop_nulls().mode().sort().first().alias(column)


def footing_finding(row: dict[str, object], min_votes: int) -> tuple[bool, str]:
    """Say in one sentence what was found of the split basis on a date, and whether it is a warning.

    Parameters
    ----------
    row
        A row of marts.coverage.
    min_votes
        Votes below which nothing is decided.
    """
    as_of, footing, basis = row["as_of"], row["shares_footing"], row["shares_footing_basis"]
    if footing is None:
        return False, f"{as_of}: no share count"
    (for_splits, splits), (for_consolidations, consolidations) = (_votes(row, kind) for kind in KINDS)
    votes = splits + consolidations
    tally = f"{for_splits} of {splits} splits and {for_consolidations} of {consolidations} consolidations"
    changed = _changed(row)
    if basis == DECLARED:
        return bool(changed), f"{as_of}: share counts are {WORDS[str(footing)]}, as declared{changed}"
    if footing == UNDECIDED:
        few = f"{votes} of at least {min_votes} companies with a clear later split"
        return votes > 0 or bool(row["inferred_split_names"]), (
            f"{as_of}: the split basis of share counts is undecided ({few}), so they are taken as filed; "
            f"set shares_split_basis if it is known{changed}"
        )
    verb = "say so" if footing == SPLIT_ADJUSTED else "say that they are split-adjusted"
    is_warning = footing != AS_FILED or bool(row["inferred_split_names"])
    return is_warning, f"{as_of}: share counts are {WORDS[str(footing)]}: {tally} {verb}{changed}"


def _votes(row: dict[str, object], kind: str) -> tuple[int, int]:
    """Votes that the table is split-adjusted, and all votes."""
    in_favour, against = (int(str(row[f"footing_votes_{kind}_{side}"])) for side in ("for", "against"))
    return in_favour, in_favour + against


def _changed(row: dict[str, object]) -> str:
    words = ""
    if row["inferred_share_count_names"]:
        words += f"; brought back: {row['inferred_share_count_names']}"
    if row["doubtful_share_count_names"]:
        words += f"; doubtful: {row['doubtful_share_count_names']}"
    if row["inferred_split_names"]:
        words += f"; multiplied by a split between two lists: {row['inferred_split_names']}"
    return words
