"""The bootstrap of one book as a ratio to arch's own for the same draws."""

from __future__ import annotations

import statistics

import numpy as np
from arch.bootstrap import StationaryBootstrap

from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import in_turn, ratio
from smallcap.finance.factors.fit import Floats
from smallcap.finance.inference.bootstrap import Interval, drawn_alphas, drawn_counts, interval

MONTHS, FACTORS, DRAWS, BLOCK, SEED = 83, 5, 2000, 6.0, 20190131
CONFIDENCE = 0.95
MOST_TIMES_ARCH = 2.0
LARGEST_DIFFERENCE = 1e-10


def made_up_book(seed: int = 11) -> tuple[Floats, Floats]:
    """Make excess returns of the length of the published book's, and factors."""
    random = np.random.default_rng(seed)
    factors = random.normal(0.004, 0.04, (MONTHS, FACTORS))
    return factors @ random.normal(0.4, 0.6, FACTORS) + random.normal(0.01, 0.04, MONTHS), factors


def ours(excess: Floats, factors: Floats) -> Interval:
    """Draw and regress with the functions that the pipeline uses."""
    found = interval(drawn_alphas(excess, factors, drawn_counts(MONTHS, BLOCK, DRAWS, SEED)), CONFIDENCE)
    if found is None:
        raise ValueError("smallcap's bootstrap has no draws with an alpha")
    return found


def by_arch(excess: Floats, factors: Floats) -> Floats:
    """Draw with arch, and regress draw by draw."""
    bootstrap = StationaryBootstrap(BLOCK, excess, factors, seed=SEED)  # type: ignore[arg-type]
    found = bootstrap.conf_int(_alpha, DRAWS, method="percentile", size=CONFIDENCE)
    return np.asarray(found).ravel()


def _alpha(excess: Floats, factors: Floats) -> Floats:
    design = np.column_stack([np.ones(len(excess)), factors])
    return np.linalg.lstsq(design, excess, rcond=None)[0][:1]


def run() -> Section:
    """Time both in turn, after comparing their intervals."""
    excess, factors = made_up_book()
    mine, theirs = ours(excess, factors), by_arch(excess, factors)
    difference = float(np.abs(np.array([mine.low, mine.high]) - theirs).max())
    if difference > LARGEST_DIFFERENCE:
        raise ValueError(f"the intervals differ by {difference:g}: they must be the same")
    own, arch = in_turn(SIZES.runs, lambda: ours(excess, factors), lambda: by_arch(excess, factors))
    against = ratio(own, arch)
    return Section(
        "Bootstrap of one book",
        f"{DRAWS:,} stationary draws of {MONTHS} months with blocks of {BLOCK:g} months, and the alpha "
        "of five factors in each. The rows of the draws come from arch on both sides; arch then "
        "regresses draw by draw, smallcap all draws at once. Both intervals are the same. "
        f"Medians of {SIZES.runs} runs in turn, and of the ratios of each turn, with the least and the "
        "greatest.",
        ("", "seconds", "× arch"),
        [
            ["arch", f"{statistics.median(arch):.3f}", "1.00"],
            ["smallcap", f"{statistics.median(own):.3f}", str(against)],
        ],
        [Limit("bootstrap of one book, against arch", against.median, MOST_TIMES_ARCH)],
    )
