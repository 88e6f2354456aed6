"""Read the rule sets of data/reference/ into typed, frozen objects: TOML files, and CSV files row by row.

Every error names the file, line and field, what is wrong and what is allowed. The types are defined in
`smallcap.rules.types`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from smallcap.errors import InputError
from smallcap.parsing import parse_toml
from smallcap.reference import Reference, ReferenceDir
from smallcap.rules.lines import Place, line_of
from smallcap.rules.types.base import FieldError, Record, Row, RuleSet, field_names

Rules = TypeVar("Rules", bound=RuleSet)
Line = TypeVar("Line", bound=Row)
Whole = TypeVar("Whole", bound=Record)
RULE_SET = "rule set"

_ALLOWED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "date_type": "a date",
    "tuple_type": "an array",
    "dict_type": "tables [{}.<name>]",
    "dataclass_type": "a table [{}]",
}
"""What a field must be, by pydantic's error type."""


def read_rules(reference_dir: ReferenceDir, file_name: str, kind: type[Rules]) -> Rules:
    """Read a rule set from a TOML file.

    Parameters
    ----------
    reference_dir
        Folder of the rule sets; values of an overlay replace those of the same name.
    file_name
        The file in it, for example ``sanity.toml``.
    kind
        The dataclass that describes it; tables of the file become nested dataclasses, arrays become tuples.

    Returns
    -------
    Rules
        The rule set.

    Raises
    ------
    InputError
        When the file is missing or not TOML, or a field is missing, unknown, of the wrong type or out of
        range; the message names the file, the line and the field.
    """
    if isinstance(reference_dir, Reference) and (reference_dir.overlay / file_name).is_file():
        return _read_overlaid(reference_dir, file_name, kind)
    path = reference_dir / file_name
    return _typed(path, *_parsed(path), kind)


def read_table(path: Path, kind: type[Whole], what: str) -> Whole:
    """Read a TOML file that is no rule set into the dataclass that describes it.

    Parameters
    ----------
    path, kind
        The file, and the dataclass; errors are those of `read_rules`.
    what
        What the file is, as messages name it.
    """
    text, values = _parsed(path, what)
    return _typed(path, text, values, kind, what)


def _read_overlaid(reference: Reference, file_name: str, kind: type[Rules]) -> Rules:
    """Read a rule set whose values are those of the overlay where it has them, else those of the base.

    The version then ends with a digest of the overlay's file, unless that names a version itself: rows carry
    it.
    """
    path = reference.overlay / file_name
    text, own = _parsed(path)
    _, values = _parsed(reference.base / file_name)
    if "version" in values and "version" not in own:
        values["version"] = f"{values['version']}+{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return _typed(path, text, laid_over(values, own), kind)


def laid_over(values: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a TOML file with those of another over them; arrays are replaced whole."""
    merged = dict(values)
    for name, value in own.items():
        below = merged.get(name)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[name] = laid_over(below, value)
        else:
            merged[name] = value
    return merged


def _parsed(path: Path, what: str = RULE_SET) -> tuple[str, dict[str, Any]]:
    text = read_text(path, what)
    try:
        return text, parse_toml(text)
    except ValueError as error:
        raise InputError(f"{what} {path} is not valid TOML: {error}") from None


def _typed(
    path: Path, text: str, values: Mapping[str, Any], kind: type[Whole], what: str = RULE_SET
) -> Whole:
    with _explained(path, lambda place: line_of(text, place), "is missing", what):
        return TypeAdapter(kind).validate_python(_with_tuples(values))


def read_rows(reference_dir: ReferenceDir, file_name: str, kind: type[Line]) -> tuple[Line, ...]:
    """Read a CSV file whose columns are the fields of a dataclass, in order.

    Parameters
    ----------
    reference_dir, file_name, kind
        Folder of the rule sets, the file in it (``reconstitutions.csv``), and the dataclass of a row.

    Returns
    -------
    tuple of Line
        The rows in file order.

    Raises
    ------
    InputError
        When the file is missing or not CSV, a column missing or unknown, a field empty, mistyped or out of
        range, or a row contradicts an earlier one; the message names file, field and the row's last line.
    """
    path = reference_dir / file_name
    adapter = TypeAdapter(kind)
    found: list[Line] = []
    for line, cells in _rows(path, read_text(path), field_names(kind)):
        found.append(_typed_row(path, line, cells, adapter, found))
    return tuple(found)


def read_text(path: Path, what: str = RULE_SET) -> str:
    """Read the text of a rule set file, or of what else people write for this program.

    Raises
    ------
    InputError
        When it is missing, unreadable or not UTF-8.
    """
    try:
        if not path.is_file():
            remedy = "restore the file or set SMALLCAP_REFERENCE_DIR to the folder that contains it"
            raise InputError(
                f"{what} {path} is missing; {remedy if what == RULE_SET else 'name the file to read'}"
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{what} {path} cannot be read ({error.strerror}); give this user read permission"
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{what} {path} is not UTF-8 text ({error.reason} at byte {error.start}); save it as UTF-8"
        ) from None


def _typed_row(
    path: Path, line: int, cells: dict[str, str], adapter: TypeAdapter[Line], earlier: Sequence[Line]
) -> Line:
    with _explained(path, lambda _: line, "is empty"):
        row = adapter.validate_strings(cells)
        row.check_against(earlier)
        return row


def _with_tuples(value: Any) -> Any:
    """Turn the arrays of a TOML file into tuples, because a strict tuple field does not accept a list."""
    if isinstance(value, list):
        return tuple(map(_with_tuples, value))
    return {name: _with_tuples(item) for name, item in value.items()} if isinstance(value, dict) else value


def _rows(path: Path, text: str, fields: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Read the non-empty rows of a CSV text: the line on which each ends, and its non-empty cells."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        _check_columns(path, next(reader, []), fields)
        for values in reader:
            if len(values) != len(fields) and any(values):
                problem = f"{len(values)} values for {len(fields)} fields; quote values that contain a comma"
                raise _error(path, reader.line_num, problem)
            if cells := {
                name: value.strip() for name, value in zip(fields, values, strict=False) if value.strip()
            }:
                yield reader.line_num, cells
    except csv.Error as error:
        raise _error(path, reader.line_num, f"the row is not valid CSV: {error}") from None


def _check_columns(path: Path, header: Sequence[str], fields: Sequence[str]) -> None:
    for unknown in (name for name in header if name not in fields):
        raise _error(path, 1, f"field '{unknown}' is unknown; known here: {', '.join(fields)}")
    for missing in (name for name in fields if name not in header):
        raise _error(path, 1, f"field '{missing}' is missing")
    if list(header) != list(fields):
        raise _error(path, 1, f"the fields must be in this order, each once: {', '.join(fields)}")


@contextmanager
def _explained(
    path: Path, find_line: Callable[[Place], int], missing: str, what: str = RULE_SET
) -> Iterator[None]:
    """Turn a validation error of pydantic or of a rule into an InputError with file, line and field."""
    try:
        yield
    except ValidationError as error:
        place, problem = _in_words(error.errors(include_url=False)[0], missing)
    except FieldError as error:
        place, problem = error.place, error.problem
    else:
        return
    raise _error(path, find_line(place), f"field '{_dotted(place)}' {problem}" if place else problem, what)


def _in_words(error: ErrorDetails, missing: str) -> tuple[Place, str]:
    """Return the field that a pydantic error is about, and what is wrong with it."""
    place, cause = error["loc"], error.get("ctx", {}).get("error")
    if isinstance(cause, FieldError):
        return (*place, *cause.place), cause.problem
    if isinstance(cause, ValueError):
        return place, str(cause)
    if error["type"] == "missing":
        return place, missing
    allowed = _ALLOWED.get(error["type"], "").replace("{}", _dotted(place))
    problem = f"must be {allowed}" if allowed else re.sub(r"^\w+ should ", "must ", error["msg"])
    return place, f"{problem}; got {_shown(error['input'])}"


def _dotted(place: Place) -> str:
    return ".".join(name for name in place if isinstance(name, str))


def _shown(value: object) -> str:
    """Format a value as it is written in its file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return repr(value) if isinstance(value, (str, dict)) else str(value)


def _error(path: Path, line: int, problem: str, what: str = RULE_SET) -> InputError:
    return InputError(f"{what} {path}, line {line}: {problem}")
