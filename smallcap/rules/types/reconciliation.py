"""When a vendor's ratios and ours agree, as typed tolerances; values are in reconciliation.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet
from smallcap.rules.types.limits import require_not_negative, require_share


@dataclass(frozen=True)
class Tolerance(Record):
    """Allowed distance of two figures: the greater of `absolute` and `relative` x our value."""

    absolute: float
    relative: float

    def __post_init__(self) -> None:
        """Refuse negative distances."""
        require_not_negative(self, "absolute", "relative")


@dataclass(frozen=True)
class Tolerances(Record):
    """The tolerance of each ratio that a vendor serves."""

    roe: Tolerance
    debt_to_assets: Tolerance
    fcf_margin: Tolerance
    interest_coverage: Tolerance
    altman_z_score: Tolerance


@dataclass(frozen=True)
class ReconciliationRules(RuleSet):
    """When a vendor's ratio and ours agree, and the share of differing rows above which to warn."""

    most_differing_share: float
    tolerances: Tolerances

    def __post_init__(self) -> None:
        """Refuse a share outside 0 to 1."""
        require_share(self, "most_differing_share")
