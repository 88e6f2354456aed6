"""The macros of the catalogue, generated from the registry: the visibility rule as SQL, and ticker spelling.

A table of versions has one row per company, fiscal period and version, with the date on which the row became
known. Each such table gets two macros. They state the rule of `smallcap.finance.pointintime` in SQL; a test
compares both on random rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smallcap.tables.definition import Table
from smallcap.tables.registry import TABLES
from smallcap.tables.symbols import SEPARATORS

PERIOD_KEY = {"entity_id", "period_end"}
TIES = ("version", "source")


@dataclass(frozen=True)
class Macro:
    """A macro of the catalogue.

    Attributes
    ----------
    name
        Layer and macro, as in DuckDB.
    parameter
        Its only parameter.
    body
        A SELECT for a table macro, an expression for a scalar one.
    description
        What it returns.
    source
        The table whose columns a table macro returns; None for a scalar macro.
    """

    name: str
    parameter: str
    body: str
    description: str
    source: str | None = None

    @property
    def call(self) -> str:
        """How it is written in a query."""
        return f"{self.name}({self.parameter})"

    def statements(self) -> Iterator[str]:
        """Write the statements that create the macro with its comment."""
        kind = "MACRO TABLE" if self.source else "MACRO"
        body = f"TABLE {self.body}" if self.source else self.body
        comment = self.description.replace("'", "''")
        yield f"CREATE MACRO {self.call} AS {body}"
        yield f"COMMENT ON {kind} {self.name} IS '{comment}'"


def is_table_of_versions(table: Table) -> bool:
    """Whether a table has rows per company and fiscal period that became known on a date each."""
    key = set(table.key)
    return PERIOD_KEY <= key <= {*PERIOD_KEY, "available_date", *TIES} and "available_date" in table.columns


def macros() -> list[Macro]:
    """Generate every macro of the catalogue, in the order of the registry."""
    versions = [table for table in TABLES.values() if is_table_of_versions(table)]
    return [*(macro for table in versions for macro in _visible(table)), _symbol_key()]


def _visible(table: Table) -> Iterator[Macro]:
    name = f"{table.layer}.visible_{table.short_name}"
    yield Macro(
        name,
        "as_of",
        _newest(table, ["entity_id"]),
        f"Row of {table.name} that was visible at as_of, for each company: of the rows known by then the "
        "latest period_end, then the latest available_date.",
        table.name,
    )
    yield Macro(
        f"{name}_by_period",
        "as_of",
        _newest(table, ["entity_id", "period_end"]),
        f"Rows of {table.name} that were visible at as_of, for each company and period_end: of the rows "
        "known by then the latest available_date.",
        table.name,
    )


def _newest(table: Table, group: list[str]) -> str:
    """Write the SELECT of each group's newest known row, in the total order of `pointintime.by_standing`."""
    order = [column for column in ("period_end", "available_date") if column not in group]
    order += ["version = 'restated'"] if "version" in table.columns else []
    order += [column for column in TIES if column in table.columns]
    ordered = ", ".join(f"{key} DESC NULLS LAST" for key in order)
    return (
        f"SELECT * FROM {table.name} WHERE available_date <= CAST(as_of AS DATE) "
        f"QUALIFY row_number() OVER (PARTITION BY {', '.join(group)} ORDER BY {ordered}) = 1"
    )


def _symbol_key() -> Macro:
    return Macro(
        "core.symbol_key",
        "symbol",
        f"regexp_replace(upper(symbol), '{SEPARATORS}', '', 'g')",
        "The symbol in upper case without separators: equal for all spellings of a ticker (BRK.B, BRK-B).",
    )
