"""Refuses a home whose sample universe an older generator made, with the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from smallcap.errors import InputError
from smallcap.sample_generator import FIRST_VERSION, GENERATOR_VERSION, RECORDED_AS
from smallcap.settings import IDENTITY_FIELDS, Settings


def recorded_generator(settings: Settings) -> dict[str, object]:
    """Return what a home records of the generator; nothing where its data are not generated."""
    return {RECORDED_AS: GENERATOR_VERSION} if settings.preset == "sample" else {}


def refuse_other_generator(
    home: Path, there: Mapping[str, object], settings: Settings, years: Callable[[], Iterable[int]]
) -> None:
    """Refuse a home of the sample universe that another version of the generator made.

    Parameters
    ----------
    home, there, settings
        The home, what it records, and the settings of the run, of the same universe.
    years
        Returns the years of lists that the home has, which the command in the message makes again.

    Raises
    ------
    InputError
        With both versions and the command.
    """
    version = there.get(RECORDED_AS, FIRST_VERSION)
    if settings.preset != "sample" or version == GENERATOR_VERSION:
        return
    raise InputError(
        f"the home {home} holds the sample universe of generator {version}, and this release has generator "
        f"{GENERATOR_VERSION}; two universes never share a home. What it published is still served. "
        f"Make it again beside this one: {_command(home, settings, sorted(years()))}"
    )


def _command(home: Path, settings: Settings, years: list[int]) -> str:
    """Write the command that makes the same years of the same universe in a home beside the old one."""
    given = " ".join(
        f"SMALLCAP_{name.upper()}={shlex.quote(str(getattr(settings, name)))}"
        for name in IDENTITY_FIELDS
        if getattr(settings, name) != Settings.model_fields[name].default
    )
    what = f"backfill --from {years[0]} --to {years[-1]}" if years else "run"
    beside = home.with_name(f"{home.name}-generator-{GENERATOR_VERSION}")
    return f"{given} smallcap {what} --home {shlex.quote(str(beside))}".lstrip()
