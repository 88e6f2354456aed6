"""Repairing kept payloads: a damaged one is moved aside, and the next run that needs it fetches it again."""

from __future__ import annotations

from pathlib import Path

from smallcap.repair.aside import move_aside
from smallcap.settings import Settings
from smallcap.sources.payloads import SnapshotStore


def damaged_payloads(settings: Settings) -> list[Path]:
    """List the descriptions of kept payloads whose bytes are gone or changed, and those that are damaged."""
    return SnapshotStore(settings.snapshots_dir).damaged()


def repair_payload(description: Path) -> None:
    """Move a description and its payload aside."""
    for path in (description.with_suffix(".zst"), description):
        if path.exists():
            move_aside(path)
