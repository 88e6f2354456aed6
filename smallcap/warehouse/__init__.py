"""The published DuckDB catalogue over the lake: building, serving, moving, exporting and safe reading of it.

Names are looked up on first use, because reading a catalogue (`query`, `reading`) must not load Polars, which
building one needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smallcap.warehouse.catalogue import PublishedTable as PublishedTable
    from smallcap.warehouse.catalogue import build as build
    from smallcap.warehouse.contents import Published as Published
    from smallcap.warehouse.contents import published as published
    from smallcap.warehouse.contents import versions_in_use as versions_in_use
    from smallcap.warehouse.limits import QueryLimits as QueryLimits
    from smallcap.warehouse.portable import export as export
    from smallcap.warehouse.query import QueryResult as QueryResult
    from smallcap.warehouse.query import run_query as run_query
    from smallcap.warehouse.reading import is_home_current as is_home_current
    from smallcap.warehouse.reading import served_run_id as served_run_id
    from smallcap.warehouse.relocate import ensure_home as ensure_home
    from smallcap.warehouse.serve import rollback as rollback
    from smallcap.warehouse.serve import swap as swap

_MODULES = {
    "Published": "contents",
    "PublishedTable": "catalogue",
    "QueryLimits": "limits",
    "QueryResult": "query",
    "build": "catalogue",
    "ensure_home": "relocate",
    "export": "portable",
    "is_home_current": "reading",
    "published": "contents",
    "rollback": "serve",
    "run_query": "query",
    "served_run_id": "reading",
    "swap": "serve",
    "versions_in_use": "contents",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> object:
    """Import the module that holds `name` when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found
