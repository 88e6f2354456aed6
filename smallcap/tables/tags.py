"""The table that says from which concept of which filing each figure of a statement is."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import KNOWN_YEAR, date, key_date, key_id, key_text, number, text, year
from smallcap.tables.raw import SOURCE_ENTITY_ID


class FundamentalTags(dy.Schema):
    """One row per figure of a statement and concept that it is made of; no rows where a source names none.

    The amounts of a figure's rows add up to the figure. The filing of a figure that a later version repeats
    unchanged is the one that first had it.
    """

    year = year(KNOWN_YEAR)
    entity_id = key_id("our id of the company")
    record = key_text("annual or quarterly: of raw.fundamentals or of raw.quarterly_fundamentals")
    period_end = key_date("period_end of the record")
    version = key_text("version of the record")
    available_date = key_date("available_date of the record")
    source = key_text("source of the row")
    item = key_text("the column of the record that holds the figure")
    part = dy.Int64(
        primary_key=True,
        min=1,
        metadata={"unit": "position"},
        description="position among the figure's concepts",
    )
    tag = text(
        "the concept as in the filing; (none) where a blank was judged to be none and stands for zero",
        nullable=False,
    )
    taxonomy = text("the taxonomy of the concept: us-gaap or dei; null where the figure is judged")
    amount = number("what the concept adds to the figure, with its sign there", "USD, or shares of a count")
    accession = text("the filing's accession number", nullable=False)
    form = text("the filing's form: 10-K, 10-K/A, 10-Q and so on", nullable=False)
    filed_date = date("the day of the filing", nullable=False)
    cik = text("the filer's registration number at the SEC, ten digits", nullable=False)
    source_entity_id = text(SOURCE_ENTITY_ID)
