"""Signs that a company filed under another registration number before: successor forms, late reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.rules.types.cik_successions import CikSuccession
from smallcap.rules.types.cusip_identity import CusipIdentity

SUCCESSOR_FORMS: Final = ("8-K12B", "8-K12B/A", "8-K12G3", "8-K12G3/A")
"""Forms by which a new registrant takes over the registration of an earlier one."""


def successor_filings(filings: pl.DataFrame) -> pl.DataFrame:
    """Find registrants that took over another's registration, by the form that says so.

    Parameters
    ----------
    filings
        Rows of EDGAR's index or of submissions: cik, form, filed, accession.

    Returns
    -------
    pl.DataFrame
        cik, `date` and accession of the first such filing of each registrant, sorted by cik: what a row of
        cik_successions.csv needs but for the earlier number, which the filing names.
    """
    return (
        filings.filter(pl.col("form").is_in(SUCCESSOR_FORMS))
        .sort("cik", "filed", "accession")
        .unique("cik", keep="first", maintain_order=True)
        .select("cik", "accession", date="filed")
    )


def succession_candidates(
    listed: pl.DataFrame, anchored: pl.DataFrame, successions: Sequence[CikSuccession], rules: CusipIdentity
) -> pl.DataFrame:
    """Find companies that may have filed under another number before: their reports begin late.

    Parameters
    ----------
    listed
        Rows with `cik` and `list_date`: the lists that show the company.
    anchored
        Rows with `cik` and `period_end`: the fiscal years whose own annual filing is known.
    successions
        The known ones, which are no candidates.
    rules
        How late is late.

    Returns
    -------
    pl.DataFrame
        `cik`, `first_list_date`, `first_period_end` and `reason`, sorted by `cik`. A company without any
        annual filing is none: it may file nothing that is read.
    """
    known = list({row.new_cik for row in successions})
    first_listed = listed.drop_nulls("cik").group_by("cik").agg(first_list_date=pl.col("list_date").min())
    first_known = anchored.group_by("cik").agg(first_period_end=pl.col("period_end").min())
    late = pl.col("first_period_end") - pl.col("first_list_date") > pl.duration(days=rules.late_history_days)
    sentence = (
        "in a list of {} and with annual reports only from {} on: it may have filed under another number "
        "before; if so, add a row to cik_successions.csv"
    )
    return (
        first_listed.join(first_known, on="cik")
        .filter(late, ~pl.col("cik").is_in(known))
        .with_columns(reason=pl.format(sentence, "first_list_date", "first_period_end"))
        .sort("cik")
    )
