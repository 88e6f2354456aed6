"""How two names of a company compare: by their words, without punctuation, case, spaces and legal form."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.rules.types.identity import Identity

EQUAL, CONTAINED, SHARED, PREFIX, INITIALS, COMMON, NONE, UNKNOWN = (
    "equal", "contained", "shared", "prefix", "initials", "common", "none", "unknown",
)  # fmt: skip
SIMILAR = (EQUAL, CONTAINED, SHARED)
"""Kinds of names with a distinctive word in common, or the same letters."""


def words(name: pl.Expr, left_out: Sequence[str]) -> pl.Expr:
    """Return the words of a name in upper case, without legal forms and share classes."""
    spelled = name.str.to_uppercase().str.extract_all("[A-Z0-9]+")
    return spelled.list.eval(pl.element().filter(~pl.element().is_in(list(left_out))))


def compared(pairs: pl.DataFrame, rules: Identity, insignificant: Sequence[str]) -> pl.DataFrame:
    """Compare two names of each row.

    Parameters
    ----------
    pairs
        Columns `name_a` and `name_b`; other columns and repeated rows are allowed.
    rules
        Common words, and when a word counts as a prefix or as initials.
    insignificant
        Words that are left out, with the rules' own.

    Returns
    -------
    pl.DataFrame
        One row per pair of names: name_a, name_b, `names` (one of the kinds above) and `common_to_both`, the
        distinctive words of both.
    """
    left_out = [*insignificant, *rules.cut_off_words]
    unique = pairs.select("name_a", "name_b").unique(maintain_order=True)
    spelled = unique.with_columns(a=words(pl.col("name_a"), left_out), b=words(pl.col("name_b"), left_out))
    split = spelled.with_columns(
        distinct_a=_distinctive(pl.col("a"), rules), distinct_b=_distinctive(pl.col("b"), rules)
    ).with_columns(both=pl.col("distinct_a").list.set_intersection("distinct_b"))
    is_partial = _is_abbreviated(split, rules)
    kind = (
        pl.when(_is_empty("a") | _is_empty("b"))
        .then(pl.lit(UNKNOWN))
        .when(pl.col("a").list.join("") == pl.col("b").list.join(""))
        .then(pl.lit(EQUAL))
        .when(~_is_empty("both") & _one_has_all())
        .then(pl.lit(CONTAINED))
        .when(~_is_empty("both"))
        .then(pl.lit(SHARED))
        .when(is_partial)
        .then(pl.lit(PREFIX))
        .when(_is_initials("a", "b", rules) | _is_initials("b", "a", rules))
        .then(pl.lit(INITIALS))
        .when(pl.col("a").list.set_intersection("b").list.len() > 0)
        .then(pl.lit(COMMON))
        .otherwise(pl.lit(NONE))
    )
    return split.select(
        "name_a",
        "name_b",
        kind.alias("names"),
        pl.col("both").list.sort().list.join(" ").alias("common_to_both"),
    )


def _distinctive(spelled: pl.Expr, rules: Identity) -> pl.Expr:
    element = pl.element()
    is_plain = ~element.is_in(list(rules.common_words)) & (element.str.len_chars() > 1)
    return spelled.list.eval(element.filter(is_plain))


def _is_empty(column: str) -> pl.Expr:
    return pl.col(column).list.len().fill_null(0) == 0


def _one_has_all() -> pl.Expr:
    shared = pl.col("a").list.set_intersection("b").list.len()
    return shared == pl.min_horizontal(
        pl.col("a").list.unique().list.len(), pl.col("b").list.unique().list.len()
    )


def _is_initials(short: str, long: str, rules: Identity) -> pl.Expr:
    """Whether the initials of one name are a word of the other."""
    initials = pl.col(long).list.eval(pl.element().str.slice(0, 1)).list.join("")
    is_long = pl.col(long).list.len() >= rules.limits.initials
    return (is_long & pl.col(short).list.contains(initials)).fill_null(False)


def _is_abbreviated(split: pl.DataFrame, rules: Identity) -> pl.Series:
    """Whether a distinctive word of one name begins with one of the other, which has enough letters."""
    numbered = split.select("distinct_a", "distinct_b").with_row_index("_pair")
    left = numbered.select("_pair", word_a="distinct_a").explode("word_a")
    right = numbered.select("_pair", word_b="distinct_b").explode("word_b")
    a, b = pl.col("word_a"), pl.col("word_b")
    shorter = pl.min_horizontal(a.str.len_chars(), b.str.len_chars())
    begins = (a.str.starts_with(b) | b.str.starts_with(a)) & (shorter >= rules.limits.prefix_letters)
    found = left.join(right, on="_pair").filter(begins)["_pair"].unique()
    return numbered["_pair"].is_in(found.implode())
