"""Cleans text from a source when it is first read: names, sectors, tickers, ids; not numbers or dates."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.characters import FORBIDDEN, rust_class

LONGEST: Final = 200
"""Characters of a text that are kept; the longest name, sector or place in the real files has 34."""

_FORBIDDEN: Final = rust_class(FORBIDDEN)
_UNCLEAN: Final = rf"{_FORBIDDEN}|[^\S ]|^ | $|  "


def cleaned(texts: pl.Series, longest: int | None = LONGEST) -> pl.Series:
    """Clean a column of text.

    Parameters
    ----------
    texts
        Text as the source delivers it.
    longest
        Characters of a text that are kept; None keeps all, as for ids, which must stay distinct.

    Returns
    -------
    pl.Series
        The texts without `FORBIDDEN` characters, each run of white space replaced by one space and stripped
        at both ends; empty where nothing is left, null where a text was null.
    """
    is_unclean = texts.str.contains(_UNCLEAN).any()
    if not is_unclean and (longest is None or not (texts.str.len_chars() > longest).any()):
        return texts
    plain = texts.str.replace_all(_FORBIDDEN, "").str.replace_all(r"\s+", " ").str.strip_chars()
    return plain if longest is None else plain.str.slice(0, longest).str.strip_chars_end()


def cleaned_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Clean every text column of a frame."""
    return frame.with_columns(
        cleaned(frame[name]) for name, dtype in frame.schema.items() if dtype == pl.String
    )


def count_forbidden(texts: pl.Series) -> int:
    """Count the characters of a column of text that `cleaned` removes."""
    return int(texts.str.count_matches(_FORBIDDEN).sum())
