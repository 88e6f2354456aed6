"""Requests and their responses as kept payloads, written and read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from smallcap.sources.text import cleaned_frame
from smallcap.sources.xfinlink.frames import Columns


def to_payload(asked: Mapping[str, object], meta: Mapping[str, object], frame: pl.DataFrame) -> bytes:
    """Serialise a request and its response: a line of JSON metadata, then the rows as an Arrow stream."""
    stream = io.BytesIO()
    stream.write(
        json.dumps({"asked": dict(asked), "meta": dict(meta)}, sort_keys=True, default=str).encode() + b"\n"
    )
    frame.write_ipc_stream(stream)
    return stream.getvalue()


def from_payload(payload: bytes, columns: Columns) -> tuple[dict[str, Any], pl.DataFrame]:
    """Read a payload: the response's metadata, and its rows with text cleaned."""
    stream = io.BytesIO(payload)
    head = json.loads(stream.readline())
    return dict(head["meta"]), cleaned_frame(pl.read_ipc_stream(stream, columns=list(columns)))
