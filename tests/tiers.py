"""Which cases of a test run in `make test`, and which only in `make drill`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby

import pytest
from _pytest.mark.structures import ParameterSet


def others_in_drill(cases: Iterable[object], kept: Collection[object]) -> list[ParameterSet]:
    """Mark all cases but a few as drill.

    Parameters
    ----------
    cases
        Arguments of one parameter, or tuples of several.
    kept
        Those that `make test` runs too.

    Raises
    ------
    ValueError
        Where a kept case is not one of the cases.
    """
    listed = list(cases)
    strangers = [case for case in kept if case not in listed]
    if strangers:
        raise ValueError(f"no such case: {strangers}")
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=() if case in kept else pytest.mark.drill
        )
        for case in listed
    ]


def of_twenty_years_alone(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests without the one-year case of those that only the drill runs: it has twenty years.

    Parameters
    ----------
    items
        The collected tests.
    """
    return [item for item in items if not (_is_of_one_year(item) and item.get_closest_marker("drill"))]


def _is_of_one_year(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    return call is not None and "one year" in call._idlist


def leave_to_the_drill(items: Iterable[pytest.Item]) -> None:
    """Mark as drill all cases but some of each test that is marked `some_cases`, the kept ones evenly spread.

    Parameters
    ----------
    items
        The collected tests; the cases of a test lie side by side.

    Raises
    ------
    ValueError
        Where a test has no more cases than it keeps, so that the mark means nothing.
    """
    for place, cases in groupby(items, key=lambda item: item.nodeid.split("[")[0]):
        of_test = list(cases)
        mark = of_test[0].get_closest_marker("some_cases")
        if mark is None:
            continue
        (count,) = mark.args
        if len(of_test) <= count:
            raise ValueError(f"{place} has {len(of_test)} cases: some_cases({count}) leaves nothing out")
        kept = {number * len(of_test) // count for number in range(count)}
        for number, item in enumerate(of_test):
            if number not in kept:
                item.add_marker(pytest.mark.drill)
