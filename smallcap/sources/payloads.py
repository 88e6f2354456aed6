"""The store of fetched payloads: each is kept once, compressed, with a description, and never changed.

Payloads are bytes; nothing here parses them. They are licensed to whoever fetched them, so nobody else can
read the files.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from smallcap.private_files import make_private, write_private
from smallcap.tables import table


@dataclass(frozen=True)
class Kept:
    """A kept payload, its request, and when it was first fetched (UTC)."""

    request: Mapping[str, object]
    fetched_at: dt.datetime
    payload: bytes


class SnapshotStore:
    """The fetched payloads of a home.

    Parameters
    ----------
    root
        Folder of the payloads, ``<home>/snapshots``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(
        self, source: str, dataset: str, request: Mapping[str, object], not_before: dt.datetime | None = None
    ) -> bytes | None:
        """Return the newest undamaged payload kept for exactly this request, or None.

        Parameters
        ----------
        source, dataset, request
            The source, the dataset and the request.
        not_before
            Payloads last received before this time (UTC) are ignored; None: none is.
        """
        described = [
            _read(path) for path in self._folder(source, dataset).glob(f"{_request_digest(request)}-*.json")
        ]
        for description in sorted(described, key=_last_received, reverse=True):
            if not_before is not None and _last_received(description) < not_before:
                return None
            payload = self._payload(description)
            if payload is not None:
                return payload
        return None

    def every(self, source: str, dataset: str) -> Iterator[Kept]:
        """Yield every payload of a dataset, oldest first; damaged ones are skipped."""
        described = [_read(path) for path in self._folder(source, dataset).glob("*.json")]
        for description in sorted(described, key=lambda one: (one["fetched_at"], one["snapshot_id"])):
            payload = self._payload(description)
            if payload is not None:
                yield Kept(
                    json.loads(description["request"]),
                    dt.datetime.fromisoformat(description["fetched_at"]),
                    payload,
                )

    def received(self, source: str, dataset: str) -> list[tuple[dict[str, object], dt.datetime]]:
        """List a dataset's requests with a kept payload, each with the time (UTC) it was last received."""
        newest: dict[str, dt.datetime] = {}
        for path in self._folder(source, dataset).glob("*.json"):
            description = _read(path)
            received = _last_received(description)
            newest[description["request"]] = max(received, newest.get(description["request"], received))
        return [(json.loads(request), newest[request]) for request in sorted(newest)]

    def keep(
        self,
        source: str,
        dataset: str,
        request: Mapping[str, object],
        payload: bytes,
        received_at: dt.datetime | None = None,
    ) -> None:
        """Keep a payload with its request.

        The same bytes for the same request are kept once, with the time they were last received.

        Parameters
        ----------
        source, dataset, request
            The source, the dataset and the request.
        payload
            The response.
        received_at
            When it was received, UTC; None: now.
        """
        received = (received_at or dt.datetime.now(dt.UTC)).isoformat(timespec="microseconds")
        sha256 = hashlib.sha256(payload).hexdigest()
        folder = self._folder(source, dataset)
        make_private(folder)
        stem = f"{_request_digest(request)}-{sha256[:16]}"
        payload_path = folder / f"{stem}.zst"
        description_path = folder / f"{stem}.json"
        known = _read(description_path) if description_path.is_file() else None
        if known is not None and self._payload(known) is not None:
            if received_at is not None:
                _write_atomically(
                    description_path, json.dumps({**known, "last_received_at": received}, indent=1).encode()
                )
            return
        description = {
            "snapshot_id": f"{source}/{dataset}/{stem}",
            "source": source,
            "dataset": dataset,
            "request": json.dumps(dict(request), sort_keys=True, default=str),
            "sha256": sha256,
            "bytes": len(payload),
            "path": payload_path.relative_to(self.root.parent).as_posix(),
            "fetched_at": received,
        }
        _write_atomically(payload_path, pa.compress(payload, codec="zstd", asbytes=True))
        _write_atomically(description_path, json.dumps(description, indent=1).encode())

    def frame(self) -> pl.DataFrame:
        """Rebuild raw.snapshots from the descriptions of the payloads."""
        columns = list(table("raw.snapshots").columns)
        described = [_read(path) for path in sorted(self.root.glob("*/*/*.json"))]
        if not described:
            return table("raw.snapshots").empty()
        return (
            pl.DataFrame([{name: one[name] for name in columns} for one in described])
            .with_columns(
                pl.col("fetched_at")
                .str.to_datetime(time_unit="us", time_zone="UTC")
                .dt.replace_time_zone(None)
            )
            .select(columns)
            .cast(table("raw.snapshots").columns)  # type: ignore[arg-type]
            .sort("snapshot_id")
        )

    def _payload(self, description: Mapping[str, str]) -> bytes | None:
        try:
            payload = _unpacked(self.root.parent / description["path"], int(description["bytes"]))
        except (OSError, EOFError, zlib.error):
            return None
        return payload if hashlib.sha256(payload).hexdigest() == description["sha256"] else None

    def _folder(self, source: str, dataset: str) -> Path:
        return self.root / source / dataset


def _unpacked(path: Path, size: int) -> bytes:
    content = path.read_bytes()
    if path.suffix == ".gz":  # homes of earlier versions
        return gzip.decompress(content)
    unpacked: bytes = pa.decompress(content, size, codec="zstd", asbytes=True)
    return unpacked


def _read(path: Path) -> dict[str, str]:
    description: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return description


def _last_received(description: Mapping[str, str]) -> dt.datetime:
    return dt.datetime.fromisoformat(description.get("last_received_at", description["fetched_at"]))


def _request_digest(request: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(dict(request), sort_keys=True, default=str).encode()).hexdigest()[:16]


def _write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(path.suffix + f".{os.getpid()}.tmp")
    write_private(temporary, content)
    os.replace(temporary, path)
