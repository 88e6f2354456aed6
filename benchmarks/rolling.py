"""480,000 rolling regressions as ratios to statsmodels and to a bare NumPy script, and the memory they take.

Run as a program it does them once, with missing months, and prints its peak memory.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

import numpy as np

from benchmarks.measured_run import peak_memory
from benchmarks.results import Limit, Section
from benchmarks.sizes import SIZES
from benchmarks.timing import in_turn, ratio
from smallcap.finance.factors.fit import Floats
from smallcap.finance.factors.rolling import Integers, RollingFit, rolling_loadings
from tests.oracle.regressions_numpy import Figures, bare_numpy, name_by_name

NAMES = SIZES.names
WINDOWS, WINDOW, FACTORS = 240, 60, 5
LEAST = 36
MISSING_SHARES = (0.003, 0.01)
"""As in the sample, and three times that."""
NAMES_IN_TURN = min(40, NAMES)
"""Names that statsmodels is timed on; its time is in proportion to them."""
RUNS = SIZES.runs
LEAST_TIMES_FASTER = 50.0
MOST_TIMES_BARE = 3.0
MOST_TIMES_COMPLETE = 2.0
"""With the greater share missing, against none."""
MOST_GIB = 1.0
LARGEST_DIFFERENCE = 1e-8
ENDS = np.arange(WINDOW - 1, WINDOW - 1 + WINDOWS)


def made_up_panel(missing_share: float, names: int = NAMES, seed: int = 11) -> tuple[Floats, Floats]:
    """Make excess returns (months by names, NaN where missing) and factors (months by factors)."""
    random = np.random.default_rng(seed)
    months = WINDOW - 1 + WINDOWS
    factors = random.normal(0.004, 0.04, (months, FACTORS))
    loadings = random.normal(0.4, 0.6, (FACTORS, names))
    returns = 0.002 + factors @ loadings + random.normal(0, 0.1, (months, names))
    return np.where(random.random(returns.shape) < missing_share, np.nan, returns), factors


def ours(returns: Floats, factors: Floats, ends: Integers = ENDS) -> RollingFit:
    """Regress with the function that the pipeline uses."""
    return rolling_loadings(returns, factors, ends, WINDOW, LEAST)


def difference(fit: RollingFit, figures: Figures) -> float:
    """Find the largest difference of any figure; refuse to compare regressions that are not the same."""
    names = figures[2].shape[1]
    pairs = zip(
        (fit.estimate[:, :names], fit.t_stat[:, :names], fit.r_squared[:, :names]), figures, strict=True
    )
    # NaN would hide a difference: a figure that one side lacks counts as one.
    largest = max(float(np.nan_to_num(np.abs(mine - theirs), nan=np.inf).max()) for mine, theirs in pairs)
    if largest > LARGEST_DIFFERENCE:
        raise ValueError(
            f"smallcap's regressions differ from the yardstick's by {largest:g}: they must be the same"
        )
    return largest


def run() -> Section:
    """Time smallcap and both yardsticks, in turn; measure memory in a process of its own."""
    returns, factors = made_up_panel(0.0)
    few = np.ascontiguousarray(returns[:, :NAMES_IN_TURN])
    with_gaps = [made_up_panel(share)[0] for share in MISSING_SHARES]
    fit = ours(returns, factors)
    differences = [
        difference(fit, figures)
        for figures in (bare_numpy(returns, factors, ENDS, WINDOW), name_by_name(few, factors, ENDS, WINDOW))
    ]
    taken = in_turn(
        RUNS,
        lambda: ours(returns, factors),
        lambda: bare_numpy(returns, factors, ENDS, WINDOW),
        lambda: name_by_name(few, factors, ENDS, WINDOW),
        *(lambda panel=panel: ours(panel, factors) for panel in with_gaps),
    )
    taken[2] = [seconds * NAMES / NAMES_IN_TURN for seconds in taken[2]]
    middle = [statistics.median(seconds) for seconds in taken]
    bare, by_statsmodels, *gaps = (ratio(seconds, taken[0]) for seconds in taken[1:])
    gib = _peak_bytes() / 2**30
    rows = [
        ["smallcap", f"{middle[0]:.2f}", "1.00", ""],
        ["bare NumPy, one QR per window", f"{middle[1]:.2f}", str(bare), f"{differences[0]:.0e}"],
        [
            f"statsmodels RollingOLS, {NAMES_IN_TURN} names, scaled",
            f"{middle[2]:.1f}",
            str(by_statsmodels),
            f"{differences[1]:.0e}",
        ],
        *(
            [f"smallcap, {share:.1%} of the months missing", f"{seconds:.2f}", str(against), ""]
            for share, seconds, against in zip(MISSING_SHARES, middle[3:], gaps, strict=True)
        ),
    ]
    return Section(
        "480,000 rolling regressions",
        f"{NAMES:,} names over {WINDOWS} windows of {WINDOW} months on {FACTORS} factors and a "
        f"constant, with t statistics and R²: the "
        "function behind the stocks' own loadings against statsmodels' RollingOLS name by name and "
        "against a bare NumPy script that shares "
        f"each window's QR and knows no missing months. statsmodels is timed on {NAMES_IN_TURN} "
        f"names and scaled to all. Estimates, t and "
        "R² of both yardsticks must be the same; the largest difference is shown. With 0.3% of the "
        "months missing, as in the sample, a "
        "sixth of the regressions have gaps, with 1% nearly half. Medians of "
        f"{RUNS} runs in turn, and of the ratios of each turn, with the least and the greatest; memory is "
        "the most that a process of its own had, libraries and inputs included. Where the time goes: "
        "without gaps, a third is two products of the basis with the window's returns, as in the bare "
        "script, and the rest passes over residuals and results. A missing month is taken out of the "
        "solution on all months by products as long as a month's factors; what remains is the choice of "
        "the names with gaps and copying their columns. More than four missing months are solved by "
        "inverting the cross-products, some 3 µs each.",
        ("", "seconds", "× smallcap", "largest difference"),
        rows,
        [
            Limit(
                "rolling regressions, times faster than statsmodels",
                by_statsmodels.median,
                LEAST_TIMES_FASTER,
                is_least=True,
            ),
            Limit("rolling regressions, against bare NumPy", 1 / bare.median, MOST_TIMES_BARE),
            Limit(
                f"rolling regressions with {MISSING_SHARES[-1]:.0%} of the months missing, against none",
                gaps[-1].median,
                MOST_TIMES_COMPLETE,
            ),
            Limit("rolling regressions, memory", gib, MOST_GIB, unit=" GiB"),
        ],
    )


def _peak_bytes() -> int:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.rolling"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the rolling regressions failed: {done.stderr[-2000:]}")
    return int(done.stdout)


def main() -> None:
    """Regress once and print the most memory that the process had, in bytes."""
    ours(*made_up_panel(MISSING_SHARES[0]))
    print(peak_memory())


if __name__ == "__main__":
    main()
