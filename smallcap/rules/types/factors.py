"""The rules of factor regressions, validated; values are in data/reference/factor_validation.toml."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from smallcap.rules.types.base import Record, RuleSet, require

COLUMN_OF: Final = {"Mkt-RF": "mkt_rf", "SMB": "smb", "HML": "hml", "RMW": "rmw", "CMA": "cma", "MOM": "mom"}
"""The column of raw.factors for each term."""
TERMS_OF_FILE: Final = {
    "FF3": ("Mkt-RF", "SMB", "HML"),
    "FF5": ("Mkt-RF", "SMB", "HML", "RMW", "CMA"),
    "MOM": ("MOM",),
}
"""The factors of each file; FF3 and FF5 also contain the risk-free rate."""
FILES_WITH_RF: Final = ("FF3", "FF5")
ALPHA: Final = "alpha"
MONTHS_A_YEAR: Final = 12
FIVE_FACTORS: Final = "FF5"
"""The model used for filter 7, for stock loadings and for comparisons."""


@dataclass(frozen=True)
class Model(Record):
    """A factor model: the files its factors come from, and its terms other than alpha, in order."""

    files: tuple[str, ...]
    terms: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = [file for file in self.files if file not in TERMS_OF_FILE]
        require(
            bool(self.files) and not unknown,
            "files",
            f"must be some of FF3, FF5, MOM; got {list(self.files)}",
        )
        self._check_terms()
        require(
            any(file in FILES_WITH_RF for file in self.files),
            "files",
            f"must include one of {', '.join(FILES_WITH_RF)}, which have the risk-free rate",
        )

    def _check_terms(self) -> None:
        strange = [term for term in self.terms if term not in COLUMN_OF]
        require(
            bool(self.terms) and not strange,
            "terms",
            f"must be some of {', '.join(COLUMN_OF)}; got {list(self.terms)}",
        )
        require(len(set(self.terms)) == len(self.terms), "terms", f"must not repeat, got {list(self.terms)}")
        homeless = [
            term for term in self.terms if sum(term in TERMS_OF_FILE[file] for file in self.files) != 1
        ]
        require(
            not homeless,
            "files",
            f"must contain each term exactly once; wrong: {', '.join(homeless)} in {', '.join(self.files)}",
        )

    @property
    def all_terms(self) -> tuple[str, ...]:
        """Alpha and the terms, in order."""
        return (ALPHA, *self.terms)


@dataclass(frozen=True)
class TiltRules(Record):
    """The tilts that a book claims, and the t statistics required.

    Attributes
    ----------
    confirmed_t, directional_t
        A tilt of the right sign is confirmed at or above the first, directional at or above the second.
    positive, not_negative
        Terms whose loading should be above zero, or at least zero.
    stated
        Terms whose loading is shown beside them, although no sign of it is claimed.
    detectable_std_errors
        Size of the smallest detectable loading, in standard errors.
    """

    confirmed_t: float
    directional_t: float
    positive: tuple[str, ...]
    not_negative: tuple[str, ...]
    stated: tuple[str, ...]
    detectable_std_errors: float

    def __post_init__(self) -> None:
        low, high = self.directional_t, self.confirmed_t
        require(low > 0, "directional_t", f"must be positive, got {low}")
        require(low < high, "confirmed_t", f"must be above directional_t ({low}), got {high}")
        require(
            self.detectable_std_errors > 0,
            "detectable_std_errors",
            f"must be positive, got {self.detectable_std_errors}",
        )
        both = [*self.positive, *self.not_negative]
        require(
            bool(both) and len(set(both)) == len(both),
            "positive",
            f"and not_negative must list at least one term, each only once; got {both}",
        )
        repeated = sorted(set(self.stated) & set(both))
        require(not repeated, "stated", f"must not repeat a claimed term, got {', '.join(repeated)}")

    @property
    def intended(self) -> dict[str, str]:
        """The intended sign of each claimed tilt, as in marts.book_validations."""
        return {
            **dict.fromkeys(self.positive, "positive"),
            **dict.fromkeys(self.not_negative, "not_negative"),
        }


@dataclass(frozen=True)
class ComparisonRules(Record):
    """Share of the first book in a mix of two."""

    mix_share: float

    def __post_init__(self) -> None:
        require(0 < self.mix_share < 1, "mix_share", f"must be between 0 and 1, got {self.mix_share}")


@dataclass(frozen=True)
class HindsightRules(Record):
    """What a list chosen with hindsight is compared with.

    Attributes
    ----------
    point_in_time_book
        Name of the book that was formed in advance.
    random_books
        Number of random books.
    seed
        Seed of the random generator.
    """

    point_in_time_book: str
    random_books: int
    seed: int

    def __post_init__(self) -> None:
        require(
            100 <= self.random_books <= 100_000,
            "random_books",
            f"must be 100 to 100000, got {self.random_books}",
        )


@dataclass(frozen=True)
class FactorRules(RuleSet):
    """Rules of data/reference/factor_validation.toml.

    Attributes
    ----------
    least_months
        Minimum number of months of a regression.
    trailing_months
        Length of the trailing window.
    confidence
        Confidence level of the intervals.
    extreme_return
        Monthly return, as a fraction, above which a line's month is flagged.
    models
        The factor models by name.
    tilts, comparison, hindsight
        Rules of filter 7, of book comparisons and of the hindsight gap.
    """

    least_months: int
    trailing_months: int
    confidence: float
    extreme_return: float
    models: dict[str, Model]
    tilts: TiltRules
    comparison: ComparisonRules
    hindsight: HindsightRules

    def __post_init__(self) -> None:
        most_terms = max(len(model.terms) for model in self.models.values()) if self.models else 0
        require(
            self.least_months > most_terms + 1,
            "least_months",
            f"must be above {most_terms + 1}, the number of terms including alpha, got {self.least_months}",
        )
        least, trailing = self.least_months, self.trailing_months
        require(
            trailing >= least, "trailing_months", f"must not be below least_months ({least}), got {trailing}"
        )
        require(0 < self.confidence < 1, "confidence", f"must be between 0 and 1, got {self.confidence}")
        require(self.extreme_return > 0, "extreme_return", f"must be positive, got {self.extreme_return}")
        require(
            FIVE_FACTORS in self.models,
            "models",
            f"must include {FIVE_FACTORS}: filter 7 and the stock loadings need it",
        )
