"""marts.treated_quintiles: alphas of the quintile portfolios by treatment, with bootstrap intervals."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from smallcap.finance.factors.fit import Floats
from smallcap.finance.factors.series import Factors, factors_of
from smallcap.finance.frames import in_columns_of, without_nan
from smallcap.finance.inference.bootstrap import (
    Draws,
    block_lengths,
    drawn_alphas,
    interval,
    optimal_block,
)
from smallcap.finance.quality.portfolios.alphas import MODELS, OF_A_ROW, Block, blocks, on_factors
from smallcap.finance.quality.portfolios.formation import OF_A_SERIES
from smallcap.finance.quality.portfolios.performance import (
    at_cost_levels,
    net_returns,
    quintile_performance,
)
from smallcap.finance.returns.treatments import ALL, COMPLETE, SURVIVORS_ONLY
from smallcap.finance.statuses import ESTIMATED
from smallcap.rules.types.factors import MONTHS_A_YEAR, FactorRules
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.quintiles import QuintileRules
from smallcap.tables.treated_quintiles import TreatedQuintiles

KEY: Final = [*OF_A_ROW, "treatment", "block"]
FIGURES: Final = ("block_months", "alpha_ci_low", "alpha_ci_high", "alpha_p_value")
UNKNOWN: Final = 0.0
"""Block length of a series without an estimate where all returns count."""
Row = dict[str, Any]
Lengths = dict[tuple[Any, ...], float]
"""Optimal block length by series, whatever the cost level and the treatment."""


def treated_quintiles(
    treated: pl.DataFrame,
    raw_factors: pl.DataFrame,
    rules: QuintileRules,
    factor_rules: FactorRules,
    inference_rules: InferenceRules,
) -> pl.DataFrame:
    """Measure every quintile portfolio under each treatment, and draw its alphas again.

    A month's return and its factors are drawn together. The optimal block length is that of the series with
    all returns and without costs, rounded up to whole months: so the same rows are drawn for every treatment
    and cost level, and what differs between them is not chance.

    Parameters
    ----------
    treated
        Rows of marts.treated_quintile_returns, with those of marts.quintile_returns as treatment `all`.
    raw_factors
        Rows of raw.factors.
    rules, factor_rules, inference_rules
        Cost levels and minimum numbers; the models; draws, seed, block lengths, confidence level.

    Returns
    -------
    pl.DataFrame
        Columns of marts.treated_quintiles, sorted by key.
    """
    measured = [
        quintile_performance(rows.drop("treatment"), raw_factors, rules, factor_rules).with_columns(
            treatment=pl.lit(treatment)
        )
        for (treatment,), rows in sorted(treated.partition_by("treatment", as_dict=True).items())
    ]
    if not measured:
        return TreatedQuintiles.create_empty()
    whole = pl.concat(measured)
    net = net_returns(at_cost_levels(treated, rules))
    enough = net.join(whole.filter(pl.col("status") == ESTIMATED), on=[*OF_A_ROW, "treatment"], how="semi")
    names = pl.DataFrame({"block": list(block_lengths(1.0, inference_rules.block_months))})
    rows = whole.join(names, how="cross")
    for prefix, model in MODELS.items():
        factors = factors_of(raw_factors, model, factor_rules)
        found = [] if factors is None else _drawn(enough, factors, factor_rules, inference_rules)
        rows = rows.join(_figures(found, prefix), on=KEY, how="left")
    lacking = pl.col("most_weight_without_return")
    is_covered = lacking <= rules.most_weight_without_return
    label = pl.when(is_covered).then(pl.lit(COMPLETE)).when(~is_covered).then(pl.lit(SURVIVORS_ONLY))
    labelled = rows.with_columns(
        lacking.alias("weight_without_return"),
        label.alias("coverage"),
        rule_set=pl.lit(inference_rules.label),
    )
    return in_columns_of(without_nan(labelled), TreatedQuintiles).sort(KEY)


def _drawn(
    net: pl.DataFrame, factors: Factors, factor_rules: FactorRules, rules: InferenceRules
) -> list[Row]:
    """Draw the alphas of every series on one model, with each block length."""
    draws = Draws(rules)
    gathered = list(blocks(net, [*OF_A_ROW, "treatment"]))
    lengths = _optimal_lengths(gathered, factors, factor_rules.least_months)
    return [
        row for block in gathered for row in _of_block(block, lengths, factors, factor_rules, rules, draws)
    ]


def _optimal_lengths(gathered: list[Block], factors: Factors, least_months: int) -> Lengths:
    """Find the optimal block length of each series with all returns at the lowest cost."""
    found: Lengths = {}
    lowest = min((key["cost_basis_points"] for keys, _, _ in gathered for key in keys), default=0)
    for block in gathered:
        shared = on_factors(block, factors, least_months)
        if shared is None:
            continue
        for at, key in enumerate(block[0]):
            if key["treatment"] == ALL and key["cost_basis_points"] == lowest:
                found[_series(key)] = float(math.ceil(optimal_block(shared[0][:, at], shared[1])))
    return found


def _of_block(
    block: Block,
    lengths: Lengths,
    factors: Factors,
    factor_rules: FactorRules,
    rules: InferenceRules,
    draws: Draws,
) -> Iterator[Row]:
    """Draw the series of a block together: those with the same length have the same rows."""
    shared = on_factors(block, factors, factor_rules.least_months)
    if shared is None:
        return
    excess, explaining, _ = shared
    by_length: dict[float, list[tuple[int, str]]] = defaultdict(list)
    for at, key in enumerate(block[0]):
        for name, length in block_lengths(lengths.get(_series(key), UNKNOWN), rules.block_months).items():
            if length != UNKNOWN:
                by_length[length].append((at, name))
    for length, wanted in sorted(by_length.items()):
        columns = sorted({at for at, _ in wanted})
        alphas: Floats = MONTHS_A_YEAR * drawn_alphas(
            excess[:, columns], explaining, draws.counts(len(excess), length)
        )
        place = {at: position for position, at in enumerate(columns)}
        for at, name in wanted:
            found = interval(alphas[:, place[at]], rules.confidence)
            if found is not None:
                figures = (length, found.low, found.high, found.p_value)
                yield {**block[0][at], "block": name, **dict(zip(FIGURES, figures, strict=True))}


def _series(key: Row) -> tuple[Any, ...]:
    return tuple(key[name] for name in OF_A_SERIES)


def _figures(found: list[Row], prefix: str) -> pl.DataFrame:
    """Make the columns of one model."""
    texts = dict.fromkeys(KEY, pl.String()) | {"holding_months": pl.Int64(), "cost_basis_points": pl.Int64()}
    rows = pl.DataFrame(found, schema=texts | dict.fromkeys(FIGURES, pl.Float64()), orient="row")
    return rows.rename({name: f"{prefix}_{name}" for name in FIGURES})
