"""How the tables join: which columns of a table name a row of another one.

The joins follow from the names of columns, which mean the same everywhere, by the rules in `RULES`. So a new
table has its joins without being listed here. A rule may leave tables out, whose rows need not be found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smallcap.tables.registry import META_TABLES, TABLES


@dataclass(frozen=True)
class Rule:
    """Columns that name a row of another table, wherever they occur.

    Attributes
    ----------
    columns
        The columns, in every table that has all of them.
    table
        The table or view that they name a row of.
    targets
        Its columns, where they have other names.
    prefixes
        The rule is for tables whose names begin so; every table if empty.
    but
        Tables that it is not for.
    may_be_missing
        Why a row may name none that is there; empty if each must be found. A null names nothing.
    """

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    may_be_missing: str = ""

    def is_for(self, name: str, columns: Sequence[str]) -> bool:
        """Whether the rule is for a table with these columns."""
        return (
            set(self.columns) <= set(columns)
            and name != self.table
            and name not in self.but
            and (not self.prefixes or name.startswith(self.prefixes))
        )


@dataclass(frozen=True)
class Join:
    """Columns of a table, the table that they name a row of, and its columns.

    `may_be_missing` says why a row may name none that is there; it is empty if each must be found.
    """

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    may_be_missing: str

    @property
    def written(self) -> str:
        """The join in words: ``entity_id → raw.securities.entity_id``."""
        named = ", ".join(self.columns)
        if len(self.targets) == 1:
            return f"{named} → {self.table}.{self.targets[0]}"
        return f"({named}) → {self.table} ({', '.join(self.targets)})"


WATCHED = ("core.watched_", "marts.watched_")
OUTSIDERS = (
    *("core.watched_names", "core.watched_metrics", "core.watched_trailing"),
    *("marts.watched_outcomes", "marts.watched_lenses", "marts.watched_scores"),
)
LEFT = ("marts.index_changes", "marts.screen_changes", "marts.debt_between_reports")
"""Tables with companies that left the index before as_of."""
RULES = (
    Rule(("as_of", "entity_id"), "core.members", but=(*OUTSIDERS, *LEFT, "marts.published_candidates")),
    Rule(("as_of", "ticker"), "core.watched_names", prefixes=WATCHED),
    Rule(("as_of",), "marts.coverage", but=("meta.runs",)),
    Rule(("formed_as_of",), "marts.coverage", ("as_of",), may_be_missing="years before the first one kept"),
    Rule(("security_id",), "raw.securities"),
    Rule(("entity_id",), "raw.securities"),
    Rule(("book",), "core.books", but=("marts.study_regression",)),
    Rule(("other_book",), "core.books", ("book",)),
    Rule(("month",), "core.factors_monthly", may_be_missing="months of which no factors are known"),
    Rule(("run_id",), "meta.runs"),
)


def joins_of(name: str, columns: Sequence[str]) -> list[Join]:
    """List the joins of a table or view with these columns, in the order of `RULES`.

    Columns that are part of a join to a nearer table have no join of their own: a member's row names a row of
    core.members, which names the company and the date.
    """
    rules: list[Rule] = []
    for rule in RULES:
        is_part = any(set(rule.columns) < set(nearer.columns) for nearer in rules)
        if rule.is_for(name, columns) and not is_part:
            rules.append(rule)
    return [
        Join(rule.columns, rule.table, rule.targets or rule.columns, rule.may_be_missing) for rule in rules
    ]


def joins() -> dict[str, list[Join]]:
    """List the joins of every table, by its name."""
    return {name: joins_of(name, list(table.columns)) for name, table in {**TABLES, **META_TABLES}.items()}
