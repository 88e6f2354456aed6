"""The readers of fleet files, folders of rules, and the records of stores and copies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from smallcap.fleet.file import read_fleet
from smallcap.fleet.holding import Hold
from smallcap.fleet.outcomes import Outcome, read_outcomes
from smallcap.fleet.overlays import write_overlay
from smallcap.fleet.store.copy_record import read_copy
from smallcap.fleet.store.layout import Pointer, pointer_name, read_pointer
from smallcap.fleet.store.objects import ObjectFolder
from smallcap.fleet.tasks import OWN
from smallcap.lake.home import Home
from smallcap.package_files import default_reference
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules
from smallcap.settings import load_settings
from tests.security.fuzz.file_readers import Reader

FLEET: Final = (
    b'[[home]]\nname = "a"\nas_of = 2024-12-31\nlimit = 300\nsettings = { sample_seed = 3 }\n'
    b'vary = { stale_months = [12, 18], "quality.least_records" = [25, 30] }\n'
)
MANIFEST: Final = "20260102T030405000006Z-0123456789ab"
POINTER: Final = Pointer(
    7, MANIFEST, "run", "2026-01-02T03:04:05", "2026-01-02T03:04:06", {"preset": "sample"}
)
COPY: Final = {
    "store": "/store",
    "number": 7,
    "run_id": "run",
    "files": {"home.toml": [18, "ab" * 32]},
    "earlier": ["lake/a.parquet"],
}
NOTE: Final = {"pid": 7, "host": "machine", "since": "2026-01-02T03:04:05+00:00"}
OUTCOMES: Final = [vars(Outcome("a", 0, 3.5, 400.25, "sample 80 all 1"))]


class _OneObject(ObjectFolder):
    """A store that holds one object."""

    def __init__(self, content: bytes) -> None:
        self.address, self._content = "store", content

    def get(self, name: str) -> bytes | None:
        """Return the object, whatever its name."""
        return self._content


def _fleet(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    homes = read_fleet(folder / name)
    return [
        write_overlay(home, folder, default_reference(), folder / "rules", Hold(folder / "holds", "a"))
        for home in homes[:3]
    ]


def _rules(payload: bytes, name: str, folder: Path) -> object:
    (folder / "given").mkdir()
    (folder / "given" / name).write_bytes(payload)
    settings = load_settings(home=folder / "home", rules=folder / "given")
    Home(settings).prepare()
    return read_rules(settings.reference, name, QualityRules)


def _pointer(payload: bytes, name: str, folder: Path) -> object:
    assert name.endswith(Path(pointer_name(7)).name)
    return read_pointer(_OneObject(payload), 7)


def _copy(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    return read_copy(folder)


def _holder(payload: bytes, name: str, folder: Path) -> object:
    (folder / name).write_bytes(payload)
    return Hold(folder, Path(name).stem).holder()


def _outcomes(payload: bytes, name: str, folder: Path) -> object:
    (folder / OWN).mkdir()
    (folder / OWN / name).write_bytes(payload)
    return read_outcomes(folder)


FLEET_READERS: Final[dict[str, Reader]] = {
    "fleet file": Reader(lambda: {"fleet.toml": FLEET}, _fleet, cost=2),
    "folder of rules": Reader(lambda: {"quality.toml": b"least_records = 30\n"}, _rules, cost=4),
    "pointer of a store": Reader(lambda: {Path(pointer_name(7)).name: POINTER.to_json()}, _pointer),
    "record of a copy": Reader(lambda: {"pulled.json": json.dumps(COPY).encode()}, _copy),
    "note of a fleet": Reader(lambda: {"a.json": json.dumps(NOTE).encode()}, _holder),
    "outcomes of a fleet": Reader(lambda: {"outcomes.json": json.dumps(OUTCOMES).encode()}, _outcomes),
}
