"""Rule files as values that can be changed: each field of a rule set with its type, and the values written as
TOML with each one's line.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import types
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin, get_type_hints

Place = tuple[str | int, ...]


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of a rule set, or a table or array that leads to one.

    Attributes
    ----------
    place
        Names of tables and numbers of elements that lead to it.
    hint
        Its type.
    is_required
        Whether a file must have it.
    is_given
        Whether the file has it.
    """

    place: Place
    hint: Any
    is_required: bool
    is_given: bool

    @property
    def name(self) -> str:
        """The name as messages show it."""
        return ".".join(part for part in self.place if isinstance(part, str))

    @property
    def is_table(self) -> bool:
        """Whether it is a table with fields of its own."""
        return dataclasses.is_dataclass(self.hint)


def fields_of(kind: type[Any], values: Mapping[str, Any], place: Place = ()) -> Iterator[Field]:
    """List every field of a rule set and of the tables in it."""
    hints = get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = _given_type(hints[field.name])
        is_required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        yield Field((*place, field.name), hint, is_required, field.name in values)
        if field.name in values:
            yield from _inside(hint, values[field.name], (*place, field.name))


def _inside(hint: Any, value: Any, place: Place) -> Iterator[Field]:
    if dataclasses.is_dataclass(hint):
        yield from fields_of(hint, value, place)  # type: ignore[arg-type]
    elif get_origin(hint) is dict and dataclasses.is_dataclass(get_args(hint)[1]):
        for name, table in value.items():
            yield Field((*place, name), get_args(hint)[1], is_required=False, is_given=True)
            yield from fields_of(get_args(hint)[1], table, (*place, name))
    elif get_origin(hint) is tuple and dataclasses.is_dataclass(get_args(hint)[0]):
        for number, table in enumerate(value):
            yield from fields_of(get_args(hint)[0], table, (*place, number))


def _given_type(hint: Any) -> Any:
    """Return the type of a field that may be left out."""
    if get_origin(hint) is types.UnionType:
        return next(kind for kind in get_args(hint) if kind is not types.NoneType)
    return hint


def as_toml(values: Mapping[str, Any]) -> tuple[str, dict[Place, int]]:
    """Write values as TOML.

    Returns
    -------
    str
        The text.
    dict
        The line of every field and table.
    """
    lines: list[str] = []
    found: dict[Place, int] = {(): 1}
    _write(values, (), lines, found)
    return "\n".join(lines) + "\n", found


def _write(values: Mapping[str, Any], place: Place, lines: list[str], found: dict[Place, int]) -> None:
    tables = {name: value for name, value in values.items() if isinstance(value, dict)}
    arrays = {
        name: value
        for name, value in values.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }
    for name, value in values.items():
        if name not in tables and name not in arrays:
            found[*place, name] = len(lines) + 1
            lines += f"{json.dumps(name)} = {_written(value)}".split("\n")
    for name, table in tables.items():
        lines += ["", f"[{_header(place, name)}]"]
        found[*place, name] = len(lines)
        _write(table, (*place, name), lines, found)
    for name, elements in arrays.items():
        for number, table in enumerate(elements):
            lines += ["# the next one", f"[[{_header(place, name)}]]"]
            found.setdefault((*place, name), len(lines))
            found[*place, name, number] = len(lines)
            _write(table, (*place, name, number), lines, found)


def _header(place: Place, name: str) -> str:
    return ".".join(json.dumps(part) for part in (*place, name) if isinstance(part, str))


def _written(value: object) -> str:
    if isinstance(value, (dt.date, float)):
        return str(value)
    if isinstance(value, list):
        return "[\n" + "".join(f"  {_written(item)},\n" for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{json.dumps(name)} = {_written(item)}" for name, item in value.items()) + " }"
        )
    return json.dumps(value)
