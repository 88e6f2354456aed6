"""A watched name is judged on its latest quarter like a member, against the members' latest footing."""

from __future__ import annotations

import polars as pl

from smallcap.finance.funnel import funnel_outcomes
from smallcap.finance.watched.filters import Latest, watched_lenses, watched_outcomes
from smallcap.finance.watched.rows import as_watched, outsiders
from smallcap.tables.watched import WatchedLenses, WatchedOutcomes
from tests.unit.finance.builders import APPLICABILITY
from tests.unit.finance.funnel.funnel_builders import (
    BUSINESS,
    SMALL,
    STANDARDS,
    inputs_of,
    members,
    sound_company,
)
from tests.unit.finance.funnel.test_latest_footing import evaluated, latest_of, lenses
from tests.unit.finance.watched.test_filters import ITEM, VERDICT, as_names


def test_a_member_judged_as_a_watched_name_gets_its_own_verdicts_on_its_quarter() -> None:
    universe = inputs_of([*sound_company(1), *sound_company(2)], members({}, {}))
    trailing = latest_of(universe, debt_to_equity=0.41, net_cash_usd=-1.0)
    evaluations = evaluated(universe, trailing)
    names = as_names(universe.members.filter(pl.col("entity_id") == 1))
    asked = outsiders(names)
    own = pl.col("entity_id") == 1
    measured, quarters = (
        as_watched(frame.filter(own), asked, f"core.{name}")
        for frame, name in ((universe.metrics_as_of, "watched_metrics"), (trailing, "watched_trailing"))
    )
    by_members = (universe.metrics_as_of, evaluations)
    records = (universe.fundamentals, universe.metrics)
    latest = Latest(trailing, quarters)
    outcomes = watched_outcomes(
        *(names, measured, *by_members, *records, universe.prices, universe.factors),
        *(SMALL, BUSINESS, STANDARDS["published"], APPLICABILITY),
        latest,
    )
    seen = watched_lenses(names, measured, outcomes, *by_members, *records, SMALL, APPLICABILITY, latest)
    WatchedOutcomes.validate(outcomes)
    WatchedLenses.validate(seen)
    expected = funnel_outcomes(evaluations, universe.members).filter(own)
    assert expected.filter(filter_number=3)["status"].to_list() == ["fail"]
    assert outcomes.select(VERDICT).equals(expected.select(VERDICT))
    items = lenses(universe, trailing).filter(own).sort("statement", "item")
    assert seen.sort("statement", "item").select(ITEM).equals(items.select(ITEM))
