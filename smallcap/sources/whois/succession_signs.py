"""Signs that a company has another number: forms of successors, late reports, who has its ticker today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from smallcap.finance.tickers import normalised
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
        Rows with `cik`, `name` and `list_date`: the lists that show the company, and its name in them.
    anchored
        Rows with `cik` and `period_end`: the fiscal years whose own annual filing is known.
    successions
        The known ones, which are no candidates.
    rules
        How late is late.

    Returns
    -------
    pl.DataFrame
        `cik`, `name`, `first_list_date`, `first_period_end` and `reason`, sorted by `cik`. A company without
        any annual filing is none: it may file nothing that is read.
    """
    known = list({row.new_cik for row in successions})
    newest_name = pl.col("name").sort_by("list_date", "name").last()
    first_listed = (
        listed.drop_nulls("cik").group_by("cik").agg(newest_name, first_list_date=pl.col("list_date").min())
    )
    first_known = anchored.group_by("cik").agg(first_period_end=pl.col("period_end").min())
    late = pl.col("first_period_end") - pl.col("first_list_date") > pl.duration(days=rules.late_history_days)
    sentence = "in a list of {} and with annual reports only from {} on"
    return (
        first_listed.join(first_known, on="cik")
        .filter(late, ~pl.col("cik").is_in(known))
        .with_columns(reason=pl.format(sentence, "first_list_date", "first_period_end"))
        .sort("cik")
    )


def later_numbers(
    lines: pl.DataFrame, tickers: pl.DataFrame, successions: Sequence[CikSuccession]
) -> pl.DataFrame:
    """Find companies whose ticker another number with a like name has today: their reports may go on there.

    Parameters
    ----------
    lines
        Rows with `cik`, `name` and `ticker`: the companies of lists.
    tickers
        Today's holders: cik, name, ticker.
    successions
        The known ones, which are no candidates.

    Returns
    -------
    pl.DataFrame
        `cik`, `name`, `new_cik` and `reason`, sorted by both numbers. Names are alike when their first words
        are equal: a ticker that passed to another company is no sign.
    """
    known = list({row.old_cik for row in successions})
    holders = tickers.select(new_cik="cik", new_name="name", ticker=normalised(pl.col("ticker")))
    first_word = [pl.col(name).str.to_uppercase().str.extract(r"(\w+)") for name in ("name", "new_name")]
    reason = pl.format("has its ticker {} today under CIK {} ({})", "ticker", "new_cik", "new_name")
    return (
        lines.drop_nulls("cik")
        .join(holders, on="ticker")
        .filter(pl.col("cik") != pl.col("new_cik"), ~pl.col("cik").is_in(known))
        .filter(first_word[0] == first_word[1])
        .select("cik", "name", "new_cik", reason=reason)
        .unique(["cik", "new_cik"], keep="first", maintain_order=True)
        .sort("cik", "new_cik")
    )
