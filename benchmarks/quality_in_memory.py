"""The quality screen in memory, 240 dates, as ratios to a pandas loop and to a bare Polars script.

The project's own yardsticks are in tests/oracle/quality_polars.py. Where a folder `shared` beside the project
has another pair (benchmarks/peer.py), they are run unchanged on their own frames and shown too.
"""

from __future__ import annotations

import importlib.util
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd
import polars as pl

from benchmarks.sizes import SIZES
from benchmarks.timing import Ratio, in_turn, ratio
from smallcap.finance.pointintime import is_stale, visible
from smallcap.finance.quality.steps import score
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import QualityRules
from tests.oracle.quality_polars import bare_polars, looped_pandas, made_up_market

ROOT = Path(__file__).resolve().parents[1]
PEER = ROOT.parent / "shared" / "benchmarks" / "peer.py"
RUNS = SIZES.runs
LEAST_TIMES_FASTER = 30.0
MOST_TIMES_BARE = 1.7
STALE_MONTHS = 18
WHERE_THE_TIME_GOES = (
    "Where the time goes: a quarter is to find each member's record and a tenth to copy its figures, "
    "which the bare script does too; a quarter to winsorize and standardise, a tenth for quintiles. "
    "What the bare script does not do is to keep the excluded rows and say why: the first step that "
    "stops each of them, and the copying of ten columns of results into the rows that have one."
)


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
        Of each turn: the yardstick's time over smallcap's for the pandas loop, the inverse for bare
        Polars.
    largest_difference
        Of the scores that both give.
    """

    yardstick: str
    smallcap_seconds: float
    yardstick_seconds: float
    ratio: Ratio
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
    mine, barely, in_loop = in_turn(RUNS, ours, bare, loop)
    middle = [statistics.median(seconds) for seconds in (mine, barely, in_loop)]
    from_pandas = pl.from_pandas(looped[["as_of", "entity_id", "score"]]).with_columns(
        pl.col("as_of").cast(pl.Date)
    )
    return [
        Row(
            *(f"pandas loop, {whose}", middle[0], middle[2], ratio(in_loop, mine)),
            _difference(scored, from_pandas),
        ),
        Row(f"bare Polars, {whose}", middle[0], middle[1], ratio(mine, barely), _difference(scored, bared)),
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
