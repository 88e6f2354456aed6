"""The rules of inference on returns, validated; values are in data/reference/inference.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import RuleSet, require

FEWEST_DRAWS: Final = 100
"""With fewer draws the quantiles of an interval are those of two or three draws."""
FEWEST_MONTHS: Final = 12
FEWEST_TRIALS: Final = 2
"""The highest of a single trial is that trial: nothing is deflated."""


@dataclass(frozen=True)
class InferenceRules(RuleSet):
    """Rules of data/reference/inference.toml.

    Attributes
    ----------
    draws, seed
        Number of draws of the bootstrap, and seed of its generator.
    block_months
        Mean block lengths shown beside the optimal one.
    confidence
        Confidence level of the intervals.
    least_months
        Minimum number of months.
    least_stated_trials, assumed_trials
        With fewer stated trials than the first, the deflated Sharpe ratio is shown for each assumed number.
    """

    draws: int
    seed: int
    block_months: tuple[int, ...]
    confidence: float
    least_months: int
    least_stated_trials: int
    assumed_trials: tuple[int, ...]

    def __post_init__(self) -> None:
        require(self.draws >= FEWEST_DRAWS, "draws", f"must be at least {FEWEST_DRAWS}, got {self.draws}")
        require(self.seed >= 0, "seed", f"must not be negative, got {self.seed}")
        blocks = list(self.block_months)
        require(
            blocks == sorted(set(blocks)) and all(block >= 1 for block in blocks),
            "block_months",
            f"must ascend, from 1 on, got {blocks}",
        )
        require(0 < self.confidence < 1, "confidence", f"must be between 0 and 1, got {self.confidence}")
        require(
            self.least_months >= FEWEST_MONTHS,
            "least_months",
            f"must be at least {FEWEST_MONTHS}, got {self.least_months}",
        )
        trials = [self.least_stated_trials, *self.assumed_trials]
        require(
            bool(self.assumed_trials) and min(trials) >= FEWEST_TRIALS,
            "assumed_trials",
            f"and least_stated_trials must be at least {FEWEST_TRIALS}, got {trials}",
        )
