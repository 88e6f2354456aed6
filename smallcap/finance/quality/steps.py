"""The steps of the quality screen: exclusions, winsorizing, z-scores, score, quintile.

The choice of inputs is in `inputs`.
"""

from __future__ import annotations

import polars as pl

from smallcap.finance.quality.winsorize import bucket, winsorized, z_score
from smallcap.rules.types.quality import BASE, REQUIRED_INPUTS, SCORE_INPUTS, QualityRules, Variant

QUINTILE_EDGES = (0.2, 0.4, 0.6, 0.8)
GROUP = ["as_of", "method", "basis"]
SIZE = "market_cap_usd"
CONTROLLED = (SIZE, "roe", "fcf_margin", "debt_to_assets")


def _missing_fields(mask: int) -> str:
    """List the inputs whose bits are set, in the order of REQUIRED_INPUTS."""
    return ",".join(name for bit, name in enumerate(REQUIRED_INPUTS) if mask >> bit & 1)


# During processing rows hold an index into this list, because building a text for every row would cost more
# than scoring it. The index of the reason for missing inputs is that of "stale" plus the bit mask of the
# missing inputs.
REASONS: tuple[str | None, ...] = (
    None,
    "unusable_ticker",
    "no_fundamentals",
    "stale",
    *(f"missing:{_missing_fields(mask)}" for mask in range(1, 2 ** len(REQUIRED_INPUTS))),
    *(f"out_of_range:{name}" for name in CONTROLLED),
    "insufficient_records",
)


def score(inputs: pl.DataFrame, rules: QualityRules, variant: Variant = BASE) -> pl.DataFrame:
    """Score every record that the screen keeps, and give the reason for every other.

    Parameters
    ----------
    inputs
        One row per as_of, entity_id, method and basis, with is_ticker_usable, period_end (null if there is no
        record), is_stale, and the five inputs: roe, fcf_margin and debt_to_assets (fractions),
        interest_coverage (a multiple) and market_cap_usd. A NaN counts as missing. Records are compared
        within one as_of, method and basis. Other columns are kept.
    rules
        Thresholds.
    variant
        Which steps to run.

    Returns
    -------
    pl.DataFrame
        The inputs, sorted by as_of, method, basis and entity_id, with status, exclusion_reason, the
        winsorized inputs, their z-scores, score and quintile. A group's numbers are bit-identical whatever
        the order of the rows and the other groups.
    """
    numbered = _numbered_in_order(_without_nan(inputs))
    placed = numbered.with_columns(_places(numbered, rules, variant).alias("place")).with_columns(
        _insufficient_marked(rules)
    )
    is_scored = placed["place"] == 0
    scored = _scored(placed.select("group", *SCORE_INPUTS).filter(is_scored), rules, variant)
    explained = placed.with_columns(
        pl.when(is_scored).then(pl.lit("scored")).otherwise(pl.lit("excluded")).alias("status"),
        pl.lit(pl.Series(REASONS, dtype=pl.String)).gather(pl.col("place")).alias("exclusion_reason"),
    )
    return explained.drop("group", "place").hstack(_spread(scored, is_scored))


def _without_nan(inputs: pl.DataFrame) -> pl.DataFrame:
    """Turn NaN into null, copying only the columns that contain NaN."""
    tainted = [name for name in REQUIRED_INPUTS if inputs[name].is_nan().any()]
    return inputs.with_columns(pl.col(tainted).fill_nan(None)) if tainted else inputs


def _numbered_in_order(inputs: pl.DataFrame) -> pl.DataFrame:
    """Sort by group and company, so that sums are always added in the same order, and number the groups.

    Grouping by one ascending integer is faster than by a date and two texts, and checking that a frame is
    already sorted, as it usually is, is faster than sorting it.
    """
    numbered = inputs.with_columns(_group_number(inputs))
    if _is_in_order(numbered):
        return numbered
    ordered = inputs.sort(*GROUP, "entity_id")
    return ordered.with_columns(_group_number(ordered))


def _group_number(inputs: pl.DataFrame) -> pl.Expr:
    """Assign a number to each run of equal groups, using only the columns that vary."""
    is_constant = inputs.select((pl.col(GROUP) == pl.col(GROUP).first()).all()).row(0, named=True)
    varying = [name for name in GROUP if not is_constant[name]]
    # With a single group nothing varies, and the date alone is enough.
    runs = pl.struct(varying) if len(varying) > 1 else pl.col(varying or GROUP[:1])
    return runs.rle_id().set_sorted().alias("group")


def _is_in_order(numbered: pl.DataFrame) -> bool:
    """Return whether groups are contiguous, and groups and companies ascending."""
    groups = numbered.select("group", *GROUP).unique("group", keep="first", maintain_order=True).select(GROUP)
    is_first = pl.col("group") != pl.col("group").shift()
    ascends = numbered.select((is_first | (pl.col("entity_id") > pl.col("entity_id").shift())).all()).item()
    return bool(ascends) and groups.equals(groups.unique().sort(GROUP))


def _places(inputs: pl.DataFrame, rules: QualityRules, variant: Variant) -> pl.Series:
    """Find the first step that each record does not pass, as an index into REASONS; 0 if it passes all."""
    steps = _steps(rules, variant)
    # Most records pass: only for the others is it decided which step is the first.
    stopped = inputs.select(
        pl.any_horizontal(is_stopped for is_stopped, _ in steps).fill_null(False).arg_true()
    ).to_series()
    first = inputs.select("is_ticker_usable", "period_end", "is_stale", *REQUIRED_INPUTS)[stopped].select(
        pl.coalesce(*(pl.when(is_stopped).then(place) for is_stopped, place in steps)).alias("place")
    )
    return pl.zeros(inputs.height, pl.UInt8, eager=True).scatter(stopped, first["place"])


def _steps(rules: QualityRules, variant: Variant) -> list[tuple[pl.Expr, pl.Expr]]:
    """List the steps in order: whether a record is stopped there, and the index into REASONS."""
    mask = pl.sum_horizontal(
        pl.col(name).is_null().cast(pl.UInt8) * pl.lit(2**bit, pl.UInt8)
        for bit, name in enumerate(REQUIRED_INPUTS)
    )
    steps = [
        (~pl.col("is_ticker_usable"), _literal("unusable_ticker")),
        (pl.col("period_end").is_null(), _literal("no_fundamentals")),
        (pl.col("is_stale"), _literal("stale")),
        (pl.any_horizontal(pl.col(REQUIRED_INPUTS).is_null()), _literal("stale") + mask),
    ]
    if not variant.is_controlled:
        return steps
    controlled = CONTROLLED if variant.is_size_controlled else CONTROLLED[1:]
    return [*steps, *((~_within(name, rules), _literal(f"out_of_range:{name}")) for name in controlled)]


def _literal(reason: str) -> pl.Expr:
    """Return a reason's index; one byte per row is enough."""
    return pl.lit(REASONS.index(reason), pl.UInt8)


def _within(name: str, rules: QualityRules) -> pl.Expr:
    """Return whether an input is within its control."""
    bounds = getattr(rules.controls, name)
    return pl.col(name).is_between(
        bounds.lowest, bounds.highest, closed="both" if bounds.is_inclusive else "none"
    )


def _spread(scored: pl.DataFrame, is_scored: pl.Series) -> pl.DataFrame:
    """Put the results of the scored rows, in their order, into a frame of all rows; null in the others."""
    if scored.is_empty():
        return scored.clear(len(is_scored))
    # Gathering by a place for every row, and masking, takes less time than gathering by places with nulls.
    place = (is_scored.cum_sum().cast(pl.Int64) - 1).clip(0)
    return scored.select(pl.when(is_scored).then(pl.all().gather(place)))


def _insufficient_marked(rules: QualityRules) -> pl.Expr:
    """Exclude the remaining records of a group that has too few of them."""
    is_left = pl.col("place") == 0
    is_too_small = is_left.sum().over("group") < rules.least_records
    return (
        pl.when(is_left & is_too_small)
        .then(_literal("insufficient_records"))
        .otherwise("place")
        .alias("place")
    )


def _scored(records: pl.DataFrame, rules: QualityRules, variant: Variant) -> pl.DataFrame:
    """Winsorize, standardise, sum and bucket complete records, group by group."""
    cut = records.with_columns(
        _winsorized(name, rules, variant).alias(f"{name}_winsorized") for name in SCORE_INPUTS
    )
    standardised = cut.with_columns(
        z_score(f"{name}_winsorized", "group").alias(f"{name}_z") for name in SCORE_INPUTS
    )
    total = (
        pl.col("roe_z") + pl.col("fcf_margin_z") - pl.col("debt_to_assets_z") + pl.col("interest_coverage_z")
    )
    return standardised.with_columns(total.alias("score")).select(
        *(f"{name}_winsorized" for name in SCORE_INPUTS),
        *(f"{name}_z" for name in SCORE_INPUTS),
        "score",
        bucket("score", "group", QUINTILE_EDGES).alias("quintile"),
    )


def _winsorized(name: str, rules: QualityRules, variant: Variant) -> pl.Expr:
    """Clip coverage, then winsorize, if the variant includes these steps."""
    values = pl.col(name)
    if name == "interest_coverage":
        values = coverage_as_scored(rules, variant)
    if not variant.is_winsorized:
        return values
    return winsorized(values, "group", rules.winsorizing.lower_quantile, rules.winsorizing.upper_quantile)


def coverage_as_scored(rules: QualityRules, variant: Variant) -> pl.Expr:
    """Return interest coverage as the variant scores it: clipped or unchanged."""
    coverage = pl.col("interest_coverage")
    return (
        coverage.clip(rules.coverage_clip.lowest, rules.coverage_clip.highest)
        if variant.is_coverage_clipped
        else coverage
    )
