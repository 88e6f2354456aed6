"""`score`: the quality screen on one's own frame."""

from __future__ import annotations

import polars as pl
from narwhals.typing import IntoDataFrameT

from smallcap.api.columns import Needed, numbers, require_unique, required
from smallcap.api.frames import Given
from smallcap.api.rules import chosen_rules, stale_limit
from smallcap.finance.pointintime import is_stale
from smallcap.finance.quality.inputs import POINT_IN_TIME, PUBLISHED
from smallcap.finance.quality.steps import score as scored
from smallcap.rules.types.quality import REQUIRED_INPUTS, SCORE_INPUTS, QualityRules

TABLE = "marts.quality_scores"
NEEDED = (
    Needed("as_of", TABLE, "date", is_complete=True),
    Needed("period_end", TABLE, "date"),
    *numbers(TABLE, *REQUIRED_INPUTS),
)
ADDED = (
    *("status", "exclusion_reason", "score", "quintile"),
    *(f"{name}_winsorized" for name in SCORE_INPUTS),
    *(f"{name}_z" for name in SCORE_INPUTS),
)


def score(
    df: IntoDataFrameT, *, rules: QualityRules | None = None, stale_months: int | None = None
) -> IntoDataFrameT:
    """Score companies by the quality screen, each date by itself.

    A record that lacks an input, is stale or is outside a control is excluded with its reason; nothing is
    filled in. The steps are those of docs/methods/quality-screen.md, method published.

    Parameters
    ----------
    df
        One row per company and date: `as_of` and `period_end` (dates), `roe`, `fcf_margin` and
        `debt_to_assets` (fractions: 0.15 is 15%), `interest_coverage` (a multiple) and `market_cap_usd`.
        Other columns are kept.
    rules
        Thresholds; by default those of data/reference/quality.toml.
    stale_months
        A record whose period_end is more than so many months before as_of is stale; by default the setting
        of that name.

    Returns
    -------
    IntoDataFrameT
        The rows in their order, in the kind of frame that was given, with `status` (scored or excluded),
        `exclusion_reason`, `score`, `quintile` (5 is best), and each input winsorized and as z-score.

    Raises
    ------
    InputError
        When a column is missing or of another type, or a company occurs twice on a date (where there is a
        column `entity_id`).

    Examples
    --------
    Thirty companies, of which the first has no return on equity:

    >>> import datetime as dt
    >>> import polars as pl
    >>> import smallcap
    >>> places = range(30)
    >>> companies = pl.DataFrame(
    ...     {
    ...         "as_of": [dt.date(2025, 12, 31)] * 30,
    ...         "period_end": [dt.date(2024, 12, 31)] * 30,
    ...         "roe": [None, *(n / 100 for n in places[1:])],
    ...         "fcf_margin": [n / 200 for n in places],
    ...         "debt_to_assets": [0.3 - n / 100 for n in places],
    ...         "interest_coverage": [float(n) for n in places],
    ...         "market_cap_usd": [500e6] * 30,
    ...     }
    ... )
    >>> scored = smallcap.score(companies)
    >>> scored["status"].value_counts(sort=True).rows()
    [('scored', 29), ('excluded', 1)]
    >>> scored["exclusion_reason"][0], scored["quintile"][29]
    ('missing:roe', 5)
    """
    given = Given(df, "score")
    inputs = required(given, NEEDED)
    if "entity_id" in given.columns:
        own = required(given, (Needed("entity_id", TABLE, "id", is_complete=True),))
        require_unique(given, inputs.hstack(own), ("as_of", "entity_id"))
    asked = inputs.with_row_index("entity_id").with_columns(
        pl.col("entity_id").cast(pl.Int64),
        pl.lit(PUBLISHED).alias("method"),
        pl.lit(POINT_IN_TIME).alias("basis"),
        pl.lit(value=True).alias("is_ticker_usable"),
        is_stale("period_end", "as_of", stale_limit(stale_months)).alias("is_stale"),
    )
    chosen = chosen_rules(rules, QualityRules, "quality_rules")
    result: IntoDataFrameT = given.extended(scored(asked, chosen).sort("entity_id").select(ADDED))
    return result
