"""The generator's version is raised with its data: a home must not hold years of two universes."""

from __future__ import annotations

import math

import polars.selectors as cs
import pytest

from smallcap.sample_generator import GENERATOR_VERSION
from smallcap.sources.sample.generate import generate

COMPANIES, SEED = 120, 5
MADE = {
    2: {
        "constituents": (23593, 647712.0263886176),
        "securities": (309, 0.0),
        "fundamentals": (2957, 1165227.3555091769),
        "quarterly_fundamentals": (8478, 4011428.418597899),
        "vendor_metrics": (2606, 40492.99605008285),
        "prices": (34177, 382709.0443223948),
        "true_loadings": (290, -2673.9063808029814),
    }
}
"""By version: rows of each dataset, and the sum of the logarithms of all its positive numbers.

After a change of the generated data raise `GENERATOR_VERSION`, and put what the failed test found here.
"""
ANOTHER_MACHINE = 1e-9
"""Relative: sums of floating-point numbers in another order."""


def made() -> dict[str, tuple[int, float]]:
    """Count the rows of each dataset, and sum the logarithms of its positive numbers."""
    found = {}
    for name, frame in generate(COMPANIES, SEED).items():
        numbers = frame.select(cs.float()).iter_columns()
        logs = [column.filter(column > 0).log().sum() for column in numbers]
        found[name] = (frame.height, math.fsum(logs))
    return found


def test_the_data_are_those_of_the_version() -> None:
    found = made()
    expected = MADE.get(GENERATOR_VERSION, {})
    message = f"raise GENERATOR_VERSION, and record in MADE what this version makes: {found}"
    assert {name: rows for name, (rows, _) in found.items()} == {
        name: rows for name, (rows, _) in expected.items()
    }, message
    for name, (_, logs) in found.items():
        assert logs == pytest.approx(expected[name][1], rel=ANOTHER_MACHINE), message
