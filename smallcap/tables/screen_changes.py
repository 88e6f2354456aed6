"""marts.screen_changes: what changed in the screen between two dates. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import AS_OF_YEAR, date, flag, key_date, key_id, ratio, text, year
from smallcap.tables.factor_regressions import VINTAGE_LATER


class ScreenChanges(dy.Schema):
    """One row per as_of and company that entered or left the survivors since the previous date, and why."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    previous_as_of = date("the previous as_of", nullable=False)
    ticker = text("ticker of the company's largest line", nullable=False)
    change = text("entered or left the survivors (survivor and survivor_unverified)", nullable=False)
    outcome_from = text("outcome at previous_as_of; null if not a member")
    outcome_to = text("outcome at as_of; null if not a member")
    filter_number = dy.Int64(
        nullable=True, min=1, max=6, description="the filter that decided; null if membership decided"
    )
    filter_name = text("name of that filter")
    status_from = text("the filter's verdict at previous_as_of")
    status_to = text("the filter's verdict at as_of")
    measure = text("the rule of the filter that decided, to which the values refer")
    value_from = ratio("the company's figure at previous_as_of", unit="as measure")
    value_to = ratio("the company's figure at as_of", unit="as measure")
    threshold_from = ratio("the threshold at previous_as_of", unit="as measure")
    threshold_to = ratio("the threshold at as_of", unit="as measure")
    cause = text(
        "membership, going_stale, new_filing, restatement, price_move, universe_median or rule",
        nullable=False,
    )
    reason = text(
        "the filter's verdict in words: at as_of for a company that left, at previous_as_of for one that "
        "entered"
    )
    explanation = text(
        "the figure before and after, and the report that brought it; null where no report decided"
    )
    is_vintage_later = flag(
        f"filter 2 at as_of or at previous_as_of, on which the outcomes rest: {VINTAGE_LATER}", nullable=True
    )
