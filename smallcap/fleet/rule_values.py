"""Which value of a rule file a name of a fleet file means, and what follows from giving it another."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from smallcap.errors import InputError
from smallcap.parsing import parse_toml
from smallcap.rules.files import laid_over, read_text
from smallcap.rules.types.fleet import Given

LIMIT: Final = "limit"
BORDERLINE: Final = "borderline_from"
"""The value from which a pass of a limit is borderline: never above the limit."""
NEAREST: Final = 3
Place = tuple[str, ...]


def values_by_file(
    overrides: Mapping[str, Given], base: Path, folder: Path | None
) -> dict[str, dict[str, Any]]:
    """Sort values by their rule file, as nested tables under their whole names.

    Parameters
    ----------
    overrides
        Values by name, `file.table.field`; a shorter name stands for the one value that it fits.
    base
        The folder of all rule sets.
    folder
        The row's own folder of rules, over those of the base.

    Raises
    ------
    InputError
        When a name fits no value of a rule file, or several, or two names mean one value.
    """
    found: dict[str, dict[str, Any]] = {}
    for file, named in _by_file(overrides, base).items():
        there = _values_of(file, base, folder)
        own: dict[str, Any] = {}
        for name, given in named.items():
            path = _whole_name(name, file, there)
            if _value_at(own, path) is not None:
                raise InputError(
                    f"'{name}' and another name mean one value, {'.'.join((file, *path))}; name it once"
                )
            own = laid_over(own, _nested(path, given))
        found[f"{file}.toml"] = _with_room(there, own)
    return found


def _by_file(overrides: Mapping[str, Given], base: Path) -> dict[str, dict[str, Given]]:
    found: dict[str, dict[str, Given]] = {}
    for name, given in overrides.items():
        file = name.split(".", 1)[0]
        if not (base / f"{file}.toml").is_file():
            known = sorted(path.stem for path in base.glob("*.toml"))
            raise InputError(
                f"'{name}' names no rule file{_nearest(file, known)}; those of {base} are: {', '.join(known)}"
            )
        found.setdefault(file, {})[name] = given
    return found


def _values_of(file: str, base: Path, folder: Path | None) -> dict[str, Any]:
    """Read a rule file, with the row's own over it."""
    values = parse_toml(read_text(base / f"{file}.toml"))
    if folder is not None and (folder / f"{file}.toml").is_file():
        values = laid_over(values, parse_toml(read_text(folder / f"{file}.toml")))
    return values


def _whole_name(name: str, file: str, values: Mapping[str, Any]) -> Place:
    """Return the place of the value that a name means."""
    given = tuple(name.split("."))[1:]
    places = list(_places(values))
    if given in places:
        return given
    fitting = _fitting(given, places)
    if len(fitting) == 1:
        return fitting[0]
    tables = {place[:-1] for place in places}
    known = [".".join((file, *place)) for place in places if place not in tables]
    if fitting:
        meant = ", ".join(".".join((file, *place)) for place in fitting)
        raise InputError(f"'{name}' fits several values of {file}.toml: {meant}; write one of these names")
    raise InputError(f"'{name}' names no value of {file}.toml{_nearest(name, known)}")


def _fitting(given: Place, places: list[Place]) -> list[Place]:
    """Return the places that end with the last given name, and have the others before it in this order."""
    return [place for place in places if given and place[-1] == given[-1] and _is_within(given, place)]


def _is_within(given: Place, place: Place) -> bool:
    left = iter(place)
    return all(name in left for name in given)


def _places(values: Mapping[str, Any], before: Place = ()) -> Iterator[Place]:
    for name, value in values.items():
        yield (*before, name)
        if isinstance(value, Mapping):
            yield from _places(value, (*before, name))


def _nearest(name: str, known: list[str]) -> str:
    """Name what is spelled like a name; or, of names with dots, what ends alike."""
    last = name.rsplit(".", 1)[-1]
    alike = difflib.get_close_matches(name, known, NEAREST, 0.6)
    alike += [one for one in known if difflib.get_close_matches(last, [one.rsplit(".", 1)[-1]], 1, 0.8)]
    found = list(dict.fromkeys(alike))[:NEAREST]
    return f"; nearest: {', '.join(found)}" if found else ""


def _nested(path: Place, given: Given) -> dict[str, Any]:
    values: Any = given
    for name in reversed(path):
        values = {name: values}
    return dict(values)


def _value_at(values: Mapping[str, Any], path: Place) -> Any:
    found: Any = values
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _with_room(there: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Let no pass be borderline where a new limit lies below the value from which one would be.

    The rules refuse such a pair, as a pass at or above that value is none any more. So the value becomes the
    limit itself, which says the same. A value that is given stays as it is.
    """
    found = {
        name: _with_room(there.get(name, {}), value) if isinstance(value, Mapping) else value
        for name, value in own.items()
    }
    limit, borderline = own.get(LIMIT), there.get(BORDERLINE)
    if BORDERLINE in own or not isinstance(limit, int | float) or not isinstance(borderline, int | float):
        return found
    if limit < borderline:
        found[BORDERLINE] = limit
    return found
