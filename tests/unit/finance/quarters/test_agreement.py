"""The code agrees with an independent implementation on invented histories of filings."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.oracle.quarters_agreement import beside, differences
from tests.oracle.quarters_python import quarters as independently
from tests.unit.finance.builders import fundamentals
from tests.unit.finance.quarters.histories import YEARS, random_filings
from tests.unit.finance.quarters.quarter_builders import made, raw

KNOWN = range(YEARS.start, YEARS.stop + 3)


@given(st.integers(min_value=0, max_value=1_000_000))
@examples(1)
def test_an_independent_implementation_agrees(seed: int) -> None:
    quarterly, annual = random_filings(seed)
    theirs, refused = independently(raw(quarterly).to_pandas(), fundamentals(*annual).to_pandas())
    results = made(quarterly, annual, KNOWN)
    ours = pl.concat([one.rows for one in results]).to_pandas()
    assert not differences(beside(ours, theirs))
    rules = pl.concat([one.refused.select("rule") for one in results])["rule"]
    assert sorted(rules) == (sorted(refused["rule"]) if len(refused) else [])
