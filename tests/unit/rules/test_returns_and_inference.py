"""The rule sets of doubtful returns and of inference refuse values that mean nothing, and name the field."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pytest

from smallcap.rules.files import read_rules
from smallcap.rules.types.base import FieldError
from smallcap.rules.types.inference import InferenceRules
from smallcap.rules.types.returns import ReturnRules
from tests.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "data" / "reference"
RETURNS = read_rules(REFERENCE, "returns.toml", ReturnRules)
INFERENCE = read_rules(REFERENCE, "inference.toml", InferenceRules)


@pytest.mark.parametrize(
    ("part", "changed", "problem"),
    [
        ("", {"extreme_gain": 0.0}, "extreme_gain must be positive"),
        ("", {"extreme_fall": -1.0}, "extreme_fall must be between -1 and 0"),
        ("", {"max_weight_without_return": 1.0}, "max_weight_without_return must be at least 0"),
        ("suspect", {"least_ratio": 1.0}, "least_ratio must be above 1"),
        ("suspect", {"price_factor": 0.9}, "price_factor must be above 1"),
        ("suspect", {"count_tolerance": 1.0}, "count_tolerance must be between 0 and 1"),
        ("suspect", {"split_tolerance": 0.0}, "split_tolerance must be between 0 and 1"),
        ("suspect", {"max_list_days": 0}, "max_list_days must be positive"),
        ("reversal", {"months": 13}, "months must be 1 to 12"),
        ("reversal", {"tolerance": 1.5}, "tolerance must be between 0 and 1"),
        ("winsorizing", {"low": 0.995}, "low and high must be"),
        ("delisting", {"loss": 0.3}, "loss must be -1 to 0"),
        ("delisting", {"least_price_usd": -1.0}, "least_price_usd must not be negative"),
    ],
)
def test_a_rule_of_returns_that_means_nothing_is_refused(
    part: str, changed: Mapping[str, object], problem: str
) -> None:
    of = getattr(RETURNS, part) if part else RETURNS
    with pytest.raises(FieldError, match=problem):
        dataclasses.replace(of, **changed)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"draws": 99}, "draws must be at least 100"),
        ({"seed": -1}, "seed must not be negative"),
        ({"block_months": (6, 3)}, "block_months must ascend"),
        ({"block_months": (0,)}, "block_months must ascend"),
        ({"confidence": 1.0}, "confidence must be between 0 and 1"),
        ({"least_months": 11}, "least_months must be at least 12"),
        ({"assumed_trials": ()}, "assumed_trials and least_stated_trials"),
        ({"assumed_trials": (1,)}, "assumed_trials and least_stated_trials"),
    ],
)
def test_a_rule_of_inference_that_means_nothing_is_refused(
    changed: Mapping[str, object], problem: str
) -> None:
    with pytest.raises(FieldError, match=problem):
        dataclasses.replace(INFERENCE, **changed)
