"""marts.statement_lenses: items of each company's three statements compared with analysts' preferences."""

from __future__ import annotations

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
        frame.with_columns(_gate().alias("gate"))
        for frame in (on_annual(limited), on_latest(limited, trailing_as_of))
    )
    return interleaved(
        [
            _seen(latest if item.statement == BALANCE_SHEET else annual, item, rules, applicability)
            for item in items(rules)
        ]
    )


def _gate() -> pl.Expr:
    """Return why a member's record is not evaluated; null if it is."""
    return pl.coalesce(
        *(pl.when(gate.is_shut.fill_null(False)).then(pl.lit(gate.reason)) for gate in RECORD_GATES)
    )


def _seen(rows: pl.DataFrame, item: Item, rules: FunnelRules, applicability: Applicability) -> pl.DataFrame:
    """Evaluate one item for every member that it can be asked of."""
    asked = is_asked(applicability.kinds_without("items", item.item))
    checked = rows.with_columns(
        pl.when(asked & pl.col("gate").is_null()).then(item.is_met).alias("is_met"), asked.alias("is_asked")
    )
    is_met, is_known = pl.col("is_met"), pl.col("is_met").is_not_null()
    verdict = pl.when(is_met).then(pl.lit(MET)).when(is_known).then(pl.lit(MISSED)).otherwise(pl.lit(UNKNOWN))
    columns = checked.select(
        *("year", "as_of", "entity_id"),
        pl.lit(item.statement).alias("statement"),
        pl.lit(item.item).alias("item"),
        pl.when("is_asked").then(_finite(item.value)).alias("value"),
        pl.lit(item.preference).alias("preference"),
        item.threshold.alias("threshold"),
        pl.when("is_asked").then(verdict).otherwise(pl.lit(NOT_APPLICABLE)).alias("verdict"),
        pl.when(~pl.col("is_asked"))
        .then(_cannot_be_asked())
        .when(~is_known)
        .then(pl.coalesce("gate", _why(item, rules)))
        .alias("reason"),
        *FOOTING,
        pl.lit(rules.label).alias("rule_set"),
    )
    return in_columns_of(columns, StatementLenses)


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
