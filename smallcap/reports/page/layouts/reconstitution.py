"""The tables of the event study of reconstitutions: columns, headings, formats."""

from __future__ import annotations

from smallcap.reports.page.tables import Column, Layout

POOLED = Layout(
    "Reconstitutions: those who came and those who went, on average over the events",
    (
        Column("moved", "Group", "words"),
        Column("span", "Window", "words"),
        Column("adjustment", "Less", "words"),
        Column("events", "Events", "integer"),
        Column("names", "Names", "integer"),
        Column("estimate", "Abnormal return", "percent"),
        Column("std_error", "Std error", "percent"),
        Column("t_stat", "t", "number"),
        Column("p_value", "p", "number3"),
        Column("ci_low", "95% from", "percent"),
        Column("ci_high", "to", "percent"),
    ),
    note=(
        "Each event is one observation, the mean of its names: t has events less one degrees of freedom. "
        "Windows are whole months. Companies that stopped count with the months that are known."
    ),
)
COSTS = Layout(
    "What the index fund paid: turnover times the difference",
    (
        Column("span", "Window", "words"),
        Column("adjustment", "Less", "words"),
        Column("events", "Events", "integer"),
        Column("estimate", "Cost of an event", "percent2"),
        Column("std_error", "Std error", "percent2"),
        Column("t_stat", "t", "number"),
        Column("ci_low", "95% from", "percent2"),
        Column("ci_high", "to", "percent2"),
    ),
    note="A share of the fund's value. Positive: it bought after a rise and sold after a fall.",
)
EVENTS = Layout(
    "The same, event by event",
    (
        Column("event", "Event", "words"),
        Column("moved", "Group", "words"),
        Column("names", "Names", "integer"),
        Column("names_with_returns", "With returns", "integer"),
        Column("names_incomplete", "Not in every month", "integer"),
        Column("mean_return", "Abnormal return", "percent"),
        Column("index_return", "Index", "percent"),
        Column("turnover", "Turnover", "percent"),
        Column("fund_cost", "Cost", "percent2"),
    ),
    note="From the rank day to the effective day, in whole months, less the return of the index.",
)
