"""Shared by the statement modules: the shape of items, rounding to thousands, values by group. No draws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from smallcap.sources.sample.market import FISCAL_YEARS
from smallcap.sources.sample.randomness import Floats
from smallcap.sources.sample.universe import Companies

Items = dict[str, Floats]
"""Statement items by name, each a matrix of companies by fiscal year."""

YEARS: Final = len(FISCAL_YEARS) - 1


def by_group(companies: Companies, table: Mapping[int, tuple[float, ...]], position: int) -> Floats:
    """Return one value per company, as a column, from a table by group."""
    values: Floats = np.array([table[group][position] for group in range(len(table))], dtype=np.float64)
    return values[companies.group][:, None]


def thousands(values: Floats) -> Floats:
    """Round to whole thousands of dollars, so that sums are exact."""
    return np.asarray(np.round(values / 1e3) * 1e3 + 0.0)
