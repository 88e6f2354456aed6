"""Reading a fleet file, and expanding its rows to the homes that they name."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.rules.files import read_table
from smallcap.rules.types.fleet import LONGEST_NAME, FleetFile, Given, HomeRow, Value
from smallcap.settings import IDENTITY_FIELDS, NUMBER_FIELDS

GIVEN_BY_FIELD: Final = ("preset", "index_name", "limit")
"""Settings that a row gives by a field of its own."""
SETTINGS: Final = (
    *(name for name in (*IDENTITY_FIELDS, *NUMBER_FIELDS) if name not in GIVEN_BY_FIELD),
    *("min_coverage", "clock", "publish_partial", "is_report_written", "xfinlink_plan", "prices"),
)
"""Settings that a row may give or vary."""
ROW_FIELDS: Final = ("index", "limit", "rules")
"""Fields of a row that may vary too."""
_VALUE: Final = re.compile(r"[A-Za-z0-9_.-]+")
LARGEST: Final = 100_000
"""Homes of one fleet file; more are a mistake in its values."""


@dataclass(frozen=True)
class FleetHome:
    """One home of a fleet.

    Attributes
    ----------
    name
        Its name, and that of its folder below the root.
    row
        The row that it comes from, with the varied fields in place and no `vary`.
    settings
        Its settings by name, as `load_settings` takes them.
    overrides
        Values of rule files, by `file.table.field`.
    varied
        What the row varied, with this home's values.
    """

    name: str
    row: HomeRow
    settings: Mapping[str, Value]
    overrides: Mapping[str, Given] = field(default_factory=dict)
    varied: Mapping[str, Given] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """Return the arguments of `smallcap run` that say what is made."""
        if self.row.first is not None:
            return ["--from", str(self.row.first), "--to", str(self.row.last)]
        return [] if self.row.as_of is None else ["--as-of", self.row.as_of.isoformat()]


def read_fleet(path: Path) -> list[FleetHome]:
    """Read a fleet file and expand it.

    Parameters
    ----------
    path
        The TOML file.

    Returns
    -------
    list of FleetHome
        The homes in the order of the file; the combinations of `vary` in the order of its values.

    Raises
    ------
    InputError
        When the file cannot be read, or a value is refused; the message names file, line and field. Also
        when two homes have one name.
    """
    rows = read_table(path, FleetFile, "fleet file").home
    homes: list[FleetHome] = []
    for row in rows:
        try:
            homes += itertools.islice(_expanded(row), LARGEST + 1 - len(homes))
        except InputError as error:
            raise InputError(f"fleet file {path}, home '{row.name}': {error}") from None
        if len(homes) > LARGEST:
            raise InputError(f"fleet file {path} names more than {LARGEST:,} homes; vary fewer values")
    twice = sorted(name for name, count in Counter(home.name for home in homes).items() if count > 1)
    if twice:
        raise InputError(f"fleet file {path} expands to two homes of one name: {', '.join(twice)}")
    return homes


def _expanded(row: HomeRow) -> Iterator[FleetHome]:
    for name in (*row.settings, *row.vary):
        _check_name(name, is_varied=name in row.vary)
    for name in set(row.settings) & set(row.vary):
        raise InputError(f"'{name}' is given in settings and in vary; give it once")
    for values in itertools.product(*row.vary.values()):
        yield _home(row, dict(zip(row.vary, values, strict=True)))


def _check_name(name: str, *, is_varied: bool) -> None:
    if name in SETTINGS or "." in name or (is_varied and name in ROW_FIELDS):
        return
    allowed = (*SETTINGS, *(ROW_FIELDS if is_varied else ()))
    raise InputError(
        f"'{name}' is no setting of a home in a fleet; known here: {', '.join(allowed)}, and values of rule "
        f"files such as 'funnel.value.quantile'. Keys and addresses are set in the environment"
    )


def _home(row: HomeRow, varied: Mapping[str, Given]) -> FleetHome:
    given: dict[str, Given] = {**row.settings, **varied}
    own: dict[str, Any] = {name: _single(name, given.get(name, getattr(row, name))) for name in ROW_FIELDS}
    settings: dict[str, Value] = {"preset": row.preset}
    settings |= {name: _single(name, value) for name, value in given.items() if name in SETTINGS}
    for setting, value in (("index_name", own["index"]), ("limit", own["limit"]), ("input", row.input)):
        if value is not None:
            settings[setting] = value
    # Each home would check all values of the row again.
    changed = HomeRow(**{**vars(row), **own, "vary": {}})
    overrides = {name: value for name, value in given.items() if "." in name}
    return FleetHome(_name(row.name, varied), changed, settings, overrides, varied)


def _single(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        raise InputError(f"'{name}' is one value; only values of a rule file may be a table")
    return value


def _name(name: str, varied: Mapping[str, Given]) -> str:
    """Name a home by what it varies: the values are read off its name."""
    parts = [name]
    for what, value in varied.items():
        text = _text(value)
        if not _VALUE.fullmatch(text):
            raise InputError(
                f"the value {value!r} of '{what}' cannot be in a home's name: letters, digits and _ . -"
            )
        parts.append(f"{what}-{text}")
    found = "-".join(parts)
    if len(found) > LONGEST_NAME:
        raise InputError(
            f"the name {found[:60]}... has more than {LONGEST_NAME} characters; vary fewer values"
        )
    return found


def _text(value: Given) -> str:
    if isinstance(value, Mapping):
        return "-".join(f"{name}-{_text(one)}" for name, one in value.items())
    return str(value).lower() if isinstance(value, bool) else str(value)
