"""What lies where in a store, and the pointer that says which publication is served.

``files/<2>/<sha256>`` are the bytes, ``manifests/<name>.json`` say which files a publication consists of,
``served/<number>.json`` are the pointers: each is written once, and the highest number is served.
``pushing/`` announces pushes that are under way, ``condemned/`` a clean-up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from smallcap.backup.manifest import Entry, Manifest, OtherFormatError, parse_manifest
from smallcap.errors import InputError
from smallcap.fleet.store.objects import ObjectFolder
from smallcap.home_record import RECORD
from smallcap.parsing import parse_json, parse_toml
from smallcap.rule_overlay import DIGEST
from smallcap.settings import IDENTITY_FIELDS

SERVED: Final = "served"
MANIFESTS: Final = "manifests"
PUSHING: Final = "pushing"
CONDEMNED: Final = "condemned"
FILES: Final = "files"
OWN: Final = frozenset({SERVED, MANIFESTS, PUSHING, CONDEMNED, FILES})
_FILE: Final = re.compile(rf"{FILES}/([0-9a-f]{{2}})/\1[0-9a-f]{{62}}")
_NAME: Final = re.compile(r"\d{8}T\d{12}Z-[0-9a-f]{12}")
_MANIFEST: Final = re.compile(rf"{MANIFESTS}/{_NAME.pattern}\.json")
_NUMBER: Final = re.compile(rf"{SERVED}/(\d{{10}})\.json")


@dataclass(frozen=True)
class Pointer:
    """What a store serves.

    Attributes
    ----------
    number
        Its number; the highest is served.
    manifest
        The name of the manifest.
    run_id, published_at
        The run that published it, and when (UTC).
    pushed_at
        When it was pushed (UTC).
    identity
        What the home is: preset, index, limit, rules.
    """

    number: int
    manifest: str
    run_id: str
    published_at: str
    pushed_at: str
    identity: Mapping[str, Any]

    def to_json(self) -> bytes:
        """Write it as JSON."""
        return json.dumps(asdict(self), indent=0).encode()


def file_name(entry: Entry) -> str:
    """Name the object that holds these bytes."""
    return f"{FILES}/{entry.sha256[:2]}/{entry.sha256}"


def is_ours(name: str) -> bool:
    """Whether an object has the name of a file or of a manifest that a push sends."""
    return bool(_FILE.fullmatch(name) or _MANIFEST.fullmatch(name))


def pointer_name(number: int) -> str:
    """Name a pointer."""
    return f"{SERVED}/{number:010d}.json"


def pointers(store: ObjectFolder) -> list[int]:
    """List the numbers of all pointers, lowest first."""
    matches = (_NUMBER.fullmatch(name) for name in store.list(SERVED))
    return sorted(int(match[1]) for match in matches if match is not None)


def read_pointer(store: ObjectFolder, number: int) -> Pointer:
    """Read a pointer.

    Raises
    ------
    InputError
        When it is gone or damaged. What a later release says beyond this one's fields is left out.
    """
    name = pointer_name(number)
    content = store.get(name)
    try:
        found = parse_json(content if content is not None else b"")
        known = {one.name: found[one.name] for one in fields(Pointer)}
        pointer = Pointer(**{**known, "number": number})
        texts = (pointer.manifest, pointer.run_id, pointer.published_at, pointer.pushed_at)
        if not all(isinstance(text, str) for text in texts) or not isinstance(pointer.identity, dict):
            raise ValueError("it does not say what is served")
        if not _NAME.fullmatch(pointer.manifest):
            raise ValueError(f"no manifest is named {pointer.manifest!r}")
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{store.address}/{name} is damaged ({error}); remove it there and push again"
        ) from None
    return pointer


def newest(store: ObjectFolder) -> Pointer | None:
    """Return the pointer that is served; None where nothing was pushed yet."""
    numbers = pointers(store)
    while numbers:
        try:
            return read_pointer(store, numbers[-1])
        except InputError:
            # A clean-up after a later push may have removed it since the listing.
            before, numbers = numbers, pointers(store)
            if numbers[-1:] == before[-1:]:
                raise
    return None


def read_manifest(store: ObjectFolder, name: str, folder: str = MANIFESTS) -> Manifest | None:
    """Read a manifest of the store; None where there is none.

    Raises
    ------
    InputError
        When it is damaged, or of another release that writes another format.
    """
    path = f"{folder}/{name}.json"
    content = store.get(path)
    if content is None:
        return None
    try:
        return parse_manifest(content)
    except OtherFormatError as error:
        raise InputError(
            f"the manifest {store.address}/{path} was written by another release ({error}); use that release"
        ) from None
    except ValueError as error:
        raise InputError(
            f"the manifest {store.address}/{path} is damaged ({error}); remove it there and push again"
        ) from None


def identity_in(record: str) -> dict[str, Any]:
    """Return what a home is, from the text of its ``home.toml``."""
    recorded = parse_toml(record)
    return {name: recorded[name] for name in (*IDENTITY_FIELDS, DIGEST) if name in recorded}


def require_same_home(store: ObjectFolder, served: Pointer, own: Mapping[str, Any]) -> None:
    """Refuse to serve another universe from a store.

    Raises
    ------
    InputError
        Naming what differs.
    """
    different = [
        f"{name} is {served.identity.get(name)} there, {own.get(name)} here"
        for name in sorted({*served.identity, *own})
        if served.identity.get(name) != own.get(name)
    ]
    # Rules that were edited are the same home's; a home with rules and one without are two.
    edited = [told for told in different if told.startswith(f"{DIGEST} ")]
    if different and not (different == edited and DIGEST in served.identity and DIGEST in own):
        raise InputError(
            f"the store {store.address} serves another home ({'; '.join(different)}, {RECORD}); two homes "
            f"never share a store: name another folder of it"
        )
