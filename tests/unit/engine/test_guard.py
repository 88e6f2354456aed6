"""The remedy that the refusal of a publication names."""

from __future__ import annotations

import pytest

from smallcap.engine.guard import selection_of
from smallcap.engine.lineage import followers


@pytest.mark.parametrize(
    ("stale", "named"),
    [
        # Both use the stale limit, and neither is made from the other.
        (["core.metrics_as_of", "core.watched_metrics"], "core.annual_metrics+"),
        (["marts.quality_scores"], "marts.quality_scores+"),
        (["marts.quality_scores", "marts.quality_summary"], "marts.quality_scores+"),
    ],
)
def test_one_selection_makes_all_that_is_out_of_date(stale: list[str], named: str) -> None:
    assert selection_of(stale) == f", or `smallcap run --select {named}`"
    assert followers(named.removesuffix("+")) >= set(stale)


def test_nothing_out_of_date_needs_no_selection() -> None:
    assert selection_of([]) == ""
