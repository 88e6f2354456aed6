"""The fixture `standin`: a stand-in over a small sample universe, new for each test.

And the real client pointed at it.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import polars as pl
import pytest

from tests.standin.server import StandIn
from tests.standin.universe import Universe, sample_universe


@pytest.fixture(scope="session")
def universe() -> Universe:
    """What the stand-in serves: 300 companies."""
    return sample_universe()


@pytest.fixture
def standin(universe: Universe) -> Iterator[StandIn]:
    """A stand-in on a free port of loopback, on plan pro, that stops with the test."""
    with StandIn(universe) as running:
        yield running


@pytest.fixture
def xfl(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The vendor's real client, pointed at the stand-in.

    It neither sleeps between attempts nor remembers other tests.
    """
    import xfinlink
    from xfinlink import client

    for name in ("XFINLINK_API_KEY", "XFL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"API_BASE": standin.url, "_API_KEY": standin.key, "_TIMEOUT": 10.0}.items():
        monkeypatch.setattr(client, name, value)
    monkeypatch.setattr(client, "_time", _NoSleep)
    xfinlink.clear_cache()
    yield xfinlink
    xfinlink.clear_cache()


def members_with_statements(universe: Universe, count: int) -> list[int]:
    """Return ids of the first so many members of the newest list that file statements, in order of their
    tickers.
    """
    newest = universe.lists.filter(pl.col("list_date") == pl.col("list_date").max())
    filing = universe.lines.filter(pl.col("cik").is_not_null() & (pl.col("entity_id") == pl.col("issuer_id")))
    return (
        newest.join(filing, on="entity_id", how="semi", maintain_order="left")["entity_id"]
        .head(count)
        .to_list()
    )


class _NoSleep:
    """In the place of the client's module `time`, whose sleeps make tests slow."""

    @staticmethod
    def sleep(_: float) -> None:
        return
