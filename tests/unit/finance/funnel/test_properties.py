"""What holds for every company: units do not matter, missing data never helps, order does not matter."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.tables.filter_evaluations import FilterEvaluations
from tests.examples import examples
from tests.tolerances import EXACT
from tests.unit.finance.funnel.funnel_builders import (
    PRICE,
    SMALL,
    SOUND,
    YEARS,
    Inputs,
    evaluated,
    inputs_of,
    members,
    prices,
    sound_company,
    statuses,
)

EXAMPLES = examples(3)
MONEY = [name for name in SOUND if name.endswith("_usd")]
# Without those whose absence the methods make good by another figure: gross by net interest, operating by
# pretax income.
REMOVABLE = [
    *(
        "revenue_usd",
        "cost_of_revenue_usd",
        "operating_income_usd",
        "net_income_usd",
        "cash_and_short_term_investments_usd",
    ),
    *("total_assets_usd", "shareholders_equity_usd", "operating_cash_flow_usd", "capital_expenditures_usd"),
]
# Around the thresholds, so that every filter passes, fails and cannot tell in some example.
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "net_income_usd": st.floats(-5, 25),
        "operating_cash_flow_usd": st.floats(-5, 30),
        "capital_expenditures_usd": st.floats(0, 25),
        "cost_of_revenue_usd": st.floats(40, 70),
        "operating_income_usd": st.floats(-5, 25),
        "shareholders_equity_usd": st.floats(-20, 100),
        "long_term_debt_usd": st.floats(0, 60),
        "cash_and_short_term_investments_usd": st.floats(6, 60),
    },
)
YEAR = st.sampled_from(YEARS)
# With a limit of its own: a figure that is removed moves the universe's percentile, and that is not the
# company's own input.
FIXED = SMALL.alternative("fixed_accruals")


def compared(year: int, changes: dict[str, float], removed: dict[str, object]) -> Inputs:
    """Make a company with a changed year, of which figures may be removed, and a sound one beside it."""
    records = [*sound_company(1, **{f"y{year}": {**changes}}), *sound_company(2)]
    changed = [
        {**row, **removed} if (row["entity_id"], row["fiscal_year"]) == (1, year) else row for row in records
    ]
    return inputs_of(changed, listed=members({}, {}))


@given(year=YEAR, changes=CHANGES, item=st.sampled_from(REMOVABLE))
@EXAMPLES
def test_removing_an_input_turns_a_pass_into_verify_and_nothing_into_a_pass(
    year: int, changes: dict[str, float], item: str
) -> None:
    with_it, without_it = compared(year, changes, {}), compared(year, changes, {item: None})
    before, after = statuses(with_it.evaluate(FIXED)), statuses(without_it.evaluate(FIXED))
    for name in ("business", "shariah", "balance_sheet", "income", "cash_flow"):
        assert after[name] in (before[name], "verify"), name


@given(year=YEAR, changes=CHANGES, factor=st.sampled_from([1e-3, 1e3]))
@EXAMPLES
def test_scaling_every_money_item_changes_no_ratio(
    year: int, changes: dict[str, float], factor: float
) -> None:
    records = sound_company(1, **{f"y{year}": {**changes}})
    scaled = [
        {name: value * factor if name in MONEY else value for name, value in row.items()} for row in records
    ]
    one = inputs_of(records).evaluate()
    other = inputs_of(scaled, quotes=prices(100, close=PRICE * factor)).evaluate()
    texts = ["filter_name", "stand_alone_status", "measure", "is_borderline", "reason"]
    assert one.select(texts).equals(other.select(texts))
    for name in one.select(pl.col(pl.Float64)).columns:
        expected = one[name].fill_null(float("nan")).to_list()
        assert other[name].fill_null(float("nan")).to_list() == pytest.approx(
            expected, rel=EXACT, abs=EXACT, nan_ok=True
        ), name


@given(year=YEAR, changes=CHANGES)
@EXAMPLES
def test_every_member_has_every_filter_once_and_the_contract_holds(
    year: int, changes: dict[str, float]
) -> None:
    evaluations = compared(year, changes, {}).evaluate()
    assert evaluations["filter_number"].to_list() == [1, 2, 3, 4, 5, 6] * 2
    assert FilterEvaluations.validate(evaluations).height == 12


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    found = compared(2021, {"net_income_usd": -1.0}, {})
    shuffled = Inputs(
        *(
            frame.sample(fraction=1.0, shuffle=True, seed=seed)
            for frame in (found.members, found.metrics_as_of)
        ),
        # Both tables of records in one and the same other order.
        *(
            frame.sample(fraction=1.0, shuffle=True, seed=seed)
            for frame in (found.fundamentals, found.metrics)
        ),
        *(frame.sample(fraction=1.0, shuffle=True, seed=seed) for frame in (found.prices, found.factors)),
    )
    assert shuffled.evaluate().equals(found.evaluate())


def test_evaluating_some_dates_or_companies_alone_changes_nothing_but_the_universe() -> None:
    both = evaluated([*sound_company(1), *sound_company(2)], listed=members({}, {}))
    alone = evaluated(sound_company(1))
    own = both.filter(pl.col("entity_id") == 1)
    assert own.drop("universe_members").equals(alone.drop("universe_members"))


def test_silence_in_silence_out() -> None:
    found = inputs_of(sound_company())
    silent = Inputs(*(frame.clear() for frame in vars(found).values()))
    assert silent.evaluate().height == 0
    unknown = Inputs(
        found.members,
        found.metrics_as_of.clear(),
        *(frame.clear() for frame in list(vars(found).values())[2:]),
    )
    told = statuses(unknown.evaluate())
    assert told.pop("business") == "pass"
    assert set(told.values()) == {"verify"}


@pytest.mark.some_cases(2)
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"shareholders_equity_usd": -5.0}, {"balance_sheet": "fail", "income": "pass"}),
        ({"revenue_usd": 0.0}, {"shariah": "verify", "income": "verify"}),
        (
            {"current_assets_usd": None, "current_liabilities_usd": None},
            {"balance_sheet": "pass", "income": "pass", "cash_flow": "pass"},
        ),
        ({"capital_expenditures_usd": None}, {"cash_flow": "pass", "value": "pass"}),
    ],
)
def test_odd_last_years(changes: dict[str, object], expected: dict[str, str]) -> None:
    told = statuses(evaluated(sound_company(y2023=changes)))
    assert {name: told[name] for name in expected} == expected
