"""A book under each treatment: what is removed, cut off or lost, and the weight that has no return."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
import pytest

from smallcap.finance.books.holdings import book_holdings
from smallcap.finance.books.returns import book_returns
from smallcap.finance.returns.book_treatments import treated_book_returns
from smallcap.finance.returns.treatments import TREATMENTS, known_lines, treated_returns
from smallcap.tables.registry import TABLES
from smallcap.tables.returns import TreatedBookReturns
from tests.tolerances import BY_HAND, EXACT
from tests.unit.book_builders import NO_MEMBERS, NO_OUTCOMES, a_list, books, lines, month_end, returns
from tests.unit.finance.factors.factor_builders import RETURN_RULES

JANUARY, FEBRUARY = dt.date(2020, 1, 31), dt.date(2020, 2, 29)
Row = dict[str, object]


def frame(table: str, rows: Sequence[Row]) -> pl.DataFrame:
    columns = TABLES[table].columns
    return pl.DataFrame([{**dict.fromkeys(columns), **row} for row in rows], schema=columns, orient="row")


def suspect(month: dt.date, line: int) -> Row:
    return {"month": month, "security_id": line, "is_return_suspect": True, "is_return_extreme": True}


def treated(
    by_line: Mapping[int, Sequence[float | None]],
    listed: pl.DataFrame | None = None,
    doubts: Sequence[Row] = (),
    prices: Sequence[Row] = (),
    lists: Sequence[Row] = (),
    securities: Sequence[Row] = (),
    watched: Sequence[Row] = (),
) -> tuple[pl.DataFrame, dict[tuple[dt.date, str], dict[str, object]]]:
    """The holdings of a list, and its rows by month and treatment."""
    earned = returns(JANUARY, by_line)
    listed = lines("mine", dict.fromkeys(by_line, None)) if listed is None else listed
    last = earned["month"].max()
    held = book_holdings(books(mine=a_list(JANUARY)), listed, NO_OUTCOMES, NO_MEMBERS, earned, (2020,), last)
    found = TreatedBookReturns.validate(
        treated_book_returns(
            held,
            listed,
            earned,
            frame("core.return_doubts", doubts),
            frame("raw.prices", prices),
            frame("raw.constituents", lists),
            frame("raw.securities", securities),
            frame("core.watched_names", watched),
            RETURN_RULES,
        )
    )
    return held, {(row["month"], row["treatment"]): row for row in found.iter_rows(named=True)}


def test_all_returns_are_those_of_the_book():
    drawn = np.random.default_rng(5).normal(0.01, 0.1, (4, 10)).tolist()
    held, found = treated(dict(enumerate(drawn, 1)))
    own = book_returns(held)
    same = [found[month, "all"]["total_return"] for month in own["month"]]
    assert same == pytest.approx(own["total_return"].to_list(), rel=EXACT)


def test_given_weights_are_kept():
    _, found = treated({1: [0.1], 2: [0.2]}, lines("mine", {1: 0.75, 2: 0.25}))
    assert found[JANUARY, "all"]["total_return"] == pytest.approx(0.125, rel=BY_HAND)


def test_a_suspect_return_is_left_to_the_others():
    _, found = treated({1: [9.0], 2: [0.1], 3: [0.2]}, doubts=[suspect(JANUARY, 1)])
    assert found[JANUARY, "all"]["total_return"] == pytest.approx(3.1, rel=BY_HAND)
    row = found[JANUARY, "without_suspects"]
    assert row["total_return"] == pytest.approx(0.15, rel=BY_HAND)
    assert (row["changed"], row["without_return"]) == (1, 1)
    assert row["weight_without_return"] == pytest.approx(1 / 3, rel=BY_HAND)
    assert (row["coverage"], found[JANUARY, "all"]["coverage"]) == ("survivors_only", "complete")


def test_returns_are_cut_off_at_the_quantiles_of_the_month():
    values = {line: [line / 100] for line in range(1, 101)} | {101: [9.0]}
    _, found = treated(values)
    numbers = np.array([row[0] for row in values.values()])
    low, high = np.quantile(numbers, [0.005, 0.995])
    row = found[JANUARY, "winsorized"]
    assert row["total_return"] == pytest.approx(numbers.clip(low, high).mean(), rel=EXACT)
    assert (row["changed"], row["without_return"]) == (2, 0)


def in_lists(lines: Sequence[int], on: dt.date = JANUARY) -> list[Row]:
    return [{"security_id": line, "snapshot_date": on} for line in lines]


def test_a_line_in_no_list_moves_no_quantile():
    members = {line: [line / 100] for line in range(1, 101)}
    own, lists = lines("mine", {1: None, 100: None}), in_lists(range(2, 100))
    _, without = treated(members, own, lists=lists)
    _, beside = treated({**members, 900: [50.0], 901: [-0.99]}, own, lists=lists)
    assert beside == without
    # By linear interpolation of 100 values, 0.5 of a step from each end.
    cut_off = ((1 + 99 * 0.005) / 100 + (1 + 99 * 0.995) / 100) / 2
    assert beside[JANUARY, "winsorized"]["total_return"] == pytest.approx(cut_off, rel=BY_HAND)


def test_without_lists_all_lines_have_their_part_in_the_quantiles():
    members, own = {line: [line / 100] for line in range(1, 101)}, lines("mine", {1: None, 100: None})
    values = {**members, 900: [50.0]}
    _, found = treated(values, own)
    low, high = np.quantile([row[0] for row in values.values()], [0.005, 0.995])
    expected = (max(low, 0.01) + min(high, 1.0)) / 2
    assert found[JANUARY, "winsorized"]["total_return"] == pytest.approx(expected, rel=EXACT)


def test_without_lists_a_line_that_is_only_watched_moves_no_quantile():
    members, own = {line: [line / 100] for line in range(1, 101)}, lines("mine", {1: None, 100: None})
    watched: list[Row] = [{"security_id": 900, "is_member": False, "watched_by": "watchlist"}]
    # 901 is another share class of the watched company.
    shares: list[Row] = [{"security_id": line, "entity_id": 90} for line in (900, 901)]
    _, without = treated(members, own)
    _, beside = treated({**members, 900: [50.0], 901: [50.0]}, own, securities=shares, watched=watched)
    assert beside == without


def test_a_line_counts_from_its_first_list_on_and_before_all_lists_those_of_the_first():
    earned = returns(JANUARY, {1: [0.1, 0.1, 0.1], 2: [0.2, 0.2, 0.2], 3: [0.3, 0.3, 0.3]})
    march = month_end(2020, 3)
    lists = frame("raw.constituents", [*in_lists([1], FEBRUARY), *in_lists([1, 2], march)])
    counted = known_lines(earned, lists, "snapshot_date")
    assert counted is not None
    assert sorted(counted.rows()) == [(JANUARY, 1), (FEBRUARY, 1), (march, 1), (march, 2)]
    assert known_lines(earned, lists.clear(), "snapshot_date") is None


@pytest.mark.parametrize(
    ("price", "exchange", "expected"),
    [
        (0.5, "NYSE", (-0.30 + 0.1) / 2),
        (0.5, "NASDAQ", (-0.55 + 0.1) / 2),
        (0.5, None, (-0.30 + 0.1) / 2),
        (1.0, "NASDAQ", 0.1),  # neither cheap nor fallen: acquired at its last price
    ],
)
def test_a_delisting_for_performance_costs_a_loss_in_the_month_after(price, exchange, expected):
    _, found = treated(
        {1: [0.0, None], 2: [0.1, 0.1]},
        prices=[{"security_id": 1, "date": JANUARY, "close_usd": price}],
        lists=[{"security_id": 1, "snapshot_date": JANUARY, "exchange": exchange}],
    )
    assert found[FEBRUARY, "all"]["total_return"] == pytest.approx(0.1, rel=BY_HAND)
    assert found[FEBRUARY, "delisting_losses"]["total_return"] == pytest.approx(expected, rel=BY_HAND)


def test_a_line_that_fell_by_half_in_a_year_counts_as_performance():
    _, found = treated({1: [-0.3, -0.3, None], 2: [0.0, 0.0, 0.0]})
    march = month_end(2020, 3)
    # 0.7 x 0.7 - 1 = -51%, so half the book returns -30%.
    assert found[march, "delisting_losses"]["total_return"] == pytest.approx(-0.15, rel=BY_HAND)
    assert found[march, "winsorized"]["total_return"] == pytest.approx(0.0, abs=EXACT)


def test_the_weight_of_a_ticker_without_a_line_has_no_return():
    _, found = treated({1: [0.1], 2: [0.1]}, lines("mine", {1: None, 2: None}, unresolved=["ZZZ"]))
    row = found[JANUARY, "all"]
    assert (row["unresolved"], row["coverage"]) == (1, "survivors_only")
    assert row["weight_without_return"] == pytest.approx(1 / 3, rel=BY_HAND)


def test_a_month_without_any_return_is_null_under_every_treatment():
    _, found = treated({1: [0.1, None, 0.1], 2: [0.1, None, 0.1]})
    assert {found[FEBRUARY, name]["total_return"] for name in TREATMENTS} == {None}


def test_an_unchanged_universe_is_unchanged_under_all():
    earned = returns(JANUARY, {1: [5.0, 0.1]})
    assert treated_returns(earned, frame("core.return_doubts", []), "all", RETURN_RULES).equals(earned)


@pytest.mark.parametrize(
    ("cause", "price", "expected"),
    [
        ("acquired", 0.5, 0.1),  # cheap, but the source says that it was bought
        ("performance", 20.0, (-0.30 + 0.1) / 2),  # not cheap, but the source says that it failed
        ("other", 0.5, (-0.30 + 0.1) / 2),
    ],
)
def test_the_cause_that_the_source_gives_decides(cause: str, price: float, expected: float) -> None:
    _, found = treated(
        {1: [0.0, None], 2: [0.1, 0.1]},
        prices=[{"security_id": 1, "date": JANUARY, "close_usd": price}],
        securities=[{"security_id": 1, "valid_from": JANUARY, "delisting_cause": cause}],
    )
    assert found[FEBRUARY, "delisting_losses"]["total_return"] == pytest.approx(expected, rel=BY_HAND)
