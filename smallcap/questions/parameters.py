"""Parameters of a worked query: declared in the header of its file, given as text, bound as values.

A line ``-- parameter: NAME TYPE default VALUE: meaning`` declares one; without a default it must be given.
The default ``latest`` of a DATE is the newest published as_of, and ``null`` of any type is no value.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smallcap.errors import InputError

LATEST = "latest"
NOTHING = "null"
LARGEST_INTEGER = 2**31 - 1
"""That of DuckDB's INTEGER: a number of days beyond it cannot be added to a date."""

_LINE = re.compile(
    r"-- parameter: (?P<name>[a-z_][a-z0-9_]*) (?P<kind>[A-Z]+)"
    r"(?: default (?P<default>.+?))?: (?P<meaning>.+)"
)
_MARK = "-- parameter"
_EXAMPLE = re.compile(r"for example ([^\s,;:()]+)")


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > LARGEST_INTEGER:
        raise ValueError(text)
    return number


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_READERS: Mapping[str, tuple[Callable[[str], object], str, str]] = {
    "DATE": (dt.date.fromisoformat, "a date, YYYY-MM-DD", "2025-12-31"),
    "TEXT": (str, "a text", "TEXT"),
    "INTEGER": (_whole, f"a whole number of at most {LARGEST_INTEGER}", "1"),
    "NUMBER": (_number, "a number", "0.5"),
}
"""For each type: how a text is read, what it must be, and an example."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a worked query.

    Attributes
    ----------
    name
        Its name, ``$name`` in the SELECT.
    kind
        DATE, TEXT, INTEGER or NUMBER.
    default
        What it is where it is not given, as text; None where it must be given.
    meaning
        What it decides.
    """

    name: str
    kind: str
    default: str | None
    meaning: str

    @property
    def example(self) -> str:
        """A value that can be given: the one that its meaning names, its default, or one of its type."""
        named = _EXAMPLE.search(self.meaning)
        if named:
            return named[1]
        if self.default in (None, LATEST, NOTHING):
            return _READERS[self.kind][2]
        return str(self.default)

    def described(self) -> str:
        """Say in a line what it is, and how it is given."""
        needed = "required" if self.default is None else f"default {self.default}"
        return f"{self.name} ({self.kind}, {needed}): {self.meaning}; --set {self.name}={self.example}"

    def needs_latest(self, given: Mapping[str, str]) -> bool:
        """Whether its value is the newest published date."""
        return self.kind == "DATE" and given.get(self.name, self.default) == LATEST

    def value(self, text: str, latest: dt.date | None = None) -> object:
        """Read a value from text.

        Raises
        ------
        InputError
            When the text is not of the parameter's type.
        """
        if text == NOTHING == self.default:
            return None
        if self.kind == "DATE" and text == LATEST and latest is not None:
            return latest
        read, words, example = _READERS[self.kind]
        try:
            return read(text)
        except ValueError:
            raise InputError(
                f"--set {self.name}={text}: it must be {words}, for example {self.name}={example}"
            ) from None


def read_parameters(path: Path, text: str, used: frozenset[str]) -> tuple[Parameter, ...]:
    """Read the parameters that the header of a question declares.

    Parameters
    ----------
    path, text
        Its file, for errors, and what the file holds.
    used
        The names that its SELECT uses.

    Raises
    ------
    ValueError
        When a line is not of the form, or declared and used names differ.
    """
    lines = [line for line in text.splitlines() if line.startswith(_MARK)]
    found = tuple(_read_line(path, line) for line in lines)
    names = [one.name for one in found]
    if found and (len(set(names)) != len(names) or set(names) != used):
        raise ValueError(f"{path}: its header declares {sorted(names)}, but it uses {sorted(used)}")
    return found


def without_declarations(text: str) -> str:
    """Return a SELECT without the lines that declare its parameters."""
    return "\n".join(line for line in text.splitlines() if not line.startswith(_MARK)).strip()


def bound_values(
    name: str, parameters: Sequence[Parameter], given: Mapping[str, str], latest: dt.date | None
) -> dict[str, object]:
    """Return the value of each parameter: the one given, else its default.

    Parameters
    ----------
    name, parameters
        The query, and its parameters.
    given
        Values as text, by name.
    latest
        The newest published as_of.

    Raises
    ------
    InputError
        When a name is unknown, a value is missing or not of its type; the message lists the parameters.
    """
    unknown = sorted(set(given) - {one.name for one in parameters})
    missing = [one.name for one in parameters if one.name not in given and one.default is None]
    if unknown or missing:
        what = f"has no parameter '{unknown[0]}'" if unknown else f"needs --set {missing[0]}=..."
        raise InputError(f"the worked query '{name}' {what}; {_taken(parameters)}")
    texts = {one.name: given.get(one.name, one.default or "") for one in parameters}
    return {one.name: one.value(texts[one.name], latest) for one in parameters}


def _taken(parameters: Sequence[Parameter]) -> str:
    if not parameters:
        return "it takes none"
    return "it takes:\n" + "\n".join(f"  {one.described()}" for one in parameters)


def _read_line(path: Path, line: str) -> Parameter:
    found = _LINE.fullmatch(line.rstrip())
    if not found or found["kind"] not in _READERS:
        raise ValueError(
            f"{path}: '{line}' does not declare a parameter; write "
            f"'-- parameter: NAME TYPE default VALUE: meaning', with one of the types {', '.join(_READERS)}"
        )
    one = Parameter(found["name"], found["kind"], found["default"], found["meaning"])
    if one.default not in (None, NOTHING) and not (one.kind == "DATE" and one.default == LATEST):
        one.value(str(one.default))
    return one
