"""Which columns a table carries over unchanged from tables that it reads, as far as the schemas say so.

A quantity has one name from the source to the report (CONTRIBUTING.md, names). A column is therefore carried
over where a table that is read declares a column of the same name, type, unit and description. Columns that
are computed have no entry: from which figures is described in their methods, not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import dataframely as dy

from smallcap.engine.lineage import READS
from smallcap.tables import TABLES

OWN: Final = frozenset({"year", "rule_set", "reason", "note", "treatment"})
"""Columns that each table fills in for itself, as it does those that end in ``_reason``."""
COMPUTED_AGAIN: Final = frozenset(
    {
        *("core.quarterly_fundamentals", "core.trailing_metrics", "core.trailing_as_of"),
        *("core.watched_names", "core.watched_trailing"),
        *("marts.quality_scores", "marts.watched_scores", "marts.watched_outcomes", "marts.watched_lenses"),
        "marts.treated_hindsight",
    }
)
"""Tables whose figures have the names of those that they read, from which they are computed anew or chosen;
of them the key alone is carried over.
"""
STATED: Final = frozenset({"marts.profitability_experiment"})
"""Tables with a row for each combination that the rules name, also where nothing could be computed: they
carry nothing over.
"""


def carried_over(name: str) -> Mapping[str, list[str]]:
    """Name the columns of a table that are those of tables that it reads.

    Parameters
    ----------
    name
        The table.

    Returns
    -------
    Mapping
        By column, the tables that it comes from, where the column has the same name.
    """
    if name in STATED:
        return {}
    upstream = {other: _meanings(other) for other in READS.get(name, {}) if other != name}
    found = {
        column: [other for other, meanings in upstream.items() if meanings.get(column) == meaning]
        for column, meaning in _meanings(name).items()
        if name not in COMPUTED_AGAIN or column in TABLES[name].key
    }
    return {column: others for column, others in found.items() if others}


def _meanings(name: str) -> dict[str, tuple[str, str, str]]:
    """Return type, unit and description of the columns that a table may have from another."""
    columns = TABLES[name].declared
    return {
        column: _meaning(declared)
        for column, declared in columns.items()
        if column not in OWN and not column.endswith("_reason")
    }


def _meaning(column: dy.Column) -> tuple[str, str, str]:
    unit = str((column.metadata or {}).get("unit", ""))
    return str(column.dtype), unit, column.description or ""
