"""The rules of the index tables, validated; values are in data/reference/index.toml."""

from __future__ import annotations

from dataclasses import dataclass

from smallcap.rules.types.base import Record, RuleSet, require

MILLION = 1e6
"""Market values are written in millions of dollars in reasons and evidence."""


@dataclass(frozen=True)
class EligibilityRules(Record):
    """Eligibility requirements on the rank day.

    Attributes
    ----------
    min_price_usd, min_market_cap_usd
        Minimum share price and minimum total market capitalisation.
    min_free_float, min_voting_rights
        Minimum share of the company, and of its votes, in public hands.
    max_price_age_days
        A close older than this at the rank day is not used.
    exchanges
        Eligible exchanges, as spelled in holdings files.
    home_countries
        Values of the country field for a US company.
    benefit_countries
        Countries of incorporation that give verify.
    """

    min_price_usd: float
    min_market_cap_usd: float
    min_free_float: float
    min_voting_rights: float
    max_price_age_days: int
    exchanges: tuple[str, ...]
    home_countries: tuple[str, ...]
    benefit_countries: tuple[str, ...]

    def __post_init__(self) -> None:
        require(self.min_price_usd > 0, "min_price_usd", f"must be positive, got {self.min_price_usd}")
        require(
            self.min_market_cap_usd > 0,
            "min_market_cap_usd",
            f"must be positive, got {self.min_market_cap_usd}",
        )
        for name in ("min_free_float", "min_voting_rights"):
            share = getattr(self, name)
            require(0 < share < 1, name, f"must be between 0 and 1, got {share}")
        require(
            self.max_price_age_days >= 0,
            "max_price_age_days",
            f"must not be negative, got {self.max_price_age_days}",
        )
        require(bool(self.exchanges), "exchanges", "must list at least one")
        require(bool(self.home_countries), "home_countries", "must list at least one")
        both = sorted(set(self.home_countries) & set(self.benefit_countries))
        require(not both, "benefit_countries", f"must not repeat home_countries; both list {', '.join(both)}")


@dataclass(frozen=True)
class ChangeRules(Record):
    """Thresholds for the causes of additions and removals.

    Attributes
    ----------
    ipo_months
        Maximum months since the first price of a new listing.
    graduated_quantile, below_minimum_quantile
        Quantiles of the sizes of the members that stayed: a removal at or above the first was too large, at
        or below the second too small.
    demoted_quantile
        An addition at or above this quantile came from the index of larger companies.
    """

    ipo_months: int
    graduated_quantile: float
    below_minimum_quantile: float
    demoted_quantile: float

    def __post_init__(self) -> None:
        require(self.ipo_months >= 1, "ipo_months", f"must be at least 1, got {self.ipo_months}")
        require(
            0 < self.below_minimum_quantile < self.graduated_quantile < 1,
            "graduated_quantile",
            f"must be between below_minimum_quantile and 1, got {self.graduated_quantile}",
        )
        require(
            0 < self.demoted_quantile < 1,
            "demoted_quantile",
            f"must be between 0 and 1, got {self.demoted_quantile}",
        )


@dataclass(frozen=True)
class ReconstitutionRules(Record):
    """When a change of membership is a reconstitution, and how its effect on prices is measured.

    Attributes
    ----------
    min_turnover, turnover_per_further_month
        Minimum one-way turnover between two month ends of a reconstitution, and the addition for each further
        month between the dates, because companies are acquired and listed all the time.
    max_days_between_lists
        Maximum days between the lists before and after the effective day.
    months_after
        Months measured after the effective day.
    min_names
        Minimum number of names with returns on either side for an estimate.
    """

    min_turnover: float
    turnover_per_further_month: float
    max_days_between_lists: int
    months_after: int
    min_names: int

    def __post_init__(self) -> None:
        require(
            0 < self.min_turnover < 1, "min_turnover", f"must be between 0 and 1, got {self.min_turnover}"
        )
        require(
            self.turnover_per_further_month >= 0,
            "turnover_per_further_month",
            f"must not be negative, got {self.turnover_per_further_month}",
        )
        require(
            self.max_days_between_lists >= 1,
            "max_days_between_lists",
            f"must be at least 1, got {self.max_days_between_lists}",
        )
        require(1 <= self.months_after <= 12, "months_after", f"must be 1 to 12, got {self.months_after}")
        require(self.min_names >= 2, "min_names", f"must be at least 2, got {self.min_names}")


@dataclass(frozen=True)
class IndexRules(RuleSet):
    """Rules of data/reference/index.toml.

    Attributes
    ----------
    top_holdings
        Number of the largest members in top_holdings_weight.
    band_share
        Share of the cumulative market capitalisation next to a break within which the provider keeps members.
    """

    top_holdings: int
    band_share: float
    eligibility: EligibilityRules
    changes: ChangeRules
    reconstitution: ReconstitutionRules

    def __post_init__(self) -> None:
        require(self.top_holdings >= 1, "top_holdings", f"must be at least 1, got {self.top_holdings}")
        require(0 < self.band_share < 0.5, "band_share", f"must be between 0 and 0.5, got {self.band_share}")
