"""The profitability experiment as a bare script: Polars, all Junes, universes and weightings at once.

Months are numbered, and values are compounded by logarithms. It shares the ranges of market value with
smallcap, and none of the calculations.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

UNIVERSES = ("all", "profitable", "unprofitable", "admitted")
WEIGHTINGS = ("equal", "cap", "sector_neutral")
SERIES = ["universe", "weighting"]
FORMED = ["formed", *SERIES]
JUNE, YEAR, FOLLOWED = 6, 12, 8


def _at(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month() - 1


def _day(number: str) -> pl.Expr:
    return pl.date(pl.col(number) // 12, pl.col(number) % 12 + 1, 1).dt.month_end()


def experiment_returns(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    trailing: pl.DataFrame,
    returns: pl.DataFrame,
    ranges: pl.DataFrame,
) -> pl.DataFrame:
    """Make the main columns of marts.experiment_returns.

    Parameters
    ----------
    members, metrics, trailing, returns
        Rows of core.members, core.metrics_as_of, core.trailing_as_of and core.monthly_returns.
    ranges
        first_day, lowest_usd, highest_usd of market values.
    """
    earned, ends, junes = _earned(returns), _ends(members), _junes(members)
    candidates = _candidates(junes, metrics, earned).join(
        _admitted(junes, trailing, ranges), on=["as_of", "entity_id"], how="left"
    )
    weights = _weights(candidates, UNIVERSES)
    return _monthly(weights, _held(weights, ends.select("entity_id", before_it="at"), earned))


def held_by(
    members: pl.DataFrame,
    metrics: pl.DataFrame,
    returns: pl.DataFrame,
    traded: pl.DataFrame,
    kept: pl.DataFrame,
) -> pl.DataFrame:
    """Make the main columns of the universes by annual records, by treated returns.

    Parameters
    ----------
    members, metrics
        As for `experiment_returns`.
    returns, traded
        The treated returns, and those that say which lines traded in June.
    kept
        Columns before_it and security_id: lines that stay held in the month after the numbered one, although
        their company is missing from its list.
    """
    weights = _weights(_candidates(_junes(members), metrics, _earned(traded)), UNIVERSES[:-1])
    ends = _ends(members)
    lines = weights.select("entity_id", "security_id").unique()
    stays = kept.join(ends.select(before_it="at").unique(), on="before_it", how="semi").join(
        lines, on="security_id"
    )
    listed = pl.concat([ends.select("entity_id", before_it="at"), stays.select("entity_id", "before_it")])
    return _monthly(weights, _held(weights, listed, _earned(returns)))


def _earned(returns: pl.DataFrame) -> pl.DataFrame:
    return returns.select(_at("month").alias("at"), "security_id", r="total_return")


def _ends(members: pl.DataFrame) -> pl.DataFrame:
    return members.filter(pl.col("as_of") == pl.col("as_of").dt.month_end()).with_columns(at=_at("as_of"))


def _junes(members: pl.DataFrame) -> pl.DataFrame:
    return _ends(members).filter(pl.col("as_of").dt.month() == JUNE)


def _admitted(junes: pl.DataFrame, trailing: pl.DataFrame, ranges: pl.DataFrame) -> pl.DataFrame:
    """Say who met the conditions at one of eight Junes, and was listed at each since."""
    known = junes.select("as_of", "entity_id").join(trailing, on=["as_of", "entity_id"], how="left")
    applied = known.sort("as_of").join_asof(
        ranges.sort("first_day"), left_on="as_of", right_on="first_day", check_sortedness=False
    )
    judged = applied.with_columns(
        meets=~pl.col("is_stale")
        & (pl.col("quarter_net_income_usd") > 0)
        & (pl.col("net_income_usd") > 0)
        & pl.col("market_cap_usd").is_between("lowest_usd", "highest_usd"),
        june=pl.col("as_of").dt.year().cast(pl.Int64),
    ).sort("entity_id", "june")
    spell = (pl.col("june").diff().over("entity_id") != 1).fill_null(True).cum_sum().alias("spell")
    met = pl.when("meets").then("june").forward_fill().over("entity_id", "spell")
    return judged.with_columns(spell).select(
        "as_of",
        "entity_id",
        is_admitted=((pl.col("june") - met) < FOLLOWED).fill_null(False) | pl.col("meets"),
    )


def _candidates(junes: pl.DataFrame, metrics: pl.DataFrame, earned: pl.DataFrame) -> pl.DataFrame:
    company = ["as_of", "entity_id"]
    figures = metrics.select(*company, "net_income_usd", "is_stale", "market_cap_usd")
    return (
        junes.select(*company, "security_id", "sector", formed="at")
        .join(figures, on=company, how="left")
        .join(earned.select("security_id", formed="at"), on=["formed", "security_id"], how="semi")
        .with_columns(is_profitable=pl.when(~pl.col("is_stale")).then(pl.col("net_income_usd") > 0))
    )


def _weights(candidates: pl.DataFrame, universes: Sequence[str]) -> pl.DataFrame:
    cap = pl.when(pl.col("market_cap_usd") > 0).then("market_cap_usd")
    sizes = {
        "equal": pl.lit(1.0),
        "cap": cap,
        "sector_neutral": pl.when(pl.col("sector").is_not_null()).then(cap),
    }
    parts = []
    for weighting, size in sizes.items():
        index = candidates.with_columns(size=size).drop_nulls("size")
        index = index.with_columns(whole=pl.col("size").sum().over("formed", "sector"))
        for universe in universes:
            decides = pl.col("is_admitted" if universe == "admitted" else "is_profitable")
            is_in = {"all": pl.lit(True), "unprofitable": ~decides}.get(universe, decides)
            own = index.with_columns(
                unknown_names=decides.is_null().sum().over("formed").cast(pl.Int64)
            ).filter(is_in)
            tilted = pl.col("size")
            if weighting == "sector_neutral":
                tilted = tilted / tilted.sum().over("formed", "sector") * pl.col("whole")
            parts.append(
                own.select(
                    *("formed", "entity_id", "security_id", "unknown_names"),
                    universe=pl.lit(universe),
                    weighting=pl.lit(weighting),
                    weight=tilted / tilted.sum().over("formed"),
                    names=pl.len().over("formed").cast(pl.Int64),
                )
            )
    return pl.concat(parts)


def _held(weights: pl.DataFrame, listed: pl.DataFrame, earned: pl.DataFrame) -> pl.DataFrame:
    """Follow each line while its company is on the list of each month's end, with a dollar put into it."""
    line = ["formed", "security_id"]
    steps = pl.DataFrame({"step": list(range(1, YEAR + 1))}, schema={"step": pl.Int64})
    path = (
        weights.select(*line, "entity_id")
        .unique()
        .join(steps, how="cross")
        .with_columns(at=pl.col("formed") + pl.col("step"))
        .with_columns(before_it=pl.col("at") - 1)
    )
    months = earned.select("at").unique()
    there = path.join(listed, on=["entity_id", "before_it"], how="semi").join(months, on="at", how="semi")
    whole = there.sort(*line, "at").filter(pl.int_range(1, pl.len() + 1).over(line) == pl.col("step"))
    grown = whole.join(earned, on=["at", "security_id"], how="left").sort(*line, "at")
    after = pl.col("r").fill_null(0.0).log1p().cum_sum().over(line).exp()
    valued = grown.with_columns(after=after).with_columns(
        before=pl.col("after").shift(1).over(line).fill_null(1.0),
        is_last=(pl.col("step") == pl.col("step").max().over(line)) & (pl.col("step") < YEAR),
    )
    return valued.drop("entity_id", "before_it")


def _monthly(weights: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    valued = weights.join(held, on=["formed", "security_id"]).with_columns(
        pl.col("weight") * pl.col("before"), kept=pl.col("weight") * pl.col("after")
    )
    known = pl.col("r").is_not_null()
    rows = (
        valued.group_by(*FORMED, "at")
        .agg(
            pl.col("names", "unknown_names").first(),
            total_return=pl.when(known.any()).then(
                (pl.col("weight") * pl.col("r")).sum() / pl.col("weight").filter(known).sum()
            ),
            holdings=pl.len().cast(pl.Int64),
            with_return=known.sum().cast(pl.Int64),
            gone=pl.col("kept").filter("is_last").sum() / pl.col("kept").sum(),
        )
        .sort(*FORMED, "at")
        .with_columns(left=pl.col("gone").shift(1).over(FORMED))
    )
    return (
        rows.join(_rebalanced(weights, valued), on=FORMED, how="left")
        .with_columns(
            month=_day("at"),
            formed_as_of=_day("formed"),
            turnover=pl.when(pl.col("at") == pl.col("formed") + 1).then("traded").otherwise("left"),
        )
        .select(
            *SERIES,
            *("month", "formed_as_of", "total_return", "turnover", "names", "unknown_names"),
            *("holdings", "with_return"),
        )
    )


def _rebalanced(weights: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    """Half of what changes between the weights of a June and those that the year before drifted to."""
    last = valued.filter(pl.col("at") == pl.col("formed") + YEAR)
    old = last.select(
        *SERIES, "security_id", formed="at", was=pl.col("kept") / pl.col("kept").sum().over(*SERIES, "at")
    )
    new = weights.select(*FORMED, "security_id", now="weight")
    each = new.join(old, on=[*FORMED, "security_id"], how="full", coalesce=True)
    changed = (pl.col("now").fill_null(0.0) - pl.col("was").fill_null(0.0)).abs().sum() / 2
    both = pl.col("now").is_not_null().any() & pl.col("was").is_not_null().any()
    return each.group_by(FORMED).agg(traded=pl.when(both).then(changed))
