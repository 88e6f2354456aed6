"""Which cases of a test run in `make test`, and which only in `make drill`."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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
