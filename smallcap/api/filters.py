"""`funnel`: the six filters on one's own annual statements."""

from __future__ import annotations

import datetime as dt
from numbers import Real

from narwhals.typing import IntoDataFrameT

from smallcap.api.columns import require_unique, required
from smallcap.api.dates import day
from smallcap.api.frames import Given
from smallcap.api.rules import chosen_rules, rule_set, stale_limit
from smallcap.api.statements import COMPANY, NEEDED, Statements
from smallcap.errors import InputError
from smallcap.finance.funnel import evaluate_filters, funnel_outcomes
from smallcap.finance.metrics.annual import annual_metrics
from smallcap.finance.metrics.market import metrics_as_of
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.shariah import ShariahRules
from smallcap.tables import TABLES

SHOWN = (
    *("as_of", "ticker", "filter_number", "filter_name", "status", "measure", "value", "threshold"),
    *("headroom", "is_borderline", "reason", "stand_alone_status", "outcome"),
)
"""Columns of marts.funnel_outcomes that are returned, after the company's id."""


def funnel(
    df: IntoDataFrameT,
    as_of: dt.date | str,
    *,
    risk_free: float | None = None,
    standard: str = "published",
    rules: FunnelRules | None = None,
    stale_months: int | None = None,
) -> IntoDataFrameT:
    """Apply the six filters to companies, from their annual statements as known on a date.

    Only rows with `available_date` up to the date are used. What is unknown never passes: a filter without
    enough data says verify. The filters are those of docs/methods/filters.md, on the annual footing; the
    limits of multiples and accruals are taken over the companies of the frame, and need fifty of them.

    Parameters
    ----------
    df
        One row per company, fiscal year and version, five years for filters 4 and 5: `entity_id`,
        `ticker`, `sic` (text; null is verify), `price_usd` (the price on as_of, on each row of a company),
        `period_end`, `available_date`, and figures of core.annual_fundamentals (docs/python.md lists them),
        each null where it is unknown.
    as_of
        The date, also as text: 2025-12-31.
    risk_free
        Annual rate as a fraction, for the upper bound of an interest income that is not known; without it
        such a company is verified in filter 2.
    standard
        The standard of filter 2, of data/reference/shariah.toml.
    rules
        Thresholds; by default those of data/reference/funnel.toml.
    stale_months
        A record whose period_end is more than so many months before as_of is stale; by default the setting
        of that name.

    Returns
    -------
    IntoDataFrameT
        Six rows per company in the columns of marts.funnel_outcomes: verdict, measure, value, threshold and
        reason of each filter, and the outcome of the company, in the kind of frame that was given.

    Raises
    ------
    InputError
        When a column is missing or of another type, a version occurs twice, a company has several prices,
        the rate is no fraction, or there is no such standard.

    Examples
    --------
    A maker of machines of which one annual report is known, and of it the revenue alone:

    >>> import datetime as dt
    >>> import polars as pl
    >>> import smallcap
    >>> from smallcap.api.statements import FIGURES
    >>> report = {
    ...     **dict.fromkeys(FIGURES),
    ...     **{"entity_id": 1, "ticker": "MAKER", "sic": "3560", "price_usd": 20.0, "revenue_usd": 50e6},
    ...     **{"period_end": dt.date(2024, 12, 31), "available_date": dt.date(2025, 3, 3)},
    ... }
    >>> verdicts = smallcap.funnel(pl.DataFrame([report]), "2025-12-31")
    >>> verdicts.select("filter_name", "stand_alone_status").rows()[:3]
    [('business', 'pass'), ('shariah', 'verify'), ('balance_sheet', 'verify')]
    >>> verdicts["outcome"][0]
    'undetermined'
    """
    given = Given(df, "funnel")
    rows = required(given, (*COMPANY, *NEEDED))
    require_unique(given, rows, ("entity_id", "period_end", "available_date"))
    own = Statements(given, rows, day(as_of))
    chosen = _standard(standard)
    members, fundamentals, prices = own.members(), own.fundamentals(), own.prices()
    metrics = annual_metrics(fundamentals, rule_set("metrics_rules"))
    asked = rule_set("applicability")
    measured = metrics_as_of(
        *(members, metrics, prices, TABLES["raw.vendor_metrics"].empty(), rule_set("metrics_rules")),
        *(stale_limit(stale_months), asked),
    )
    evaluations = evaluate_filters(
        *(members, measured, fundamentals, metrics, prices, own.factors(_rate(risk_free))),
        *(chosen_rules(rules, FunnelRules, "funnel_rules"), rule_set("business_rules"), chosen, asked),
    )
    outcomes = funnel_outcomes(evaluations, members).select("entity_id", *SHOWN)
    result: IntoDataFrameT = given.as_given(own.with_own_ids(outcomes))
    return result


def _rate(risk_free: float | None) -> float | None:
    if risk_free is not None and not (isinstance(risk_free, Real) and abs(risk_free) < 1):
        raise InputError(
            f"funnel: risk_free is {risk_free!r}: give a year's rate as a fraction, not percent (0.04 for 4%)"
        )
    return risk_free


def _standard(name: str) -> ShariahRules:
    standards: dict[str, ShariahRules] = rule_set("shariah_standards").standards
    if name not in standards:
        raise InputError(f"funnel: there is no standard '{name}'; the standards are: {', '.join(standards)}")
    return standards[name]
