"""Why trading in a line ended, where a source says so."""

from __future__ import annotations

from typing import Final

import polars as pl

PERFORMANCE: Final = "performance"
TAKEN_OVER: Final = "acquired"
"""Values of `delisting_cause`; `other` and null leave the cause to what prices say."""


def known_causes(securities: pl.DataFrame) -> pl.DataFrame:
    """Take the cause that the source gives for each line, from its last spell.

    Parameters
    ----------
    securities
        Rows of raw.securities: security_id, valid_from, delisting_cause.

    Returns
    -------
    pl.DataFrame
        security_id and delisting_cause, one row per line with a cause.
    """
    return (
        securities.drop_nulls("delisting_cause")
        .sort("security_id", "valid_from")
        .group_by("security_id", maintain_order=True)
        .agg(pl.col("delisting_cause").last())
    )
