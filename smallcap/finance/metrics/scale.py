"""Which figures of a row may be in another unit: compared with earlier years and with the rest of the row."""

from __future__ import annotations

from functools import cache

import polars as pl

from smallcap.finance.metrics.fields import FIELDS, MONEY_FIELDS, SHARE_FIELDS, names_where
from smallcap.finance.pointintime import take
from smallcap.rules.types.sanity import ScaleRules

MOST = 0.5
"""Share of the earlier years from which a field has to differ."""
ALWAYS_JUDGED = ("revenue_usd", "total_assets_usd", *SHARE_FIELDS)
"""Fields for which one earlier year is enough evidence."""
IDENTITIES: dict[str, tuple[tuple[str, int], tuple[str, int]]] = {
    "total_assets_usd": (("total_liabilities_usd", 1), ("shareholders_equity_usd", 1)),
    "total_liabilities_usd": (("total_assets_usd", 1), ("shareholders_equity_usd", -1)),
    "shareholders_equity_usd": (("total_assets_usd", 1), ("total_liabilities_usd", -1)),
    "revenue_usd": (("cost_of_revenue_usd", 1), ("gross_profit_usd", 1)),
    "cost_of_revenue_usd": (("revenue_usd", 1), ("gross_profit_usd", -1)),
    "gross_profit_usd": (("revenue_usd", 1), ("cost_of_revenue_usd", -1)),
    "operating_income_usd": (("pretax_income_usd", 1), ("net_interest_expense_usd", 1)),
    "pretax_income_usd": (("net_income_usd", 1), ("income_tax_usd", 1)),
    "net_income_usd": (("pretax_income_usd", 1), ("income_tax_usd", -1)),
    "income_tax_usd": (("pretax_income_usd", 1), ("net_income_usd", -1)),
}
"""What a field is about equal to: two other fields of the same row, added or subtracted."""
_OF_LIABILITIES = ("current_liabilities_usd", "short_term_debt_usd", "long_term_debt_usd")
_WITHOUT_WHOLE = (
    *("revenue_usd", "cost_of_revenue_usd", "gross_profit_usd", "retained_earnings_usd"),
    *("total_assets_usd", "total_liabilities_usd", "shareholders_equity_usd"),
)
WHOLES = {
    name: "total_liabilities_usd" if name in _OF_LIABILITIES else "total_assets_usd"
    for name in MONEY_FIELDS
    if name not in _WITHOUT_WHOLE
}
"""The field that a field can hardly exceed."""


def suspect_fields(rows: pl.DataFrame, history: pl.DataFrame, rules: ScaleRules) -> pl.Series:
    """List the fields of each row that may be in another unit.

    A field stands out if it differs by `jump` or more from most of the earlier years known when the row
    became known, and agrees with none of them that did not stand out itself. A lasting error therefore
    stands out as long as most of the known years are right.

    A money field that stands out is cleared or confirmed by the other fields of the row (`IDENTITIES`,
    `WHOLES`) that do not stand out. Without such evidence it is suspect if two earlier years are known;
    revenue, total assets and share counts already with one. If most money fields of a row stand out, the
    row as a whole is in another unit: all its money fields are suspect.

    Parameters
    ----------
    rows
        Annual rows with `fields.FIELDS`, including earlier years.
    history
        Result of `pointintime.visible_history` for the rows.
    rules
        The thresholds.

    Returns
    -------
    pl.Series
        Names of the suspect fields in the order of the table, separated by commas; null if there are none.
    """
    pairs = _pairs(rows, history, rules.jump)
    years = pairs.group_by("record").agg(
        *(pl.col(name).mean().alias(f"{name}_share") for name in FIELDS),
        *(pl.col(name).count().alias(f"{name}_years") for name in FIELDS),
        *(pl.col(f"{name}_rise").sum().alias(f"{name}_rise") for name in FIELDS),
    )
    compared = rows.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("record"), *FIELDS).join(
        years, on="record", how="left", maintain_order="left"
    )
    differs = compared.select(
        (pl.col(f"{name}_share") > MOST).fill_null(False).alias(name) for name in FIELDS
    )
    stands_out = _without_agreement(differs, pairs)
    marked = compared.hstack(stands_out.select(pl.all().name.prefix("out_")))
    # In two steps: one expression of everything costs the planner more than the data do.
    verdicts = marked.with_columns(_is_other_unit(rules)).select(**_verdicts(rules))
    return verdicts.select(names_where({name: pl.col(name) for name in FIELDS}))[:, 0]


def is_jump(now: pl.Expr, then: pl.Expr, jump: float) -> pl.Expr:
    """Whether two figures differ by `jump` or more; null if they are not both positive or both negative.

    A wrong unit does not change the sign; a figure that has passed zero says nothing about units.
    """
    return pl.when(now * then > 0).then((now / then >= jump) | (then / now >= jump))


def _pairs(rows: pl.DataFrame, history: pl.DataFrame, jump: float) -> pl.DataFrame:
    """Compare each row with each earlier year: per field whether it jumps, and 1 or -1 for up or down."""
    pairs = history.hstack(take(rows.select(FIELDS), history["record"])).hstack(
        take(rows.select(pl.col(name).alias(f"{name}_then") for name in FIELDS), history["prior"])
    )
    jumps = {name: is_jump(pl.col(name), pl.col(f"{name}_then"), jump) for name in FIELDS}
    rises = {name: pl.col(name).abs() > pl.col(f"{name}_then").abs() for name in FIELDS}
    return pairs.select(
        "record",
        "prior",
        *(jumps[name].alias(name) for name in FIELDS),
        *(
            pl.when(jumps[name]).then(pl.when(rises[name]).then(1).otherwise(-1)).alias(f"{name}_rise")
            for name in FIELDS
        ),
    )


def _without_agreement(differs: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Drop the fields that agree with an earlier year in which the field did not differ from its past."""
    doubtful = differs.with_row_index("record").filter(pl.any_horizontal(FIELDS))["record"]
    few = pairs.filter(pl.col("record").is_in(doubtful.implode()))
    before = take(differs.select(pl.all().name.suffix("_before")), few["prior"])
    agreeing = (
        few.hstack(before)
        .group_by("record")
        .agg((~pl.col(name) & ~pl.col(f"{name}_before")).any().alias(f"{name}_agrees") for name in FIELDS)
    )
    return (
        differs.with_row_index("record")
        .join(agreeing, on="record", how="left", maintain_order="left")
        .select(pl.col(name) & ~pl.col(f"{name}_agrees").fill_null(False) for name in FIELDS)
    )


@cache
def _is_other_unit(rules: ScaleRules) -> pl.Expr:
    """Whether most money fields of a row stand out, so that the row as a whole is in another unit."""
    out = [pl.col(f"out_{name}") for name in MONEY_FIELDS]
    compared = pl.sum_horizontal(pl.col(f"{name}_years") > 0 for name in MONEY_FIELDS)
    most = (compared >= rules.record_fields) & (pl.sum_horizontal(out) > rules.record_share * compared)
    return most.fill_null(False).alias("is_other_unit")


@cache
def _verdicts(rules: ScaleRules) -> dict[str, pl.Expr]:
    """Return for each field whether it is suspect, from the comparison with its past and with its row."""
    one_by_one = {name: pl.col(f"out_{name}") & _is_suspect(name, rules) for name in FIELDS}
    return {
        name: verdict
        if name in SHARE_FIELDS
        else verdict | (pl.col("is_other_unit") & pl.col(name).is_not_null())
        for name, verdict in one_by_one.items()
    }


def _is_suspect(name: str, rules: ScaleRules) -> pl.Expr:
    """Whether a field that stands out is suspect, given the other fields of its row."""
    least_years = 1 if name in ALWAYS_JUDGED else rules.least_years
    enough = (pl.col(f"{name}_years") >= least_years).fill_null(False)
    return pl.coalesce(_by_identity(name, rules.jump), _by_whole(name, rules.jump), enough)


def _by_identity(name: str, jump: float) -> pl.Expr:
    """Whether the two fields that should add up to a field contradict it; null if they are not known."""
    if name not in IDENTITIES:
        return pl.lit(None, pl.Boolean)
    (one, _), (other, sign) = IDENTITIES[name]
    expected = (_sound(one) + sign * _sound(other)).abs()
    given = pl.col(name).abs()
    return pl.when(expected > 0).then((given / expected >= jump) | (expected / given >= jump))


def _by_whole(name: str, jump: float) -> pl.Expr:
    """Whether a field is larger than its whole, or after a fall would still fit into it when corrected."""
    if name not in WHOLES:
        return pl.lit(None, pl.Boolean)
    whole, given = _whole(name).abs(), pl.col(name).abs()
    is_rise = pl.col(f"{name}_rise") > 0
    # A fall that fits is no evidence of an error, only the lack of evidence against one.
    fall = pl.when(given * jump > whole).then(pl.lit(False))
    return pl.when(is_rise).then(given > whole).otherwise(fall)


def _whole(name: str) -> pl.Expr:
    """Return the field that a field is part of; for long-term debt the liabilities that are not current."""
    whole = _sound(WHOLES[name])
    if name != "long_term_debt_usd":
        return whole
    return pl.coalesce(whole - _sound("current_liabilities_usd"), whole)


def _sound(name: str) -> pl.Expr:
    """Return a field; null if it stands out itself."""
    return pl.when(~pl.col(f"out_{name}")).then(name)
