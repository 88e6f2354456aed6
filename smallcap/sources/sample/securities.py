"""The names, ids and codes of the sample's lines, one row per line and ticker spell (raw.securities)."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from smallcap.sources.base import SECURITIES_COLUMNS
from smallcap.sources.sample.calendar import MONTH_COUNT, last_sessions, month_starts
from smallcap.sources.sample.columns import spread, whole
from smallcap.sources.sample.industries import INDUSTRIES
from smallcap.sources.sample.lines import SOURCE, Lines, line_names
from smallcap.sources.sample.names import Texts
from smallcap.sources.sample.randomness import Flags
from smallcap.sources.sample.spells import Spells
from smallcap.sources.sample.universe import Companies

NO_STATEMENTS: Final = "the fundamentals source has no annual reports of this company"
LEFTOVER: Final = "leftover of a merger (contingent value right, escrow or rights), not a company"


def securities_frame(
    companies: Companies, lines: Lines, spells: Spells, delisting_cause: Texts
) -> pl.DataFrame:
    """Return one row per line and ticker spell, in the columns of `SECURITIES_COLUMNS`."""
    line = spells.line
    is_resolved = companies.is_resolved[lines.company] & ~lines.is_leftover
    reason = _blank_where(is_resolved, np.where(lines.is_leftover, LEFTOVER, NO_STATEMENTS))
    industry = companies.industry[lines.company]
    codes = {
        "sector": np.array([item.sector for item in INDUSTRIES], dtype=object)[industry],
        "sic": np.array([item.sic for item in INDUSTRIES], dtype=object)[industry],
        "gics": np.array([item.gics for item in INDUSTRIES], dtype=object)[industry],
    }
    return (
        pl.DataFrame(
            {
                "source_id": spread(lines.source_id, line),
                "valid_from": month_starts()[spells.first_month],
                "valid_to": last_sessions()[np.minimum(spells.last_month, MONTH_COUNT - 1)],
                "is_over": spells.last_month < MONTH_COUNT,
                "source_entity_id": spread(lines.source_entity_id, line),
                "ticker": whole(spells.listed_ticker),
                "name": spread(line_names(companies, lines), line),
                **{
                    name: spread(_blank_where(lines.is_leftover, values), line)
                    for name, values in codes.items()
                },
                "is_resolved": is_resolved[line],
                "unresolved_reason": spread(reason, line),
                "delisting_cause": spread(delisting_cause, line),
            }
        )
        .with_columns(
            pl.lit(SOURCE).alias("source"),
            pl.lit(None, pl.String).alias("resolution_evidence"),
            pl.lit(None, pl.String).alias("resolved_by"),
            pl.lit(None, pl.String).alias("filer_status"),
            pl.lit(False).alias("is_resolution_later"),
            pl.lit(False).alias("is_resolution_corrected"),
            pl.when("is_over").then("valid_to").alias("valid_to"),
            pl.when(pl.col("valid_from") == pl.col("valid_from").max().over("source_id"))
            .then("delisting_cause")
            .alias("delisting_cause"),
            _normalised(pl.col("ticker")),
        )
        .select(*SECURITIES_COLUMNS)
        .cast(SECURITIES_COLUMNS)  # type: ignore[arg-type]
    )


def _blank_where(is_blank: Flags, values: Texts) -> Texts:
    blanked = values.astype(object)
    blanked[is_blank] = None
    return blanked


def _normalised(ticker: pl.Expr) -> pl.Expr:
    bare = ticker.str.replace_all(r"[^A-Za-z0-9]", "").str.to_uppercase()
    return pl.when(bare == "").then(ticker).otherwise(bare).alias("ticker")
