"""Rule sets: read into typed objects; every error names file, line and field."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rules
from smallcap.rules.types.base import Record, RuleSet, require
from smallcap.rules.types.metrics import MetricsRules
from smallcap.rules.types.sanity import SanityRules

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"


@dataclass(frozen=True)
class Limits(Record):
    low: float
    high: float

    def __post_init__(self) -> None:
        require(self.low <= self.high, "high", f"must not be below low ({self.low}), got {self.high}")


@dataclass(frozen=True)
class Example(RuleSet):
    years: int
    is_strict: bool
    words: tuple[str, ...]
    limits: Limits
    note: str = "none"
    kind: Literal["spot", "mean"] = "spot"
    since: dt.date | None = None
    named: dict[str, Limits] = field(default_factory=dict)
    listed: tuple[Limits, ...] = ()


TEXT = """name = "example"
version = "1"
source = "made up"
years = 5
is_strict = true
words = ["a", "b"]

# limits of something
[limits]
low = 1
high = 2.5
"""


def read(folder: Path, text: str) -> Example:
    (folder / "example.toml").write_text(text, encoding="utf-8")
    return read_rules(folder, "example.toml", Example)


def test_nested_tables_arrays_and_defaults(tmp_path: Path) -> None:
    rules = read(tmp_path, TEXT)
    assert rules == Example("example", "1", "made up", 5, True, ("a", "b"), Limits(1.0, 2.5))
    assert type(rules.limits.low) is float


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        ("years = 5", "years = 5.5", 4, "field 'years' must be a whole number; got 5.5"),
        ("years = 5", "years = true", 4, "field 'years' must be a whole number; got true"),
        ("is_strict = true", "is_strict = 1", 5, "field 'is_strict' must be true or false; got 1"),
        ('words = ["a", "b"]', 'words = ["a", 2]', 6, "field 'words' must be text; got 2"),
        ('words = ["a", "b"]', 'words = "a"', 6, "field 'words' must be an array; got 'a'"),
        ("low = 1", "low = nan", 10, "field 'limits.low' must be a finite number; got nan"),
        ("high = 2.5", "high = 0.5", 11, "field 'limits.high' must not be below low (1.0), got 0.5"),
        ("high = 2.5", "", 9, "field 'limits.high' is missing"),
        ("high = 2.5", "high = 2.5\ntop = 3", 12, "field 'limits.top' is unknown; known here: low, high"),
        ("years = 5", "", 1, "field 'years' is missing"),
        ('source = "made up"', "", 1, "field 'source' is missing; every rule set has name, version, source"),
        ("[limits]\nlow = 1\nhigh = 2.5", "", 1, "field 'limits' is missing"),
        ('version = "1"', "version = 1", 2, "field 'version' must be text; got 1"),
        ("years = 5", 'years = 5\nkind = "median"', 5, "field 'kind' must be 'spot' or 'mean'; got 'median'"),
        ("years = 5", 'years = 5\nsince = "2020-01-01"', 5, "field 'since' must be a date; got '2020-01-01'"),
        (
            "years = 5",
            "years = 5\nsince = 2020-01-01T00:00:00",
            5,
            "field 'since' must be a date; got 2020-01-01 00:00:00",
        ),
        ("years = 5", "years = 5\nnamed = [1]", 5, "field 'named' must be tables [named.<name>]; got [1]"),
        ("low = 1", "low = true", 10, "field 'limits.low' must be a number; got true"),
        ("low = 1", 'low = "1"', 10, "field 'limits.low' must be a number; got '1'"),
        ("[limits]", '[named."a.b"]\nlow = 1\n[limits]', 9, "field 'named.a.b.high' is missing"),
        (
            "high = 2.5",
            "high = 2.5\n[[listed]]\nlow = 0\nhigh = 1\n[[listed]]\nlow = 3\nhigh = 1",
            17,
            "field 'listed.high' must not be",
        ),
        ("[limits]\nlow = 1\nhigh = 2.5", "limits = 3", 9, "field 'limits' must be a table [limits]; got 3"),
    ],
)
def test_error_names_file_line_and_field(tmp_path: Path, old: str, new: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, TEXT.replace(old, new))
    assert str(caught.value).startswith(f"rule set {tmp_path / 'example.toml'}, line {line}: {problem}")


def test_bad_toml_names_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"example\.toml is not valid TOML: .*line 4"):
        read(tmp_path, TEXT.replace("years = 5", "years = "))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"example\.toml is missing; restore the file or set SMALLCAP_REFERENCE_DIR"
    ):
        read_rules(tmp_path, "example.toml", Example)


def test_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "example.toml").write_bytes(b"name = \xff")
    with pytest.raises(InputError, match=r"is not UTF-8 text"):
        read_rules(tmp_path, "example.toml", Example)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("max_days = 380", "max_days = 300", "period.max_days"),
        ("jump = 100.0", "jump = 1.0", "scale.jump"),
        ("max_net_income_to_assets = 3.0", "max_net_income_to_assets = 0.0", "max_net_income_to_assets"),
        ("max_days_ahead = 366", "max_days_ahead = -1", "dates.max_days_ahead"),
        ("max_gap_days = 92", "max_gap_days = 0", "clock.max_gap_days"),
        ("min_share = 0.05", "min_share = 1.5", "clock.min_share"),
        ("min_values = 3", "min_values = 0", "plausibility.min_values"),
        ("min_values_to_stop = 10", "min_values_to_stop = 2", "plausibility.min_values_to_stop"),
        ("stop_below = 0.1", "stop_below = -0.1", "plausibility.levels.price_to_book.stop_below"),
        ("warn_above = 10.0", "warn_above = 0.2", "plausibility.levels.price_to_book.warn_above"),
        ("warn_above = 0.2", "warn_above = 1.2", "plausibility.signs.capital_expenditures.warn_above"),
        ("stop_above = 0.5", "stop_above = 0.1", "plausibility.signs.capital_expenditures.stop_above"),
    ],
)
def test_committed_sanity_rules_refuse_senseless_values(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    text = (REFERENCE / "sanity.toml").read_text(encoding="utf-8")
    (tmp_path / "sanity.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=f"field '{field}' must"):
        read_rules(tmp_path, "sanity.toml", SanityRules)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("assumed_lag_days = 90", "assumed_lag_days = 0", "visibility.assumed_lag_days"),
        ("min_years = 3", "min_years = 6", "cash_conversion.min_years"),
        ("safe_above = 2.99", "safe_above = 1.0", "altman_z.safe_above"),
        ("least = 0.02", "least = 0.9", "holding_ratio.near_from"),
        ("small_count_above = 1.4", "small_count_above = 0.9", "holding_ratio.small_count_above"),
        ("greatest = 10.0", "greatest = 1.2", "holding_ratio.greatest"),
        ("min_votes = 5", "min_votes = 0", "footing.min_votes"),
        ("tolerance = 0.10", "tolerance = 0.6", "footing.ratios.tolerance"),
        ("rounding = 0.01", "rounding = 0.2", "footing.ratios.rounding"),
        ("largest_split = 50", "largest_split = 1", "footing.ratios.largest_split"),
        ("usual = [2,", "usual = [1,", "footing.ratios.usual"),
        (
            "max_interest_to_liabilities = 0.01",
            "max_interest_to_liabilities = -1.0",
            "debt.max_interest_to_liabilities",
        ),
        ("max_letters = 5", "max_letters = 0", "ticker.max_letters"),
        ("max_age_days = 31", "max_age_days = -1", "price.max_age_days"),
    ],
)
def test_committed_metrics_rules_refuse_senseless_values(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    text = (REFERENCE / "metrics.toml").read_text(encoding="utf-8")
    (tmp_path / "metrics.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=f"field '{field}' must"):
        read_rules(tmp_path, "metrics.toml", MetricsRules)
