"""The table of the deep dive's claims: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.tables import Column, Layout

CLAIMS = Layout(
    "Claims of the deep dive beside our numbers",
    (
        Column("statement", "Claim", "long"),
        Column("verdict", "Verdict", "words"),
        Column("value", "Number", "number3"),
        Column("low", "Supported from", "number"),
        Column("high", "to", "number"),
        Column("value_date", "Of", "date"),
        Column("value_source", "Table"),
        Column("reason", "Not known because", "long"),
        Column("needed", "What would decide", "long"),
    ),
    note="Limits and their origin: data/reference/thesis_claims.csv. Shares and costs are fractions.",
)
