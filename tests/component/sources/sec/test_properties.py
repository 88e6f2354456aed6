"""Properties of statements: no look-ahead, no order, no debt that passes by silence."""

from __future__ import annotations

import random
from copy import deepcopy
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from smallcap.finance.funnel.balance_sheet import balance_sheet
from smallcap.finance.metrics.annual import annual_metrics
from tests.component.sources.sec.builders import Company, filed, only
from tests.component.sources.sec.test_blanks import EXPLAINED
from tests.examples import examples
from tests.unit.finance.builders import APPLICABILITY, FLAGS, METRICS, table
from tests.unit.finance.funnel.funnel_builders import RULES

DEBT = ("DebtCurrent", "ShortTermBorrowings", "LongTermDebtCurrent", "LongTermDebtNoncurrent", "LongTermDebt")
SIGNS = (
    "InterestExpense",
    "RepaymentsOfDebt",
    "ConvertibleDebtNoncurrent",
    "FinanceLeaseLiabilityNoncurrent",
)
amounts = st.sampled_from([None, 0, 1e6, 90e6, 400e6])
reports = st.fixed_dictionaries(
    dict.fromkeys((*DEBT, *SIGNS), amounts)
    | {name: st.sampled_from([None, value, value * 0.9]) for name, value in EXPLAINED.items()}
)
numbers = st.sampled_from([80e6, 80.01e6, 81e6, 160e6, -80e6, 0])
filings = st.lists(
    st.tuples(st.integers(2018, 2021), st.integers(0, 3), numbers, numbers), min_size=1, max_size=6
)


def company_of(rows: list[tuple[int, int, float, float]]) -> Company:
    """A company whose filings report a year some years later, as comparatives or as amendments."""
    company = Company()
    for number, (year, later, income, assets) in enumerate(rows):
        form = "10-K" if later == 0 else ("10-K/A" if later == 1 else "10-Q")
        filing = filed(year + later, form, 60 + number, number + 1)
        company.annual(year, filing, NetIncomeLoss=income, Assets=assets * 10)
    return company


@given(filings, st.integers())
@examples(15)
def test_the_order_of_facts_does_not_matter(rows: list[tuple[int, int, float, float]], seed: int) -> None:
    company = company_of(rows)
    shuffled = deepcopy(company)
    chance = random.Random(seed)
    concepts = list(shuffled.facts.items())
    chance.shuffle(concepts)
    shuffled.facts = dict(concepts)
    for units in shuffled.facts.values():
        for facts in units.values():
            chance.shuffle(facts)
    first, second = company.read(), shuffled.read()
    assert_frame_equal(first.annual, second.annual)
    assert_frame_equal(first.quarterly, second.quarterly)
    assert_frame_equal(first.refused, second.refused)
    key = ["period_end", "version", "filing_date", "item", "tag"]
    assert_frame_equal(first.tags.sort(key), second.tags.sort(key))


@given(filings, st.integers(2019, 2024))
@examples(15)
def test_later_filings_change_nothing_before_them(
    rows: list[tuple[int, int, float, float]], last: int
) -> None:
    company = company_of(rows)
    known = deepcopy(company)
    for units in known.facts.values():
        for unit, facts in units.items():
            units[unit] = [fact for fact in facts if fact["filed"] < f"{last}-01-01"]
    before = pl.col("filing_date") < pl.date(last, 1, 1)
    assert_frame_equal(known.read().annual, company.read().annual.filter(before))


@given(reports)
@examples(10)
def test_debt_passes_filter_3_only_where_both_parts_are_known_or_shown_to_be_none(
    given_: dict[str, Any],
) -> None:
    found = Company().annual(2020, filed(2020), **given_).read()
    row = only(found)
    labels = {"entity_id": 1, "year": 2021, "available_date": row["filing_date"], "rule_set": "test"}
    known = {name: value for name, value in row.items() if name != "source_entity_id"}
    records = table("core.annual_fundamentals", [{**FLAGS, **known, **labels}])
    metrics = annual_metrics(records, METRICS).with_columns(is_stale=False, company_kind=pl.lit("other"))
    judged = balance_sheet(metrics, RULES.balance_sheet, APPLICABILITY)
    (status,) = judged["stand_alone_status"]
    shows_sign = any(given_[name] for name in SIGNS)
    if status == "pass" and None in (row["short_term_debt_usd"], row["long_term_debt_usd"]):
        assert row["is_debt_explained_zero"]
        assert not shows_sign
        assert not any(given_[name] for name in DEBT)
