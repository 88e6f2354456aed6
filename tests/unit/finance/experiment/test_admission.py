"""The rule of the S&P SmallCap 600: a positive last quarter, a positive year, and size, at entry only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from smallcap.errors import InputError
from smallcap.finance.experiment.admission import admissions
from smallcap.finance.experiment.formation import ADMITTED, PROFITABLE, UNIVERSES
from smallcap.finance.experiment.returns import experiment_returns
from smallcap.finance.experiment.summary import profitability_experiment
from smallcap.rules.files import read_rows
from smallcap.rules.types.experiment import CAP_RANGES_FILE, CapRange
from smallcap.tables.experiment import ExperimentReturns, ProfitabilityExperiment
from tests.tolerances import EXACT
from tests.unit.finance.builders import REFERENCE
from tests.unit.finance.experiment.experiment_builders import RULES, Company, World

RANGES = read_rows(REFERENCE, CAP_RANGES_FILE, CapRange)
JUNES = tuple(dt.date(year, 6, 30) for year in (2023, 2024, 2025))
BILLION = 1e9
GOOD = {
    "is_stale": False,
    "net_income_usd": 8.0,
    "quarter_net_income_usd": 2.0,
    "market_cap_usd": 2 * BILLION,
}
SCHEMA = {
    "as_of": pl.Date,
    "entity_id": pl.Int64,
    "is_stale": pl.Boolean,
    **dict.fromkeys(("net_income_usd", "quarter_net_income_usd", "market_cap_usd"), pl.Float64),
}


def admitted(*years: dict[str, object] | None) -> list[bool | None]:
    """Whether one company is admitted at each June; None is a June at which it is not on the list."""
    own = [
        {"as_of": june, "entity_id": 1, **GOOD, **changed}
        for june, changed in zip(JUNES, years, strict=False)
        if changed is not None
    ]
    others = [{"as_of": june, "entity_id": 2, **GOOD} for june in JUNES[: len(years)]]
    known = pl.DataFrame([*own, *others], schema=SCHEMA)
    decided = admissions(known.select("as_of", "entity_id"), known, RANGES)
    return decided.filter(entity_id=1)["is_admitted"].to_list()


def test_a_profitable_quarter_and_year_inside_the_range_admit() -> None:
    assert admitted({}) == [True]


@pytest.mark.parametrize(
    "broken",
    [
        {"quarter_net_income_usd": 0.0},
        {"net_income_usd": -1.0},
        {"is_stale": True},
        {"market_cap_usd": 3.3e9},
    ],
)
def test_each_condition_alone_keeps_out(broken: dict[str, object]) -> None:
    assert admitted(broken) == [False]


@pytest.mark.parametrize("name", ["quarter_net_income_usd", "net_income_usd", "market_cap_usd", "is_stale"])
def test_what_is_unknown_admits_nobody(name: str) -> None:
    assert admitted({name: None}) == [None]


def test_nothing_is_asked_of_a_member_that_is_admitted() -> None:
    loss = {"quarter_net_income_usd": -5.0, "net_income_usd": -9.0, "market_cap_usd": 1.0, "is_stale": True}
    assert admitted({}, loss, loss) == [True, True, True]


def test_a_member_that_left_the_list_has_to_be_admitted_again() -> None:
    assert admitted({}, None, {"net_income_usd": -1.0}) == [True, False]


def test_the_last_eight_junes_decide_whichever_others_are_given() -> None:
    """Admitted in 2015, at a loss since: the book of June 2023 is the same in both of its calendar years."""
    days = [dt.date(year, 6, 30) for year in range(2015, 2024)]
    rows = [{**GOOD, "as_of": day, "entity_id": 1, "market_cap_usd": BILLION} for day in days]
    losses = [{**row, "net_income_usd": -1.0} for row in rows[1:]]

    def last(first: int) -> bool:
        known = pl.DataFrame([rows[0], *losses][first:], schema=SCHEMA)
        return bool(admissions(known.select("as_of", "entity_id"), known, RANGES)["is_admitted"][-1])

    assert [last(0), last(1)] == [False, False]
    known = pl.DataFrame([rows[0], *losses][:-1], schema=SCHEMA)
    assert (
        admissions(known.select("as_of", "entity_id"), known, RANGES)["is_admitted"].to_list() == [True] * 8
    )


def test_a_june_without_any_list_leaves_open_who_stayed() -> None:
    rows = [{"as_of": JUNES[0], **GOOD}, {"as_of": JUNES[2], **GOOD, "net_income_usd": -1.0}]
    known = pl.DataFrame([{**row, "entity_id": 1} for row in rows], schema=SCHEMA)
    decided = admissions(known.select("as_of", "entity_id"), known, RANGES)
    assert decided["is_admitted"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("june", "cap", "is_inside"),
    [
        (dt.date(2018, 6, 30), 0.45, True),
        (dt.date(2018, 6, 30), 2.2, False),
        (dt.date(2020, 6, 30), 2.4, True),
        (dt.date(2024, 6, 30), 0.99, False),
        (dt.date(2025, 6, 30), 1.1, True),
        (dt.date(2026, 6, 30), 1.1, False),
    ],
)
def test_the_range_is_that_of_the_day(june: dt.date, cap: float, is_inside: bool) -> None:
    known = pl.DataFrame(
        [{**GOOD, "as_of": june, "entity_id": 1, "market_cap_usd": cap * BILLION}], schema=SCHEMA
    )
    rows = admissions(known.select("as_of", "entity_id"), known, RANGES)
    assert rows["is_admitted"].to_list() == [is_inside]


def test_the_admitted_are_compared_with_the_index_and_with_the_profitable() -> None:
    """Line 1 is profitable and admitted, line 2 profitable alone, line 3 neither."""
    earned = {1: [0.02] * 25, 2: [0.0] * 25, 3: [-0.02] * 25}
    companies = {1: Company(), 2: Company(), 3: Company(net_income=-1.0)}
    world = World(companies, dict.fromkeys(range(25), (1, 2, 3)), earned)
    junes = [day for day in world.members()["as_of"].unique().sort() if day.month == 6]
    chosen = pl.DataFrame(
        [(day, 10 * line, line == 1) for day in junes for line in (1, 2, 3)],
        schema={"as_of": pl.Date, "entity_id": pl.Int64, "is_admitted": pl.Boolean},
        orient="row",
    )
    frames = (world.members(), world.metrics(), world.returns())
    rows = pl.concat(experiment_returns(*frames, year, admitted=chosen) for year in (2020, 2021, 2022))
    ExperimentReturns.validate(rows)
    first = rows.filter(weighting="equal").group_by("universe").first()
    returns = dict(zip(first["universe"], first["total_return"], strict=True))
    assert returns == {"all": 0.0, "profitable": 0.01, "unprofitable": -0.02, "admitted": 0.02}
    rate = pl.DataFrame({"month": rows["month"].unique(), "rf": 0.0, "vintage": "202401"})
    short = RULES.__class__(**{**RULES.__dict__, "least_junes": 2, "least_months": 12})
    made = profitability_experiment(rows, rate, short, (*UNIVERSES, ADMITTED))
    ProfitabilityExperiment.validate(made)
    whole = made.filter(universe=ADMITTED, weighting="equal", cost_basis_points=0, period="all")
    found = dict(zip(whole["compared_with"], whole["difference_annual"], strict=True))
    # Two dollars, or three, that drift for twelve months; the admitted line earns 0.02 in each.
    up, down = [1.02**month for month in range(12)], [0.98**month for month in range(12)]
    of_two = [0.02 * rise / (rise + 1) for rise in up]
    of_three = [0.02 * (rise - fall) / (rise + 1 + fall) for rise, fall in zip(up, down, strict=True)]
    expected = {"all": 12 * 0.02 - sum(of_three), PROFITABLE: 12 * 0.02 - sum(of_two)}
    assert found == {name: pytest.approx(value, rel=EXACT) for name, value in expected.items()}


def test_annual_universes_do_not_move_beside_the_admitted() -> None:
    world = World(
        {1: Company(), 2: Company(net_income=-1.0)}, dict.fromkeys(range(13), (1, 2)), {1: [0.1], 2: [0.2]}
    )
    frames = (world.members(), world.metrics(), world.returns())
    nobody = pl.DataFrame(schema={"as_of": pl.Date, "entity_id": pl.Int64, "is_admitted": pl.Boolean})
    with_them = experiment_returns(*frames, 2020, admitted=nobody).filter(pl.col("universe") != ADMITTED)
    assert with_them.equals(experiment_returns(*frames, 2020))


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["2020-01-01,5,4,x"], "is not above"),
        (["2020-01-01,0,4,x"], "must be above zero"),
        (["2020-01-01,1,4,x", "2020-01-01,1,5,x"], "has a range already"),
    ],
)
def test_a_wrong_range_is_refused_with_its_line(tmp_path: Path, rows: list[str], problem: str) -> None:
    header = "first_day,lowest_usd,highest_usd,source"
    (tmp_path / CAP_RANGES_FILE).write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{CAP_RANGES_FILE}.*{problem}"):
        read_rows(tmp_path, CAP_RANGES_FILE, CapRange)
