"""Doubts about a composed row: suspect figures, unknown flows, and the flags of the records behind it."""

from __future__ import annotations

import polars as pl

from smallcap.finance.metrics.fields import FIELDS, SHARE_FIELDS, SUSPECT, is_named, names_where
from smallcap.finance.pointintime import take
from smallcap.finance.quarters.fields import FLOWS, YEAR_TO_DATE
from smallcap.finance.trailing.known import Statements
from smallcap.finance.trailing.sheets import FLAGS

GENUINE = "genuine_suspect_fields"
"""Suspect figures alone; `scale_suspect_fields` has the unknown flows too until the ratios are computed."""
_SEPARATOR = ", "
_ANNUAL, _QUARTER, _SHEET, _SHARES = SIDES = ("annual", "quarter", "sheet", "shares")


def doubts(
    statements: Statements, records: pl.DataFrame, flows: pl.DataFrame, rows: pl.DataFrame
) -> pl.DataFrame:
    """Gather suspect figures and flags of the records that a row is composed of.

    Parameters
    ----------
    statements, records
        The statements, and all of them in one frame (`sheets.all_records`).
    flows
        Result of `flows.trailing_flows`.
    rows
        Row numbers: `annual` and `quarter` of the flows, and those of `sheets.latest_sheets`.

    Returns
    -------
    pl.DataFrame
        One row per question, in order: `genuine_suspect_fields`; `scale_suspect_fields`, with the unknown
        flows among them, so that each ratio that needs one of them is null for it;
        `scale_suspect_fields_prior`; and the flags.
    """
    # The annual record and the quarter count where the flows are made from them.
    is_used = {
        _ANNUAL: pl.col("trailing_basis").is_in(["annual", "annual plus year to date"]),
        _QUARTER: pl.col("trailing_basis").is_in(["annual plus year to date", "four quarters"]),
        _SHEET: pl.lit(value=True),
        _SHARES: pl.lit(value=True),
    }
    frames = {
        _ANNUAL: statements.annual,
        _QUARTER: statements.quarterly,
        _SHEET: records,
        _SHARES: records,
    }
    sides = [
        take(frames[side].select(pl.col(SUSPECT, *FLAGS).name.suffix(f"_{side}")), rows[side])
        for side in SIDES
    ]
    used = pl.concat([flows, *sides], how="horizontal").with_columns(
        pl.when(is_used[side]).then(pl.col(f"{name}_{side}")).alias(f"{name}_{side}")
        for side in SIDES
        for name in (SUSPECT, *FLAGS)
    )
    named = used.with_columns(_suspects(used).alias(GENUINE))
    prior = pl.concat_str(
        [records[SUSPECT].gather(rows[f"{side}_prior"]).alias(side) for side in (_SHEET, _SHARES)],
        separator=_SEPARATOR,
        ignore_nulls=True,
    )
    flags = (
        pl.any_horizontal(pl.col(f"{name}_{side}") for side in SIDES).fill_null(value=False).alias(name)
        for name in FLAGS
    )
    return named.select(
        GENUINE,
        pl.col(GENUINE).is_not_null().alias("is_scale_suspect"),
        _joined(pl.col(GENUINE), _unknown()).alias(SUSPECT),
        pl.select(pl.when(prior != "").then(prior)).to_series().alias(f"{SUSPECT}_prior"),
        *flags,
    )


def _suspects(used: pl.DataFrame) -> pl.Expr:
    """List the figures that are suspect in the record from which the row has them."""
    lists = [f"{SUSPECT}_{side}" for side in SIDES]
    if used.select(pl.all_horizontal(pl.col(lists).is_null().all())).item():
        return pl.lit(None, pl.String)
    of_side = {name: is_named(f"{SUSPECT}_{_SHEET}", name) for name in FIELDS}
    for name in SHARE_FIELDS:
        of_side[name] = is_named(f"{SUSPECT}_{_SHARES}", name)
    for name in FLOWS:
        in_quarter = is_named(f"{SUSPECT}_{_QUARTER}", name, YEAR_TO_DATE[name])
        of_side[name] = pl.col(name).is_null() & (is_named(f"{SUSPECT}_{_ANNUAL}", name) | in_quarter)
    return names_where(of_side)


def _unknown() -> pl.Expr:
    """List the flows that are unknown: all of them, where no flow is known."""
    has_none = pl.col("trailing_basis").is_null()
    return pl.when(has_none).then(pl.lit(_SEPARATOR.join(FLOWS))).otherwise("unknown_flows")


def _joined(*lists: pl.Expr) -> pl.Expr:
    joined = pl.concat_str(lists, separator=_SEPARATOR, ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def with_reasons(computed: pl.DataFrame) -> pl.DataFrame:
    """Say of ratios that lack a flow why it is unknown, and leave only suspect figures in their list.

    Parameters
    ----------
    computed
        Rows with ratios, `trailing_reason` and the columns of `doubts`.
    """
    names = [name for name in computed.columns if name.endswith("_reason") and name != "trailing_reason"]
    has_suspects = pl.col(GENUINE).is_not_null() | pl.col(f"{SUSPECT}_prior").is_not_null()
    why = pl.coalesce("trailing_reason", pl.lit("input_missing"))
    has_no_flow = pl.col("trailing_basis").is_null()
    payout = "shareholder_payout_reason"
    return computed.with_columns(
        *(
            pl.when((pl.col(name) == "scale_suspect") & ~has_suspects).then(why).otherwise(name).alias(name)
            for name in names
            if name != payout
        ),
        pl.when(has_no_flow).then(why).otherwise(payout).alias(payout),
        pl.col(GENUINE).alias(SUSPECT),
    )
