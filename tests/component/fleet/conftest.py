"""A store in a local folder, for catalogues that are none of DuckDB's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from smallcap.fleet.store.objects import ObjectFolder


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ObjectFolder:
    """An empty store; what is pulled from it is put in place as it was pushed."""
    pytest.importorskip("obstore")
    from smallcap.fleet.store.objects import open_store
    from tests.component.fleet.stored import serve_as_it_is

    serve_as_it_is(monkeypatch)
    return open_store(str(tmp_path / "store"))
