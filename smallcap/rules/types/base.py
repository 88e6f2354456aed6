"""Base of all typed rules: validation, the header of a rule set, and errors for invalid values."""

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
    """A value that a rule refuses; the reader of the file adds file, line and the enclosing tables.

    Parameters
    ----------
    field
        The field, or the names of the tables and fields that lead to it.
    problem
        What is wrong, as the rest of a sentence that starts with the field.
    """

    def __init__(self, field: str | tuple[str, ...], problem: str) -> None:
        self.place = (field,) if isinstance(field, str) else field
        self.problem = problem
        super().__init__(f"{'.'.join(self.place)} {problem}")


def require(is_true: bool, field: str | tuple[str, ...], problem: str) -> None:
    """Raise FieldError unless a condition is true."""
    if not is_true:
        raise FieldError(field, problem)


STRICT: Final = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
"""Values must have exactly the type of their field, except that an integer is accepted for a float."""


class Record:
    """Base of the dataclasses for tables of TOML files."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept a mapping of the fields, which a strict dataclass refuses, and check the names first."""
        schema = handler(source)
        # A record used by several fields is defined once and referenced by each, so change the definition.
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
    """Base of the dataclasses for rows of CSV files.

    Its fields are the columns, in order; an empty cell takes the field's default.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    def check_against(self, earlier: Sequence[Self]) -> None:
        """Raise FieldError if the row contradicts an earlier row."""


@dataclass(frozen=True)
class RuleSet(Record):
    """The header of every rule set; rows in tables carry its label."""

    name: str
    version: str
    source: str

    @property
    def label(self) -> str:
        """Name and version, as in the column `rule_set`."""
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
    """Read a date in the form YYYY-MM-DD.

    Pydantic would accept a number as seconds since 1970, and Python other ISO formats.

    Raises
    ------
    ValueError
        When it does not have this form or the day does not exist.
    """
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return dt.date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"must be a date like 2025-05-31; got '{text}'")


FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(9999, 12, 31)
"""First and last day of a dated rule whose file gives none."""
Day = Annotated[dt.date, BeforeValidator(read_day)]
"""A date in a column of a CSV file."""
