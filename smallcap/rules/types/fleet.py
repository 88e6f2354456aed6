"""A fleet file as typed objects: which homes there are, and what they vary."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from smallcap.rules.types.base import Record, field_names, require

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What the name of a home may be. It is a folder's name; one with = would be read as a partition."""
LONGEST_NAME: Final = 200
VIEW: Final = "fleet.duckdb"
"""The catalogue over all homes, which lies among their folders; no home's name begins so."""
_FIELDS: Final = {"from": "first", "to": "last"}
_IN_FILE: Final = {field: name for name, field in _FIELDS.items()}
Value = str | int | float | bool
Given = Value | dict[str, Value]
"""What may vary: a value, or values of one table of a rule file that belong together."""


@dataclass(frozen=True, kw_only=True)
class HomeRow(Record):
    """One table `[[home]]`.

    Attributes
    ----------
    name
        The folder of the home below the root, and its name in comparisons.
    preset, index, limit, input
        As the settings of a run; `input` is relative to the fleet file.
    as_of
        The date that is made; none makes the range from `first` to `last`.
    first, last
        A range of years; `from` and `to` in the file.
    settings
        Further settings by name.
    rules
        A folder of rule files over those of all, relative to the fleet file.
    vary
        Values by setting, or by a value or table of a rule file (`file.table.field`); one home per
        combination.
    """

    name: str
    preset: str = "sample"
    index: str | None = None
    limit: int | None = None
    input: str | None = None
    as_of: dt.date | None = None
    first: int | None = None
    last: int | None = None
    rules: str | None = None
    settings: dict[str, Value] = field(default_factory=dict)
    vary: dict[str, tuple[Given, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what can be checked without a home."""
        require(
            bool(NAME.fullmatch(self.name)) and len(self.name) <= LONGEST_NAME,
            "name",
            f"must be letters, digits and _ . - and begin with a letter or digit; got {self.name!r}",
        )
        require(not self.name.startswith(VIEW), "name", f"begins with {VIEW}, which is no home; name another")
        require((self.first is None) == (self.last is None), "from", "and 'to' go together")
        require(
            self.first is None or self.as_of is None,
            "as_of",
            "names one date, 'from' and 'to' a range of years; give one or the other",
        )
        if self.first is not None and self.last is not None:
            require(self.first <= self.last, "to", f"is {self.last}, before 'from', {self.first}")
        for name, values in self.vary.items():
            require(bool(values), ("vary", name), "has no value")
            require(len(set(map(str, values))) == len(values), ("vary", name), "names a value twice")

    @classmethod
    def _check_names(cls, values: Any) -> Any:
        """Take the names of the file: `from` and `to` are `first` and `last` here."""
        if not isinstance(values, dict):
            return values
        known = tuple(_IN_FILE.get(name, name) for name in field_names(cls))
        for name in values:
            require(name in known, name, f"is unknown; known here: {', '.join(known)}")
        _require_values(values)
        return {_FIELDS.get(name, name): value for name, value in values.items()}


def _require_values(row: dict[str, Any]) -> None:
    """Refuse other kinds of values at once: a union of types would be refused once for each of them."""
    for table, kinds in (("settings", ""), ("vary", ", or a table of these")):
        given = row.get(table)
        for name, value in given.items() if isinstance(given, dict) else ():
            for one in value if table == "vary" and isinstance(value, tuple) else (value,):
                # A table in settings and a single value in vary are refused as such by their types.
                is_fine = isinstance(one, dict | tuple) or _is_value(one)
                told = f"must be text, a finite number, true or false{kinds}; got {one}"
                require(is_fine, (table, name), told)


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value))


@dataclass(frozen=True)
class FleetFile(Record):
    """A whole fleet file: its homes, each with a name of its own."""

    home: tuple[HomeRow, ...]

    def __post_init__(self) -> None:
        """Refuse a file without homes, and two homes of one name."""
        names = [row.name for row in self.home]
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        require(bool(names), "home", "has no table; write one [[home]] for each home")
        require(not twice, "home", f"names two homes alike: {', '.join(twice)}")
