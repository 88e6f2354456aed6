"""The quality screen's rule set: what the committed file says, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rules
from smallcap.rules.types.quality import Bounds, QualityRules
from tests.unit.finance.builders import REFERENCE
from tests.unit.finance.quality_builders import RULES


def test_the_committed_thresholds_are_the_studys() -> None:
    assert RULES.controls.market_cap_usd == Bounds(100e6, 20e9, is_inclusive=False)
    assert RULES.controls.roe == RULES.controls.fcf_margin == Bounds(-1.0, 1.0, is_inclusive=True)
    assert RULES.controls.debt_to_assets == Bounds(0.0, 1.5, is_inclusive=True)
    assert (RULES.coverage_clip.lowest, RULES.coverage_clip.highest) == (-10.0, 50.0)
    assert (RULES.winsorizing.lower_quantile, RULES.winsorizing.upper_quantile) == (0.05, 0.95)
    assert (RULES.as_published.lag_days, RULES.as_published.stale_months) == (163, 36)
    assert (RULES.least_records, RULES.listed_names) == (25, 8)


@pytest.mark.parametrize(
    ("written", "instead", "field"),
    [
        ("lower_quantile = 0.05", "lower_quantile = 0.99", "winsorizing.lower_quantile"),
        ("least_records = 25", "least_records = 0", "least_records"),
        ("lag_days = 163", "lag_days = -1", "as_published.lag_days"),
        ("lowest = -10.0", "lowest = 60.0", "coverage_clip.lowest"),
    ],
)
def test_a_threshold_without_sense_is_refused_by_name(
    tmp_path: Path, written: str, instead: str, field: str
) -> None:
    text = (REFERENCE / "quality.toml").read_text(encoding="utf-8")
    assert written in text
    (tmp_path / "quality.toml").write_text(text.replace(written, instead), encoding="utf-8")
    with pytest.raises(InputError, match=field):
        read_rules(tmp_path, "quality.toml", QualityRules)
