"""What cannot be asked of a kind of company, and why: applicability.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.kinds import KINDS

APPLICABILITY_FILE: Final = "applicability.toml"
FILTER_RULES: Final[Mapping[str, tuple[str, ...]]] = {
    "shariah": ("debt_to_market_cap", "cash_to_market_cap", "interest_income_to_revenue"),
    "balance_sheet": ("debt_to_equity", "shareholders_equity"),
    "income": (
        *("least_net_margin", "net_income_growth_over_years", "margin_slope", "least_operating_margin"),
        *("years_without_cash_backing", "cash_conversion_over_years"),
    ),
    "cash_flow": (
        *("least_operating_cash_flow_to_assets", "years_without_free_cash_flow"),
        *("accruals_cash_flow", "cash_conversion_over_years"),
    ),
    "value": ("multiple",),
}
"""The rules of filters 2 to 6, by the measure that they decide on; that on accruals has two forms."""
LENS_ITEMS: Final = (
    *("altman_z", "current_ratio", "debt_to_equity", "goodwill_to_assets", "interest_coverage"),
    *("net_cash_to_assets", "accruals_cash_flow", "capex_intensity", "capital_returned", "cash_conversion"),
    *("free_cash_flow_years", "operating_cash_flow_growth", "margin_trend", "net_income_growth"),
    *("operating_margin", "return_on_equity", "revenue_steadiness", "unusual_items_share"),
)
METRICS: Final = (
    *("current_ratio", "debt_to_assets", "debt_to_equity", "altman_z", "altman_z_double_prime"),
)
SCORE_INPUTS: Final = ("debt_to_assets", "interest_coverage")


@dataclass(frozen=True)
class NotAsked(Record):
    """What cannot be asked of a kind of company.

    Attributes
    ----------
    rules
        Names of filters, for all of their rules, or of single rules as ``filter.measure``.
    items
        Items of the lenses.
    metrics
        Ratios that core.metrics_as_of leaves null.
    score_inputs
        Inputs of the quality score that method debt_free_aware leaves out.
    """

    rules: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    score_inputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        single = [f"{name}.{measure}" for name, measures in FILTER_RULES.items() for measure in measures]
        known = {
            "rules": (*FILTER_RULES, *single),
            "items": LENS_ITEMS,
            "metrics": METRICS,
            "score_inputs": SCORE_INPUTS,
        }
        for name, allowed in known.items():
            for value in getattr(self, name):
                require(value in allowed, name, f"must be among {', '.join(allowed)}; got '{value}'")

    def asks(self, filter_name: str, measure: str) -> bool:
        """Whether a rule of a filter is asked."""
        return not {filter_name, f"{filter_name}.{measure}"} & set(self.rules)


@dataclass(frozen=True)
class Applicability(RuleSet):
    """Which questions can be asked of which kind of company; a kind that is not listed answers all."""

    not_asked: dict[str, NotAsked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind in self.not_asked:
            require(kind in KINDS, ("not_asked", kind), f"is no kind of company: {', '.join(KINDS)}")

    def of_filter(self, filter_name: str) -> dict[str, tuple[str, ...]]:
        """Return the measures of a filter's rules that are not asked, by kind; without kinds asked all."""
        measures = {
            kind: tuple(name for name in FILTER_RULES[filter_name] if not own.asks(filter_name, name))
            for kind, own in self.not_asked.items()
        }
        return {kind: names for kind, names in measures.items() if names}

    def kinds_without(self, what: Literal["items", "metrics", "score_inputs"], name: str) -> list[str]:
        """Return the kinds that a lens item, a metric or a score input is not asked of."""
        return [kind for kind, own in self.not_asked.items() if name in getattr(own, what)]
