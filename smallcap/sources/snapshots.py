"""Payloads as they were fetched: kept once, compressed, beside a description; never changed afterwards.

No adapter lives here, and nothing is parsed: bytes in, bytes out.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from smallcap.tables import table


class SnapshotStore:
    """The folder of fetched payloads of a home.

    Parameters
    ----------
    root
        Folder of the payloads, ``<home>/snapshots``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, source: str, dataset: str, request: Mapping[str, object]) -> bytes | None:
        """Return the newest payload kept for exactly this request, or None; a damaged payload counts as none."""
        digest = _request_digest(request)
        found = sorted(self._folder(source, dataset).glob(f"{digest}-*.json"), key=lambda path: path.stat().st_mtime_ns)
        for description_path in reversed(found):
            description = json.loads(description_path.read_text(encoding="utf-8"))
            payload_path = self.root.parent / description["path"]
            if not payload_path.is_file():
                continue
            try:
                payload = gzip.decompress(payload_path.read_bytes())
            except (OSError, EOFError):
                continue
            if hashlib.sha256(payload).hexdigest() == description["sha256"]:
                return payload
        return None

    def keep(self, source: str, dataset: str, request: Mapping[str, object], payload: bytes) -> None:
        """Keep a payload with its request; the same bytes for the same request are kept once."""
        sha256 = hashlib.sha256(payload).hexdigest()
        folder = self._folder(source, dataset)
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{_request_digest(request)}-{sha256[:16]}"
        payload_path = folder / f"{stem}.gz"
        description_path = folder / f"{stem}.json"
        if description_path.is_file() and payload_path.is_file():
            return
        description = {
            "snapshot_id": f"{source}/{dataset}/{stem}",
            "source": source,
            "dataset": dataset,
            "request": json.dumps(dict(request), sort_keys=True, default=str),
            "sha256": sha256,
            "bytes": len(payload),
            "path": payload_path.relative_to(self.root.parent).as_posix(),
            "fetched_at": dt.datetime.now(dt.UTC).isoformat(),
        }
        _write_atomically(payload_path, gzip.compress(payload, compresslevel=1, mtime=0))
        _write_atomically(description_path, json.dumps(description, indent=1).encode())

    def frame(self) -> pl.DataFrame:
        """Rebuild raw.snapshots from the descriptions beside the payloads."""
        rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(self.root.glob("*/*/*.json"))]
        if not rows:
            return table("raw.snapshots").empty()
        return (
            pl.DataFrame(rows)
            .with_columns(pl.col("fetched_at").str.to_datetime(time_unit="us", time_zone="UTC").dt.replace_time_zone(None))
            .select(list(table("raw.snapshots").columns))
            .cast(table("raw.snapshots").columns)  # type: ignore[arg-type]
            .sort("snapshot_id")
        )

    def _folder(self, source: str, dataset: str) -> Path:
        return self.root / source / dataset


def _request_digest(request: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(dict(request), sort_keys=True, default=str).encode()).hexdigest()[:16]


def _write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(path.suffix + f".{os.getpid()}.tmp")
    temporary.write_bytes(content)
    os.replace(temporary, path)
