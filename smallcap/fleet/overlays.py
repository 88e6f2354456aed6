"""The folders of rules of a fleet's homes: a row's folder, with its single values written over it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smallcap.errors import InputError
from smallcap.fleet.file import FleetHome
from smallcap.parsing import parse_toml
from smallcap.private_files import make_private
from smallcap.rule_overlay import digest_of_overlay, files_of, require_overlay
from smallcap.rules.files import laid_over, read_text
from smallcap.rules.types.fleet import Value


def write_overlay(home: FleetHome, beside: Path, base: Path, folder: Path) -> Path | None:
    """Write the folder of rules of a home; None where it has no rules of its own.

    Parameters
    ----------
    home
        The home.
    beside
        The folder of the fleet file, at which a relative folder of rules begins.
    base
        The folder of all rule sets.
    folder
        Where it is written, unless it is there already with the same contents.

    Raises
    ------
    InputError
        When the row's folder cannot be used, or a value names no rule file.
    """
    if home.row.rules is None and not home.overrides:
        return None
    given = None if home.row.rules is None else require_overlay(beside / home.row.rules, base)
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    make_private(new)
    for path in files_of(given) if given is not None else ():
        shutil.copyfile(path, new / path.name)
    for name, values in _by_file(home.overrides, base).items():
        path = new / name
        own = parse_toml(read_text(path)) if path.is_file() else {}
        path.write_text(to_toml(laid_over(own, values)), encoding="utf-8")
    # Equal files stay as they are: their times tell a run that nothing has changed.
    if digest_of_overlay(new) != digest_of_overlay(folder):
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
    shutil.rmtree(new, ignore_errors=True)
    return folder


def _by_file(overrides: Mapping[str, Value], base: Path) -> dict[str, dict[str, Any]]:
    """Sort values by their rule file, as nested tables."""
    found: dict[str, dict[str, Any]] = {}
    for name, value in overrides.items():
        file, *tables, last = name.split(".")
        if not (base / f"{file}.toml").is_file():
            known = ", ".join(sorted(path.stem for path in base.glob("*.toml")))
            raise InputError(f"'{name}' names no rule file; those of {base} are: {known}")
        values: dict[str, Any] = {last: value}
        for table in reversed(tables):
            values = {table: values}
        found[f"{file}.toml"] = laid_over(found.get(f"{file}.toml", {}), values)
    return found


def to_toml(values: Mapping[str, Any]) -> str:
    """Write values as TOML, one dotted name a line: equal values give equal text."""
    return "".join(f"{name} = {_value(value)}\n" for name, value in sorted(_flat(values)))


def _flat(values: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{before}{json.dumps(name)}.")
        else:
            yield f"{before}{json.dumps(name)}", value


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)} = {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # Numbers, truth values and strings of JSON are TOML; so are dates as they are written.
    return (
        json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int | float) else str(value)
    )
