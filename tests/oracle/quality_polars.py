"""The quality screen as a bare Polars script, and as the study's procedure date by date in pandas.

Also the made-up market that both are measured on. Nothing here uses smallcap.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl

RATIOS = ("roe", "fcf_margin", "debt_to_assets", "interest_coverage")
INPUTS = (*RATIOS, "market_cap_usd")
MONTH_ENDS = pl.date_range(dt.date(2006, 1, 1), dt.date(2025, 12, 1), "1mo", eager=True).dt.month_end()


def made_up_market(
    seed: int = 7, companies: int = 2_600, listed: int = 2_000
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make twenty years of annual records and of month-end members.

    Parameters
    ----------
    seed
        The same seed gives the same market.
    companies, listed
        Companies that file, and members at each month end.

    Returns
    -------
    tuple of pl.DataFrame
        Records (entity_id, period_end, available_date and the five inputs, sorted by available_date; one
        record per company and year, filed in the order of the years) and members (as_of, entity_id).
    """
    random = np.random.default_rng(seed)
    years = np.arange(2004, 2026)
    entity_id = np.repeat(np.arange(companies), len(years))
    fiscal_month = np.repeat(random.choice([3, 6, 9, 12], companies, p=[0.1, 0.1, 0.1, 0.7]), len(years))
    count = len(entity_id)
    records = pl.DataFrame(
        {
            "entity_id": entity_id,
            "period_end": pl.select(
                pl.date(pl.Series(np.tile(years, companies)), pl.Series(fiscal_month), 1).dt.month_end()
            ).to_series(),
            "lag": random.integers(50, 121, count),
            "roe": random.standard_t(4, count) * 0.2 + 0.05,
            "fcf_margin": random.standard_t(4, count) * 0.2 + 0.03,
            "debt_to_assets": random.beta(1.2, 3, count) * 1.2,
            "interest_coverage": random.standard_t(3, count) * 20 + 6,
            "market_cap_usd": random.lognormal(20.5, 1.1, count),
        }
    ).with_columns(pl.when(pl.Series(random.random(count) > 0.04)).then(name).alias(name) for name in INPUTS)
    dated = records.with_columns(
        (pl.col("period_end") + pl.duration(days="lag")).alias("available_date")
    ).drop("lag")
    chosen = [random.choice(companies, listed, replace=False) for _ in MONTH_ENDS]
    members = pl.DataFrame(
        {"as_of": MONTH_ENDS.repeat_by(listed).explode(), "entity_id": np.concatenate(chosen)}
    )
    return dated.sort("available_date", "entity_id"), members.sort("as_of", "entity_id")


def looped_pandas(records: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    """Screen each date by itself, as the study's notebook would for twenty years."""
    screened = []
    for as_of, present in members.groupby("as_of"):
        known = records[
            (records["available_date"] <= as_of) & records["entity_id"].isin(present["entity_id"])
        ]
        latest = known.sort_values("period_end").groupby("entity_id").tail(1).dropna(subset=list(INPUTS))
        kept = latest[
            latest["market_cap_usd"].between(100e6, 20e9, inclusive="neither")
            & latest["roe"].between(-1, 1)
            & latest["fcf_margin"].between(-1, 1)
            & latest["debt_to_assets"].between(0, 1.5)
        ]
        ratios = kept[list(RATIOS)].assign(interest_coverage=kept["interest_coverage"].clip(-10, 50))
        cut = ratios.clip(ratios.quantile(0.05), ratios.quantile(0.95), axis=1)
        z = (cut - cut.mean()) / cut.std(ddof=0)
        score = z["roe"] + z["fcf_margin"] - z["debt_to_assets"] + z["interest_coverage"]
        quintile = pd.qcut(score, 5, labels=[1, 2, 3, 4, 5]).astype(int)
        screened.append(
            pd.DataFrame(
                {"as_of": as_of, "entity_id": kept["entity_id"], "score": score, "quintile": quintile}
            )
        )
    return pd.concat(screened, ignore_index=True)


def bare_polars(records: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Screen all dates at once with the arithmetic alone: no reasons, no checks, only the scored rows."""
    joined = members.join_asof(
        records, left_on="as_of", right_on="available_date", by="entity_id", check_sortedness=False
    )
    kept = joined.drop_nulls(INPUTS).filter(
        pl.col("market_cap_usd").is_between(100e6, 20e9, closed="none"),
        pl.col("roe").is_between(-1, 1),
        pl.col("fcf_margin").is_between(-1, 1),
        pl.col("debt_to_assets").is_between(0, 1.5),
    )
    kept = kept.with_columns(pl.col("interest_coverage").clip(-10, 50))
    cut = kept.with_columns(
        pl.col(name).clip(
            pl.col(name).quantile(0.05, "linear").over("as_of"),
            pl.col(name).quantile(0.95, "linear").over("as_of"),
        )
        for name in RATIOS
    )
    z = {
        name: (pl.col(name) - pl.col(name).mean().over("as_of")) / pl.col(name).std(ddof=0).over("as_of")
        for name in RATIOS
    }
    scored = cut.with_columns(
        (z["roe"] + z["fcf_margin"] - z["debt_to_assets"] + z["interest_coverage"]).alias("score")
    )
    edges = [
        pl.col("score").quantile(edge, "linear").over("as_of") < pl.col("score")
        for edge in (0.2, 0.4, 0.6, 0.8)
    ]
    return scored.with_columns((1 + pl.sum_horizontal(edges)).alias("quintile"))
