"""The folders of rules of a fleet's homes: a row's folder, with its single values written over it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.file import FleetHome
from smallcap.fleet.holding import Hold
from smallcap.fleet.rule_values import values_by_file
from smallcap.parsing import parse_toml
from smallcap.private_files import make_private
from smallcap.reference import Reference
from smallcap.rule_overlay import digest_of_overlay, files_of, require_overlay
from smallcap.rules.files import laid_over, read_text


def write_overlay(home: FleetHome, beside: Path, base: Path, folder: Path, hold: Hold) -> Path | None:
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
    hold
        By which a fleet holds the home.

    Raises
    ------
    InputError
        When the row's folder cannot be used, a name fits no value of a rule file, or a value is refused.
    HomeBusyError
        When a fleet makes the home under other rules.
    """
    if home.row.rules is None and not home.overrides:
        return None
    given = None if home.row.rules is None else require_overlay(beside / home.row.rules, base)
    new = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    make_private(new)
    for path in files_of(given) if given is not None else ():
        shutil.copyfile(path, new / path.name)
    for name, values in values_by_file(home.overrides, base, given).items():
        path = new / name
        own = parse_toml(read_text(path)) if path.is_file() else {}
        path.write_text(to_toml(laid_over(own, values)), encoding="utf-8")
    # Equal files stay as they are: their times tell a run that nothing has changed.
    if digest_of_overlay(new) != digest_of_overlay(folder):
        _replace(folder, new, hold, base)
    shutil.rmtree(new, ignore_errors=True)
    return folder


def _replace(folder: Path, new: Path, hold: Hold, base: Path) -> None:
    """Put other rules in place, unless a fleet makes the home under those that are there."""
    if not hold.take():
        raise HomeBusyError(
            f"the home is made by {hold.holder()} under other rules; wait for its end, or stop it"
        )
    try:
        shutil.rmtree(folder, ignore_errors=True)
        new.rename(folder)
        _require_valid(Reference(base, folder))
    except InputError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        hold.release()


def _require_valid(reference: Reference) -> None:
    """Read the rule sets of an overlay's TOML files: a wrong value is named before any home is begun."""
    from smallcap.engine.rule_sets import RULE_SETS

    own = {path.name for path in files_of(reference.overlay) if path.suffix == ".toml"}
    for rule_set in RULE_SETS.values():
        if own.intersection(rule_set.files.split(" or ")):
            rule_set.read(reference)


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
