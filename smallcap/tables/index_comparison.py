"""marts.index_comparison: two published small-cap indices compared with ours."""

from __future__ import annotations

import dataframely as dy

from smallcap.tables.columns import count, key_date, key_text, number, text


class IndexComparison(dy.Schema):
    """One row per as_of and measure: the Russell 2000 against the S&P SmallCap 600 as published, and ours."""

    as_of = key_date("as-of date")
    measure = key_text("what is compared")
    place = count("place of the row in the table", unit="rows")
    unit = text("unit of the figures", nullable=False)
    published_index = number("the published figure of the Russell 2000", "see unit")
    published_index_to = number("upper end, where a range is published", "see unit")
    published_rival = number("the published figure of the S&P SmallCap 600", "see unit")
    own_index = number(
        "this home's figure: of its index's members at as_of, or of the fund on the index over ten years",
        "see unit",
    )
    own_rival = number("this home's figure of the rival index, of its fund over ten years", "see unit")
    basis = text("members, fund or rule: what our figures are computed from", nullable=False)
    unknown = text("not known: and which of the four figures are not; null if all are known")
    note = text("what the row means")
    source = text("where the published figures come from", nullable=False)
    rule_set = text("name and version of the rule set", nullable=False)
