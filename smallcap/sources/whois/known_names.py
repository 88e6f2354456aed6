"""Every name that the SEC's records have of a company, with the time in which it was its name."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.rules.types.cusip_identity import CusipIdentity
from smallcap.rules.types.holdings import HoldingsRules
from smallcap.sources.identity.names import words

KNOWN_SCHEMA: Final[dict[str, type[pl.DataType]]] = {
    "cik": pl.String,
    "company_name": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "way": pl.String,
}
"""`valid_from` and `valid_to` are null where the time has no bound; the slack of the rules is in them."""
TODAY, SUBMITTED, FILED, INDEXED = "name_today", "name_in_submissions", "name_as_filed", "name_in_index"
WAYS: Final = (SUBMITTED, FILED, INDEXED, TODAY)
"""The records of names, the most reliable first."""
_STATE: Final = r"(?i)\s*/[A-Z][A-Z .]{0,20}/?\s*$"
"""EDGAR adds the state of a company to names that two have: OWENS ILLINOIS INC /DE/."""


def known_names(
    tickers: pl.DataFrame,
    submitted: pl.DataFrame,
    filed: pl.DataFrame,
    indexed: pl.DataFrame,
    rules: CusipIdentity,
) -> pl.DataFrame:
    """Bring the records of names together.

    Parameters
    ----------
    tickers
        Today's tickers (`cik`, `name`).
    submitted
        Names of submissions (`cik`, `name`, `valid_from`, `valid_to`).
    filed
        Names of the Financial Statement Data Sets: `cik`, `name`, `former`, `changed`, `filed`.
    indexed
        Filings of EDGAR's index: `cik`, `name`, `form`, `filed`.
    rules
        How far a name reaches beyond its time.

    Returns
    -------
    pl.DataFrame
        `KNOWN_SCHEMA`, without repeated rows.
    """
    slack, reach = (pl.duration(days=days) for days in (rules.name_slack_days, rules.filing_reach_days))
    nothing = pl.lit(None, dtype=pl.Date)
    today = tickers.select("cik", "name", valid_from=nothing, valid_to=nothing, way=pl.lit(TODAY))
    by_submissions = submitted.select(
        "cik",
        "name",
        valid_from=pl.col("valid_from") - slack,
        valid_to=pl.col("valid_to") + slack,
        way=pl.lit(SUBMITTED),
    )
    periodic = indexed.filter(pl.col("form").is_in(rules.periodic_forms))
    spans = [
        rows.group_by("cik", "name").agg(
            valid_from=pl.col("filed").min() - reach, valid_to=pl.col("filed").max() + reach, way=pl.lit(way)
        )
        for rows, way in ((filed, FILED), (periodic, INDEXED))
    ]
    former = filed.drop_nulls(["former", "changed"]).select(
        "cik", name="former", valid_from=nothing, valid_to=pl.col("changed") + slack, way=pl.lit(FILED)
    )
    together = pl.concat([today, by_submissions, *spans, former], how="vertical_relaxed")
    named = together.rename({"name": "company_name"}).drop_nulls(["cik", "company_name"])
    bounded = _not_before_filing(
        named, pl.concat([filed.select("cik", "filed"), periodic.select("cik", "filed")]), rules
    )
    return bounded.select(pl.col(name).cast(dtype) for name, dtype in KNOWN_SCHEMA.items()).unique()


def _not_before_filing(named: pl.DataFrame, filings: pl.DataFrame, rules: CusipIdentity) -> pl.DataFrame:
    """Let no name begin long before the company's first filing: a new company may have a dead one's name.

    Only where the filings that were read begin earlier than that, so that the first one is known.
    """
    reach = pl.duration(days=rules.filing_reach_days)
    firsts = filings.group_by("cik").agg(first_filed=pl.col("filed").min())
    is_known = pl.col("first_filed") > pl.lit(filings["filed"].min(), pl.Date) + reach
    begun = firsts.filter(is_known.fill_null(False)).select("cik", begun=pl.col("first_filed") - reach)
    return named.join(begun, on="cik", how="left").with_columns(
        valid_from=pl.max_horizontal("valid_from", "begun")
    )


def plain_name(name: pl.Expr) -> pl.Expr:
    """Return a name without the state that EDGAR adds."""
    return name.str.replace(_STATE, "")


def squeezed(name: pl.Expr, rules: HoldingsRules) -> pl.Expr:
    """Return the letters of a name without legal form, class, state and spaces; empty if none are left."""
    left_out = [*rules.recycling.insignificant_words, *rules.identity.cut_off_words]
    return words(plain_name(name), left_out).list.join("").fill_null("")


def is_valid_at(day: str) -> pl.Expr:
    """Whether a name was the company's on a day, with the slack of the rules."""
    has_begun = (pl.col("valid_from") <= pl.col(day)).fill_null(True)
    has_ended = (pl.col("valid_to") < pl.col(day)).fill_null(False)
    return has_begun & ~has_ended
