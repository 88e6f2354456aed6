"""The quality screen agrees with its independent pandas re-implementation on made-up companies."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smallcap.finance.quality.scores import quality_scores
from tests.examples import examples
from tests.oracle.quality_pandas import in_order, screen, visible_records
from tests.tolerances import SCORE
from tests.unit.finance.builders import APPLICABILITY, table
from tests.unit.finance.quality_builders import CLOCK, RULES, STALE_MONTHS

AS_OFS = [dt.date(2024, 6, 30), dt.date(2024, 12, 31), dt.date(2025, 6, 30)]
RATIOS = ["roe", "fcf_margin", "debt_to_assets", "interest_coverage"]
HORIZON_DAYS = {"point_in_time": 0, "as_published": 163}
STALE = {"point_in_time": STALE_MONTHS, "as_published": 36}


def random_ratios(rng: np.random.Generator, count: int) -> dict[str, list[float | None]]:
    """Ratios around the controls' bounds; a tenth is missing, and many companies share a value."""
    drawn = {
        "roe": rng.normal(0, 0.5, count),
        "fcf_margin": rng.normal(0, 0.5, count),
        "debt_to_assets": rng.uniform(0, 1.6, count),
        "interest_coverage": rng.normal(5, 40, count),
    }
    return {
        name: [None if rng.random() < 0.1 else float(np.round(value, 2)) for value in values]
        for name, values in drawn.items()
    }


def random_market(seed: int, companies: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Members, market values, annual records of five years with restatements, and a vendor's rows of half of
    them.
    """
    rng = np.random.default_rng(seed)
    members = pl.DataFrame({"as_of": AS_OFS}).join(pl.DataFrame({"entity_id": range(companies)}), how="cross")
    members = members.filter(pl.Series(rng.random(members.height) < 0.9)).with_columns(
        pl.col("entity_id").cast(pl.Int64)
    )
    usable = pl.Series("is_ticker_usable", rng.random(members.height) < 0.95)
    caps = pl.Series("market_cap_usd", np.round(rng.lognormal(20, 1.5, members.height), 0))
    keys = [
        (entity, year, version)
        for entity in range(companies)
        for year in range(2020, 2025)
        for version in ("original", "restated")
    ]
    kept = [key for key in keys if rng.random() < 0.7]
    period_end = [dt.date(year, 12, 31) for _, year, _ in kept]
    lag = rng.integers(40, 500, len(kept))
    annual = pl.DataFrame(
        {
            "entity_id": [entity for entity, _, _ in kept],
            "period_end": period_end,
            "version": [version for _, _, version in kept],
            "available_date": [
                day + dt.timedelta(days=int(days)) for day, days in zip(period_end, lag, strict=True)
            ],
            "source": ["test"] * len(kept),
            **random_ratios(rng, len(kept)),
        }
    )
    first = annual.group_by("entity_id", "period_end", maintain_order=True).agg(
        pl.col("available_date").min()
    )
    served = first.filter(pl.Series(rng.random(first.height) < 0.5))
    at_period_end = pl.Series("market_cap_period_end_usd", np.round(rng.lognormal(20, 1.5, served.height), 0))
    vendor = served.with_columns(pl.lit("vendor").alias("source"), at_period_end).with_columns(
        pl.DataFrame(
            random_ratios(rng, served.height), schema=dict.fromkeys(RATIOS, pl.Float64)
        ).get_columns()
    )
    return members.with_columns(usable), members.with_columns(caps), annual, vendor


def as_rows(name: str, frame: pl.DataFrame, **values: object) -> pl.DataFrame:
    return table(name, frame.to_dicts(), **values)


@examples(2)
@example(seed=1, companies=120)
@given(seed=st.integers(0, 2**32 - 1), companies=st.integers(10, 120))
def test_reasons_scores_and_quintiles_agree_with_pandas(seed: int, companies: int) -> None:
    members, caps, annual, vendor = random_market(seed, companies)
    ours = quality_scores(
        as_rows("core.members", members, ticker="A"),
        as_rows("core.metrics_as_of", caps),
        as_rows("core.annual_metrics", annual),
        as_rows("raw.vendor_metrics", vendor),
        RULES,
        CLOCK,
        STALE_MONTHS,
        APPLICABILITY,
    ).filter(pl.col("method") == "published")
    for basis, days in HORIZON_DAYS.items():
        for as_of in AS_OFS:
            theirs = screen(
                members.filter(pl.col("as_of") == as_of).drop("as_of").to_pandas(),
                visible_records(
                    in_order(annual.to_pandas()),
                    vendor.to_pandas(),
                    pd.Timestamp(as_of) + pd.Timedelta(days=days),
                ),
                caps.filter(pl.col("as_of") == as_of).to_pandas().set_index("entity_id")["market_cap_usd"],
                pd.Timestamp(as_of) - pd.DateOffset(months=STALE[basis]),
                "published",
            )
            here = (
                ours.filter(pl.col("basis") == basis, pl.col("as_of") == as_of).sort("entity_id").to_pandas()
            )
            assert here["entity_id"].to_list() == theirs["entity_id"].to_list()
            assert here["exclusion_reason"].fillna("").to_list() == theirs["reason"].fillna("").to_list()
            assert here["score"].to_numpy() == pytest.approx(
                theirs["score"].to_numpy(), rel=0, abs=SCORE, nan_ok=True
            )
            assert here["quintile"].fillna(0).to_list() == theirs["quintile"].fillna(0).to_list()
