"""The quality screen in memory, 240 dates, as ratios to a pandas loop and to a bare Polars script.

The project's own yardsticks are in tests/oracle/quality_polars.py. Where a folder `shared` beside the project
has another pair (benchmarks/peer.py), they are run unchanged on their own frames and shown too.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
import polars as pl

from benchmarks.sizes import SIZES
from benchmarks.timing import medians
from smallcap.finance.pointintime import is_stale, visible
from smallcap.finance.quality.steps import score
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules
from tests.oracle.quality_polars import bare_polars, looped_pandas, made_up_market

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT.parent / "shared" / "benchmarks" / "peer.py"
RUNS = SIZES.runs
LEAST_TIMES_FASTER = 30.0
MOST_TIMES_BARE = 2.5
STALE_MONTHS = 18


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes
    ----------
    yardstick
        What smallcap is compared with.
    smallcap_seconds, yardstick_seconds
        Medians of the runs.
    ratio
        The yardstick's time over smallcap's for the pandas loop, smallcap's over the yardstick's for bare
        Polars.
    limit
        What the ratio must hold, in words.
    is_held
        Whether it does.
    largest_difference
        Of the scores that both give.
    """

    yardstick: str
    smallcap_seconds: float
    yardstick_seconds: float
    ratio: float
    limit: str
    is_held: bool
    largest_difference: float


def screen(records: pl.DataFrame, members: pl.DataFrame, rules: QualityRules) -> pl.DataFrame:
    """Screen with the functions that the pipeline uses."""
    questions = members.with_columns(
        pl.lit("published").alias("method"),
        pl.lit("point_in_time").alias("basis"),
        pl.lit(True).alias("is_ticker_usable"),
    )
    fresh = is_stale("period_end", pl.col("as_of").first(), STALE_MONTHS).over("as_of").alias("is_stale")
    return score(visible(records, questions).with_columns(fresh), rules)


def run() -> list[Row]:
    """Time smallcap and every yardstick that is there; medians of seven runs."""
    rules = read_rules(ROOT / "data" / "reference", "quality.toml", QualityRules)
    return _own(rules) + (_peers(rules, _module(PEER)) if PEER.is_file() else [])


def _own(rules: QualityRules) -> list[Row]:
    records, members = made_up_market(companies=SIZES.listed, listed=SIZES.companies)
    pandas_records, pandas_members = records.to_pandas(), members.to_pandas()
    return _rows(
        "own",
        lambda: screen(records, members, rules),
        lambda: looped_pandas(pandas_records, pandas_members),
        lambda: bare_polars(records, members),
    )


def _peers(rules: QualityRules, peer: ModuleType) -> list[Row]:
    metrics, by_date = peer.frames()
    peer_records, members = peer.to_polars(metrics, by_date)
    dollars = (pl.col("market_cap") * 1e6).alias("market_cap_usd")
    records = peer_records.with_columns(dollars).drop("market_cap").rename({"available": "available_date"})
    return _rows(
        "peer.py",
        lambda: screen(records, members, rules),
        lambda: peer.study(metrics, by_date),
        lambda: peer.bare(peer_records, members),
    )


def _rows(
    whose: str,
    ours: Callable[[], pl.DataFrame],
    loop: Callable[[], pd.DataFrame],
    bare: Callable[[], pl.DataFrame],
) -> list[Row]:
    """Compare one screen with a pair of yardsticks."""
    scored, looped, bared = ours(), loop(), bare()
    our_seconds, bare_seconds = medians(RUNS, ours, bare)
    (loop_seconds,) = medians(RUNS, loop)
    from_pandas = pl.from_pandas(looped[["as_of", "entity_id", "score"]]).with_columns(
        pl.col("as_of").cast(pl.Date)
    )
    faster, times_bare = loop_seconds / our_seconds, our_seconds / bare_seconds
    return [
        Row(
            *(f"pandas loop, {whose}", our_seconds, loop_seconds, faster),
            *(
                f"at least {LEAST_TIMES_FASTER:g} times faster",
                faster >= LEAST_TIMES_FASTER,
                _difference(scored, from_pandas),
            ),
        ),
        Row(
            *(f"bare Polars, {whose}", our_seconds, bare_seconds, times_bare),
            *(
                f"at most {MOST_TIMES_BARE:g} times as long",
                times_bare <= MOST_TIMES_BARE,
                _difference(scored, bared),
            ),
        ),
    ]


def _difference(ours: pl.DataFrame, theirs: pl.DataFrame) -> float:
    """Find the largest difference of the scores that both give.

    Refuse to compare screens that scored different companies.
    """
    key = ["as_of", "entity_id"]
    scored = ours.filter(pl.col("status") == "scored")
    both = scored.join(theirs.select(*key, pl.col("score").alias("their_score")), on=key)
    if both.height != scored.height or both.height != theirs.height:
        raise ValueError(
            f"smallcap scored {scored.height} records, the yardstick {theirs.height}, "
            f"{both.height} in common: they must be the same"
        )
    return float(both.select((pl.col("score") - pl.col("their_score")).abs().max()).item())


def _module(path: Path) -> ModuleType:
    """Import a file that is not part of the project, unchanged."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
