"""Rule sets of data/reference/ read into typed, frozen objects. What the rules mean stands beside their classes in `smallcap.finance`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
import re
import tomllib
import types
from pathlib import Path
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from smallcap.errors import InputError

T = TypeVar("T")

REQUIRED_FIELDS = ("name", "version", "source")
"""What every rule set says of itself, so that rows can carry its name and a reader can trace it."""

_PLAIN_WORDS: dict[type, str] = {str: "text", bool: "true or false", int: "a whole number", float: "a number", dt.date: "a date"}


def read_rules(reference_dir: Path, file_name: str, kind: type[T]) -> T:
    """Read a rule set from a TOML file into the frozen dataclass that describes it.

    Tables of the file become nested dataclasses, or a dict of them by name; arrays become tuples. A range check belongs to
    the dataclass: its ``__post_init__`` raises ``ValueError`` with a message that names the field.

    Parameters
    ----------
    reference_dir
        Folder of the rule sets.
    file_name
        The file in it, for example ``sanity.toml``.
    kind
        The dataclass; it has the fields `name`, `version` and `source`.

    Raises
    ------
    InputError
        When the file is missing or no TOML, or a field is missing, unknown, of the wrong type or out of range; the
        message names the file, the line and the field.
    """
    file = _RuleFile.read(reference_dir / file_name)
    lacking = [field for field in REQUIRED_FIELDS if field not in file.values]
    if lacking:
        raise file.error((lacking[0],), f"field '{lacking[0]}' is missing; every rule set has {', '.join(REQUIRED_FIELDS)}")
    return cast(T, _build(kind, file.values, (), file))


@dataclasses.dataclass(frozen=True)
class _RuleFile:
    path: Path
    text: str
    values: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> _RuleFile:
        try:
            if not path.is_file():
                raise InputError(f"rule set {path} is missing; restore the file or set SMALLCAP_REFERENCE_DIR to the folder that holds it")
            text = path.read_text(encoding="utf-8")
            return cls(path, text, tomllib.loads(text))
        except OSError as error:
            raise InputError(f"rule set {path} cannot be read ({error.strerror}); permit this user to read it") from None
        except UnicodeDecodeError as error:
            raise InputError(f"rule set {path} is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"rule set {path} is not valid TOML: {error}") from None

    def error(self, field: tuple[str, ...], problem: str) -> InputError:
        return InputError(f"rule set {self.path}, line {self.line_of(field)}: {problem}")

    def line_of(self, field: tuple[str, ...]) -> int:
        """Line of a field, else of the table that should hold it, else 1: tomllib does not keep positions."""
        table: tuple[str, ...] = ()
        nearest = 1
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\s*\[\[?\s*([\w.\-]+)\s*\]", line):
                table = tuple(header[1].split("."))
                if table == field:
                    return number
                if table == field[: len(table)]:
                    nearest = number
            elif (key := re.match(r"\s*[\"']?([\w\-]+)[\"']?\s*=", line)) and (*table, key[1]) == field[: len(table) + 1]:
                return number
        return nearest


def _build(kind: type, values: dict[str, Any], where: tuple[str, ...], file: _RuleFile) -> object:
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for unknown in (name for name in values if name not in fields):
        raise file.error((*where, unknown), f"field '{_dotted(where, unknown)}' is unknown; known here: {', '.join(fields)}")
    for name, field in fields.items():
        has_default = field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
        if name not in values and not has_default:
            raise file.error((*where, name), f"field '{_dotted(where, name)}' is missing")
    arguments = {name: _convert(hints[name], value, (*where, name), file) for name, value in values.items()}
    try:
        return kind(**arguments)
    except ValueError as error:
        culprit = next((word for word in re.findall(r"\w+", str(error)) if word in fields), None)
        place = (*where, culprit) if culprit else where
        raise file.error(place, f"field '{'.'.join(place)}' is out of range: {error}" if place else str(error)) from None


def _convert(hint: Any, value: Any, where: tuple[str, ...], file: _RuleFile) -> Any:
    # A field that may be left out: `Limit | None` in the dataclass; TOML has no null, so a value that is there is the other type.
    if get_origin(hint) is types.UnionType:
        hint = next(kind for kind in get_args(hint) if kind is not types.NoneType)
    if get_origin(hint) is dict:
        if not isinstance(value, dict):
            raise _wrong_type(file, where, f"tables [{'.'.join(where)}.<name>]", value)
        return {name: _convert(get_args(hint)[1], item, (*where, name), file) for name, item in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, dict):
            raise _wrong_type(file, where, f"a table [{'.'.join(where)}]", value)
        return _build(hint, value, where, file)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _wrong_type(file, where, "an array", value)
        return tuple(_convert(get_args(hint)[0], item, where, file) for item in value)
    if hint is float and type(value) in (int, float):
        if not math.isfinite(value):
            raise _wrong_type(file, where, "a finite number", value)
        return float(value)
    # An exact match, because in Python a bool passes for an int and a datetime for a date.
    if type(value) is not hint:
        raise _wrong_type(file, where, _PLAIN_WORDS.get(hint, str(hint)), value)
    return value


def _wrong_type(file: _RuleFile, where: tuple[str, ...], wanted: str, value: object) -> InputError:
    return file.error(where, f"field '{'.'.join(where)}' must be {wanted}; got {value!r}")


def _dotted(where: tuple[str, ...], name: str) -> str:
    return ".".join((*where, name))
