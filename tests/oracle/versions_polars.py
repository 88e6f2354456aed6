"""Which figures of a record may be used, and which together: neither in doubt nor of two versions."""

from __future__ import annotations

import polars as pl


def trusted(name: str) -> pl.Expr:
    """A figure; null where its scale is suspect."""
    return pl.when(~_lists("scale_suspect_fields", name)).then(name).alias(name)


def of_one_version(part: str, *others: str) -> pl.Expr:
    """A figure; null where it comes from an earlier version and one of the others was changed."""
    is_changed = pl.any_horizontal(_lists("amended_fields", name) for name in others)
    return pl.when(~(_lists("inherited_fields", part) & is_changed)).then(part)


def _lists(column: str, name: str) -> pl.Expr:
    return pl.col(column).fill_null("").str.split(", ").list.contains(name)
