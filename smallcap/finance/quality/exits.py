"""Why companies that were scored left the index: from marts.index_changes, the source and last prices."""

from __future__ import annotations

from typing import Final

import polars as pl

from smallcap.finance.delistings import PERFORMANCE, TAKEN_OVER, known_causes
from smallcap.finance.index.causes import BELOW_MINIMUM, DELISTED, GRADUATED
from smallcap.finance.index.membership import REMOVED
from smallcap.rules.types.factors import MONTHS_A_YEAR
from smallcap.rules.types.quintiles import OutcomeRules

ACQUIRED, FAILED, OTHER, UNKNOWN = "acquired", "failed", "other", "unknown"
CAUSES: Final = (GRADUATED, ACQUIRED, FAILED, OTHER, UNKNOWN)
COHORT: Final = ["as_of", "formed_as_of", "entity_id"]


def exits(
    companies: pl.DataFrame,
    members: pl.DataFrame,
    index_changes: pl.DataFrame,
    prices: pl.DataFrame,
    securities: pl.DataFrame,
    rules: OutcomeRules,
) -> pl.DataFrame:
    """Say of each company whether it left the index between two dates, and why.

    Of a company whose line stopped trading, the cause that the source gives decides. Where it gives none, the
    company failed if its last price was very low, or if its last twelve months lost most of its value;
    otherwise it was acquired. A company that was removed for its size or price is
    `other`; one without a removal that is explained is `unknown`.

    Parameters
    ----------
    companies
        as_of, formed_as_of, entity_id.
    members
        Rows of core.members for as_of.
    index_changes
        Rows of marts.index_changes: the last removal between the dates counts.
    prices
        Rows of raw.prices; those after as_of are ignored.
    securities
        Rows of raw.securities: why trading in a line ended.
    rules
        Which lines failed.

    Returns
    -------
    pl.DataFrame
        The companies with `exit_cause`, null for members at as_of.
    """
    gone = companies.join(members.select("as_of", "entity_id"), on=["as_of", "entity_id"], how="anti")
    removals = index_changes.filter(pl.col("change") == REMOVED).select(
        "entity_id", "cause", "security_id", pl.col("as_of").alias("removed_as_of")
    )
    last = (
        gone.join(removals, on="entity_id")
        .filter(
            (pl.col("removed_as_of") > pl.col("formed_as_of")) & (pl.col("removed_as_of") <= pl.col("as_of"))
        )
        .sort(*COHORT, "removed_as_of")
        .unique(COHORT, keep="last", maintain_order=True)
    )
    judged = last.join(_ends(last, prices), on=["as_of", "security_id"], how="left").join(
        known_causes(securities), on="security_id", how="left"
    )
    causes = judged.select(*COHORT, _cause(rules).alias("exit_cause"))
    explained = gone.join(causes, on=COHORT, how="left").with_columns(pl.col("exit_cause").fill_null(UNKNOWN))
    return companies.join(explained, on=COHORT, how="left")


def _cause(rules: OutcomeRules) -> pl.Expr:
    cause, told = pl.col("cause"), pl.col("delisting_cause")
    has_failed = (pl.col("last_price_usd") < rules.failed_price_usd) | (
        pl.col("last_year") < rules.failed_return
    )
    return (
        pl.when(cause == GRADUATED)
        .then(pl.lit(GRADUATED))
        .when((cause == DELISTED) & (told == PERFORMANCE))
        .then(pl.lit(FAILED))
        .when((cause == DELISTED) & (told == TAKEN_OVER))
        .then(pl.lit(ACQUIRED))
        .when((cause == DELISTED) & has_failed.fill_null(False))
        .then(pl.lit(FAILED))
        .when(cause == DELISTED)
        .then(pl.lit(ACQUIRED))
        .when(cause == BELOW_MINIMUM)
        .then(pl.lit(OTHER))
        .otherwise(pl.lit(UNKNOWN))
    )


def _ends(removed: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Find the last price of each removed line up to as_of, and the return of its last twelve months."""
    lines = removed.filter(pl.col("cause") == DELISTED).select("as_of", "security_id").unique()
    known = (
        lines.join(prices.select("security_id", "date", "close_usd", "total_return"), on="security_id")
        .filter(pl.col("date") <= pl.col("as_of"))
        .sort("as_of", "security_id", "date")
    )
    growth = (1 + pl.col("total_return").drop_nulls().tail(MONTHS_A_YEAR)).product()
    return known.group_by("as_of", "security_id", maintain_order=True).agg(
        pl.col("close_usd").drop_nulls().last().alias("last_price_usd"), (growth - 1).alias("last_year")
    )
