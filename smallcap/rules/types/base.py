"""What all typed rules share: how they are read from files, what a rule set says of itself, and how a wrong value is refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Self, cast

from pydantic import BeforeValidator, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class FieldError(ValueError):
    """A value that a rule refuses. A reader of files adds file, line and the names of the tables around the field.

    Parameters
    ----------
    field
        The field, or the names of the tables and fields that lead to it.
    problem
        What is wrong, as the rest of a sentence that begins with the field.
    """

    def __init__(self, field: str | tuple[str, ...], problem: str) -> None:
        self.place = (field,) if isinstance(field, str) else field
        self.problem = problem
        super().__init__(f"{'.'.join(self.place)} {problem}")


def require(is_true: bool, field: str | tuple[str, ...], problem: str) -> None:
    """Raise FieldError unless a condition holds."""
    if not is_true:
        raise FieldError(field, problem)


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""A value has exactly the type of its field: true is not the number 1, and a text is no date. A whole number may be given for a number."""


class Record:
    """What a table of a TOML file becomes."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let a mapping of its fields become the record, which a strict dataclass refuses, and check the names first."""
        schema = handler(source)
        # A record of several fields is defined once and referred to by each: the definition itself is
        # changed.
        record = cast(dict[str, Any], handler.resolve_ref_schema(schema))
        record["strict"] = False
        record["schema"] = core_schema.no_info_before_validator_function(cls._check_names, record["schema"])
        return schema

    @classmethod
    def _check_names(cls, values: Any) -> Any:
        known = field_names(cls)
        for name in values if isinstance(values, dict) else ():
            require(name in known, name, f"is unknown; known here: {', '.join(known)}")
        return values


class Row:
    """What a row of a CSV file becomes: its fields are the columns, in order.

    An empty cell takes the field's default.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Raise FieldError where the row contradicts one of the rows before it."""


@dataclass(frozen=True)
class RuleSet(Record):
    """What every rule set says of itself; rows carry its label."""

    name: str
    version: str
    source: str

    @property
    def label(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"

    @classmethod
    def _check_names(cls, values: Any) -> Any:
        header = field_names(RuleSet)
        for name in header if isinstance(values, dict) else ():
            require(name in values, name, f"is missing; every rule set has {', '.join(header)}")
        return super()._check_names(values)


def field_names(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of a record's fields, in order."""
    return tuple(field.name for field in dataclasses.fields(kind))


def read_day(text: str) -> dt.date:
    """Read a date written YYYY-MM-DD.

    Pydantic would take a number for seconds since 1970, and Python other ISO forms.

    Raises
    ------
    ValueError
        When it is not written so or there is no such day.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"must be a date like 2025-05-31; got '{text}'")


FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
"""The days from which and to which a dated rule holds where its file names none."""
Day = Annotated[dt.date, BeforeValidator(read_day)]
"""A date in a column of a CSV file."""
