"""The same inputs give the same contents, whatever the order in which the source delivers its rows."""

from __future__ import annotations

import polars as pl
import pytest

from smallcap.pipelines import resources
from smallcap.sources.base import Delivery, Source
from smallcap.sources.open import open_source
from tests.integration.homes import EARLIER, LATER, assert_same_contents, make


class ShuffledSource:
    """A source whose deliveries come in another order at every request."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._requests = 0

    def __getattr__(self, name: str) -> object:
        found = getattr(self._source, name)
        if not callable(found) or name in (
            "membership_dates",
            "book_tickers",
            "watched_tickers",
            "fingerprint",
        ):
            return found
        return lambda *arguments: self._shuffle(found(*arguments))

    def _shuffle(self, delivery: Delivery) -> Delivery:
        self._requests += 1
        return Delivery(shuffled(delivery.rows, self._requests), shuffled(delivery.refused, self._requests))


def shuffled(rows: pl.DataFrame, seed: int) -> pl.DataFrame:
    return rows.sample(fraction=1, shuffle=True, seed=seed)


@pytest.mark.drill
def test_a_source_that_shuffles_its_rows_makes_equal_tables(
    small_home, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    requests = []

    def open_shuffled(*arguments: object) -> ShuffledSource:
        requests.append(ShuffledSource(open_source(*arguments)))
        return requests[-1]

    monkeypatch.setattr(resources, "open_source", open_shuffled)
    make(tmp_path / "home", EARLIER)
    make(tmp_path / "home", LATER)

    assert_same_contents(tmp_path / "home", small_home)
    assert all(source._requests >= 5 for source in requests), "the source was not asked through the shuffling"
