"""The rules of a home's own: kept in the home, recorded as part of what it is, never mixed with others."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from smallcap.errors import InputError
from smallcap.home_record import RECORD, read_record
from smallcap.private_files import make_private
from smallcap.rule_overlay import DIGEST, FOLDER, ORIGIN, digest_of_overlay, files_of, require_overlay
from smallcap.settings import Settings


def refuse_other_rules(settings: Settings, there: Mapping[str, object]) -> None:
    """Refuse another folder of rules than the one that a home was made with.

    The files of that folder, and those in the home itself, may be edited: the next run makes again what
    depends on them.

    Parameters
    ----------
    settings
        The settings, which name the home and perhaps a folder of rules.
    there
        What the home records.

    Raises
    ------
    InputError
        When another folder is given, with other contents than the home's copy, or the copy is gone.
    """
    own = settings.home / FOLDER
    if settings.rules is None:
        if DIGEST in there and not files_of(own):
            raise InputError(
                f"the home {settings.home} was made with rules of its own, and their folder {own} is gone; "
                f"put the files back, or name another --home"
            )
        return
    different = _differences(settings.rules, own)
    if different and there.get(ORIGIN) != str(settings.rules):
        raise InputError(
            f"the home {settings.home} was made with other rules than {settings.rules} (different: "
            f"{', '.join(different)}), and one home is made under one set of them. To change it for every "
            f"year: smallcap config set rules {settings.rules} --home {settings.home}. Or name another --home"
        )


def keep_rules(settings: Settings) -> None:
    """Copy the folder of rules that a run was given into the home; the home needs no other folder."""
    if settings.rules is not None and _differences(settings.rules, settings.home / FOLDER):
        _replace(settings.rules, settings.home / FOLDER)


def replace_rules(settings: Settings) -> dict[str, object]:
    """Put the given folder of rules in the place of the home's, and return what the home records of it."""
    if settings.rules is not None:
        _replace(require_overlay(settings.rules, settings.reference_dir), settings.home / FOLDER)
    return recorded_rules(settings)


def recorded_rules(settings: Settings) -> dict[str, object]:
    """Return what a home records of its own rules: a digest of the files, or nothing where it has none."""
    recorded = (read_record(settings.home) or {}).get(ORIGIN)
    return {ORIGIN: settings.rules or recorded, DIGEST: digest_of_overlay(settings.overlay)}


def _differences(given: Path, own: Path) -> list[str]:
    """Name the files that two overlays do not have alike."""
    contents = [{path.name: path.read_bytes() for path in files_of(folder)} for folder in (given, own)]
    names = sorted(contents[0].keys() | contents[1].keys())
    return [name for name in names if contents[0].get(name) != contents[1].get(name)]


def _replace(given: Path, own: Path) -> None:
    """Copy an overlay beside the home's, and put it in its place when it is complete."""
    staging, old = own.with_name(f".{FOLDER}.new"), own.with_name(f".{FOLDER}.old")
    try:
        for left in (staging, old):
            shutil.rmtree(left, ignore_errors=True)
        make_private(staging)
        for path in files_of(given):
            shutil.copyfile(path, staging / path.name)
        if own.exists():
            own.rename(old)
        staging.rename(own)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise InputError(
            f"the rules {given} cannot be copied to {own} ({error.strerror or error}); make room or permit "
            f"it. {own.parent / RECORD} was not changed"
        ) from None
