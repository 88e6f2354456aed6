"""marts.statement_lenses: items of each company's three statements compared with analysts' preferences."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from smallcap.finance.frames import in_columns_of
from smallcap.finance.funnel.footing import FOOTING, on_annual, on_latest
from smallcap.finance.funnel.inputs import RECORD_GATES, interleaved, prepared
from smallcap.finance.funnel.lens_items import BALANCE_SHEET, RECORD_COLUMNS, Item, items
from smallcap.finance.funnel.universe import with_limits
from smallcap.finance.funnel.words import INPUT_MISSING, WORDS
from smallcap.finance.kinds import is_asked
from smallcap.finance.statuses import NOT_APPLICABLE
from smallcap.rules.types.applicability import Applicability
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.kinds import KIND_WORDS
from smallcap.tables.lenses import StatementLenses

MET, MISSED, UNKNOWN = "met", "missed", "unknown"
VERDICTS = (MET, MISSED, UNKNOWN, NOT_APPLICABLE)


def statement_lenses(
    members: pl.DataFrame,
    metrics_as_of: pl.DataFrame,
    annual_fundamentals: pl.DataFrame,
    annual_metrics: pl.DataFrame,
    evaluations: pl.DataFrame,
    rules: FunnelRules,
    applicability: Applicability,
    limits: pl.DataFrame | None = None,
    trailing_as_of: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Evaluate each member by the three lenses, six items each.

    Parameters
    ----------
    members
        Rows of core.members.
    metrics_as_of
        Rows of core.metrics_as_of for the same as_ofs.
    annual_fundamentals, annual_metrics
        The members' records that became known up to the last as_of and in the eight years before.
    evaluations
        Rows of core.filter_evaluations for the same as_ofs; they define the universe with which accruals are
        compared.
    rules
        Thresholds.
    applicability
        Which items say something of which kind of company.
    limits
        What `universe.universe_limits` returned for the companies to compare with; the members by default.
    trailing_as_of
        Rows of core.trailing_as_of for the same as_ofs, for the items of the balance sheet; None for the
        annual footing.

    Returns
    -------
    pl.DataFrame
        Eighteen rows per member, in the columns of marts.statement_lenses, sorted by as_of, company,
        statement and item.
    """
    rows = prepared(members, metrics_as_of, annual_fundamentals, annual_metrics, rules, RECORD_COLUMNS)
    by_business = evaluations.filter(pl.col("filter_number") == 1).select(
        "as_of", "entity_id", "stand_alone_status"
    )
    status = rows.select("as_of", "entity_id").join(
        by_business, on=["as_of", "entity_id"], how="left", maintain_order="left"
    )
    limited = with_limits(rows, status["stand_alone_status"], rules, limits).with_columns(
        pl.col("as_of").dt.year().alias("year")
    )
    annual, latest = (
        frame.with_columns(_gate().alias("gate"), _cannot_be_asked().alias("cannot_be_asked"))
        for frame in (on_annual(limited), on_latest(limited, trailing_as_of))
    )
    asked = items(rules)
    seen = interleaved(
        [
            _seen(latest if item.statement == BALANCE_SHEET else annual, item, rules, applicability)
            for item in asked
        ]
    )
    described = _described(annual, latest, asked)
    verdict = pl.lit(pl.Series(VERDICTS)).gather(seen["verdict"]).alias("verdict")
    return in_columns_of(
        described.hstack(seen).with_columns(verdict, pl.lit(rules.label).alias("rule_set")), StatementLenses
    )


def _described(annual: pl.DataFrame, latest: pl.DataFrame, asked: Sequence[Item]) -> pl.DataFrame:
    """Say for the rows of `interleaved` whose they are, on which footing, and of which item."""
    shared = pl.concat(
        [rows.select("year", "as_of", "entity_id", *FOOTING) for rows in (annual, latest)], rechunk=True
    )
    row = pl.int_range(len(asked) * annual.height, dtype=pl.UInt32, eager=True)
    member, number = row // len(asked), row % len(asked)
    first = pl.Series([annual.height * (item.statement == BALANCE_SHEET) for item in asked], dtype=pl.UInt32)
    of_item = pl.DataFrame(
        {name: [getattr(item, name) for item in asked] for name in ("statement", "item", "preference")}
    )
    return shared[first.gather(number) + member].hstack(of_item[number])


def _gate() -> pl.Expr:
    """Return why a member's record is not evaluated; null if it is."""
    return pl.coalesce(
        *(pl.when(gate.is_shut.fill_null(False)).then(pl.lit(gate.reason)) for gate in RECORD_GATES)
    )


def _seen(rows: pl.DataFrame, item: Item, rules: FunnelRules, applicability: Applicability) -> pl.DataFrame:
    """Evaluate one item for every member that it can be asked of; the verdict as its place."""
    asked = is_asked(applicability.kinds_without("items", item.item))
    checked = rows.with_columns(
        pl.when(asked & pl.col("gate").is_null()).then(item.is_met).alias("is_met"), asked.alias("is_asked")
    )
    is_met, is_known = pl.col("is_met"), pl.col("is_met").is_not_null()
    return checked.select(
        pl.when("is_asked").then(_finite(item.value)).alias("value"),
        item.threshold.cast(pl.Float64).alias("threshold"),
        pl.when(~pl.col("is_asked"))
        .then(_place(NOT_APPLICABLE))
        .when(is_met)
        .then(_place(MET))
        .when(is_known)
        .then(_place(MISSED))
        .otherwise(_place(UNKNOWN))
        .alias("verdict"),
        pl.when(~pl.col("is_asked"))
        .then("cannot_be_asked")
        .when(~is_known)
        .then(pl.coalesce("gate", _why(item, rules)))
        .alias("reason"),
    )


def _place(verdict: str) -> pl.Expr:
    """Return the place of a verdict among VERDICTS: one byte per row is enough until the end."""
    return pl.lit(VERDICTS.index(verdict), pl.UInt8)


def _cannot_be_asked() -> pl.Expr:
    """Return for each kind of company why an item is not applicable."""
    return pl.col("company_kind").replace_strict(
        {kind: f"cannot be asked of {words}" for kind, words in KIND_WORDS.items()},
        default=None,
        return_dtype=pl.String,
    )


def _why(item: Item, rules: FunnelRules) -> pl.Expr:
    """Explain in words why an item is unknown."""
    words = (
        pl.col(item.why).replace_strict(WORDS, default=INPUT_MISSING, return_dtype=pl.String)
        if item.why
        else pl.lit(INPUT_MISSING)
    )
    missing = words.fill_null(INPUT_MISSING)
    if not item.is_over_years:
        return missing
    too_few = pl.lit(f"fewer than {rules.history.years} consecutive years are known")
    return pl.when(pl.col("years") < rules.history.years).then(too_few).otherwise(missing)


def _finite(value: pl.Expr) -> pl.Expr:
    number = value.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)
