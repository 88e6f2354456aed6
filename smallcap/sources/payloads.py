"""The store of fetched payloads: each is kept once, compressed, with a description, and never changed.

Payloads are bytes; nothing here parses them. They are licensed to the person who fetched them, so nobody else
can read the files.
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa

from smallcap.errors import InputError
from smallcap.parsing import parse_json
from smallcap.private_files import make_private, write_private
from smallcap.tables import table

_TEXTS: Final = ("snapshot_id", "source", "dataset", "request", "sha256", "path", "fetched_at")
_MOST_BYTES: Final = 2**40
CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
"""By less than this a clock is corrected, and those of two machines differ. What was received later than that
from now was received under a clock that was wrong: nobody knows when.
"""
_UNKNOWN_TIME: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands for the time of such a payload: it is older than any other."""
_REFUSED: Final = "refused_by"
"""In the description of a payload whose delivery was refused: the run. Such a payload answers no request."""


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
        described = _described(self._folder(source, dataset).glob(f"{_request_digest(request)}-*.json"))
        for description in sorted(filter(_is_believed, described), key=_last_received, reverse=True):
            if not_before is not None and _last_received(description) < not_before:
                return None
            payload = self._payload(description)
            if payload is not None:
                return payload
        return None

    def every(self, source: str, dataset: str) -> Iterator[Kept]:
        """Yield every payload of a dataset, oldest first; damaged and refused ones are skipped."""
        described = _described(self._folder(source, dataset).glob("*.json"))
        believed = filter(_is_believed, described)
        for description in sorted(believed, key=lambda one: (one["fetched_at"], one["snapshot_id"])):
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
        for description in filter(_is_believed, _described(self._folder(source, dataset).glob("*.json"))):
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
        known = next(iter(_described([description_path])), None)
        if known is not None and self._payload(known) is not None:
            if received_at is not None:
                again = {name: value for name, value in known.items() if name != _REFUSED}
                _write_description(description_path, {**again, "last_received_at": received})
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
        _write_description(description_path, description)

    def refuse(self, dataset: str, run_id: str, since: dt.datetime) -> None:
        """Keep the payloads of a dataset received since a time (UTC), but answer no request by them.

        The same bytes count again when a vendor sends them again, or when the run is accepted.
        """
        for path in self.root.glob(f"*/{dataset}/*.json"):
            for description in _described([path]):
                if _recorded_time(description) >= since:
                    _write_description(path, {**description, _REFUSED: run_id})

    def accept(self, run_id: str) -> None:
        """Answer requests again by the payloads that were refused with a run."""
        for path in self.root.glob("*/*/*.json"):
            for description in _described([path]):
                if description.get(_REFUSED) == run_id:
                    _write_description(
                        path, {name: value for name, value in description.items() if name != _REFUSED}
                    )

    def damaged(self) -> list[Path]:
        """List the descriptions that cannot be used, or whose payload is gone or changed."""
        found = []
        for path in sorted(self.root.glob("*/*/*.json")):
            described = _described([path])
            if not described or self._payload(described[0]) is None:
                found.append(path)
        return found

    def frame(self) -> pl.DataFrame:
        """Rebuild raw.snapshots from the descriptions of the payloads."""
        columns = list(table("raw.snapshots").columns)
        described = _described(sorted(self.root.glob("*/*/*.json")))
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

    def _payload(self, description: Mapping[str, Any]) -> bytes | None:
        try:
            payload = _unpacked(self.root.parent / description["path"], description["bytes"])
        except PermissionError as error:
            raise _unreadable(self.root.parent / description["path"], error) from None
        except (OSError, EOFError, ValueError, MemoryError, zlib.error):
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


def _described(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Read descriptions; a damaged one is left out, as if its payload had not been kept.

    One that cannot be opened is an `InputError`: its payload is kept, and fetching it again costs quota.
    """
    described = []
    for path in paths:
        try:
            description = parse_json(path.read_bytes())
            _require_sound(description)
        except (FileNotFoundError, ValueError):
            continue
        except OSError as error:
            raise _unreadable(path, error) from None
        described.append(description)
    return described


def _is_believed(description: Mapping[str, Any]) -> bool:
    return _REFUSED not in description


def _write_description(path: Path, description: Mapping[str, Any]) -> None:
    _write_atomically(path, json.dumps(description, indent=1).encode())


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path} cannot be read ({error.strerror or error}), and belongs to a response that was fetched. "
        f"Make it readable for this user, or delete it to fetch the response again"
    )


def _require_sound(description: Any) -> None:
    """Refuse a description without all its values by a `ValueError`."""
    if not isinstance(description, dict) or not isinstance(description.get("bytes"), int):
        raise ValueError("it describes no payload")
    if not all(isinstance(description.get(name), str) for name in _TEXTS):
        raise ValueError("it lacks values")
    if not 0 <= description["bytes"] <= _MOST_BYTES:
        raise ValueError("its size is not possible")
    if not isinstance(parse_json(description["request"]), dict):
        raise ValueError("its request is not an object")
    for moment in (description["fetched_at"], description.get("last_received_at", description["fetched_at"])):
        if dt.datetime.fromisoformat(str(moment)).utcoffset() != dt.timedelta():
            raise ValueError("its times are not in UTC")


def _last_received(description: Mapping[str, Any]) -> dt.datetime:
    """Return when a payload was last received, or that nobody knows, because the clock was ahead then."""
    recorded = _recorded_time(description)
    return _UNKNOWN_TIME if recorded > dt.datetime.now(dt.UTC) + CLOCKS_DIFFER else recorded


def _recorded_time(description: Mapping[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(description.get("last_received_at", description["fetched_at"]))


def _request_digest(request: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(dict(request), sort_keys=True, default=str).encode()).hexdigest()[:16]


def _write_atomically(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(path.suffix + f".{os.getpid()}.tmp")
    write_private(temporary, content)
    os.replace(temporary, path)
