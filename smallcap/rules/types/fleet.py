"""A fleet file as typed objects: which homes there are, and what they vary."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any, Final

from smallcap.rules.types.base import Record, require

NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
"""What the name of a home may be. It is a folder's name; one with = would be read as a partition."""
LONGEST_NAME: Final = 200
_FIELDS: Final = {"from": "first", "to": "last"}
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
        require((self.first is None) == (self.last is None), "from", "and 'to' go together")
        require(
            self.first is None or self.as_of is None,
            "as_of",
            "names one date, 'from' and 'to' a range of years; give one or the other",
        )
        for name, values in self.vary.items():
            require(bool(values), ("vary", name), "has no value")
            require(len(set(map(str, values))) == len(values), ("vary", name), "names a value twice")

    @classmethod
    def _check_names(cls, values: Any) -> Any:
        """Take the names of the file: `from` and `to` are `first` and `last` here."""
        if isinstance(values, dict):
            for name in ("first", "last"):
                require(name not in values, name, "is unknown; a range of years is 'from' and 'to'")
            values = {_FIELDS.get(name, name): value for name, value in values.items()}
        return super()._check_names(values)


@dataclass(frozen=True)
class FleetFile(Record):
    """A whole fleet file: its homes, each with a name of its own."""

    home: tuple[HomeRow, ...]

    def __post_init__(self) -> None:
        """Refuse a file without homes, and two homes of one name."""
        names = [row.name for row in self.home]
        twice = sorted({name for name in names if names.count(name) > 1})
        require(bool(names), "home", "has no table; write one [[home]] for each home")
        require(not twice, "home", f"names two homes alike: {', '.join(twice)}")
