"""marts.statement_lenses: the preferences of the three lenses. Column names are a public contract."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from smallcap.tables.columns import AS_OF_YEAR, date, key_date, key_id, key_text, ratio, text, year


class StatementLenses(dy.Schema):
    """One row per as_of, member and statement item: its value, an analyst's preference and the verdict."""

    year = year(AS_OF_YEAR)
    as_of = key_date("as-of date, for which the row is computed")
    entity_id = key_id("our id of the company")
    statement = key_text("balance_sheet, cash_flow or income")
    item = key_text("name of the item; six per statement")
    value = ratio("the company's figure", unit="as item")
    preference = text("what an analyst would prefer, in words", nullable=False)
    threshold = ratio("the number in the preference; null if there is none", unit="as item")
    verdict = text(
        "met, missed, unknown, or not_applicable if the item says nothing of this kind of company",
        nullable=False,
    )
    reason = text("why the verdict is unknown or the item not applicable, in words; null if it is known")
    statement_footing = text("the record of the figure: quarter or annual; null without a record")
    balance_sheet_date = date("end of the quarter or fiscal year of that record")
    flows_end = date("end of the twelve months of its flows; null where they are unknown")
    rule_set = text("name and version of the rule set", nullable=False)

    @dy.rule()
    def unknown_is_explained(cls) -> pl.Expr:
        """A row has a reason if and only if the verdict is unknown or not applicable."""
        return pl.col("verdict").is_in(["unknown", "not_applicable"]) == pl.col("reason").is_not_null()
