"""A declared split basis: how it may be written, in the setting and in a column."""

from __future__ import annotations

import pytest

from smallcap.errors import InputError
from smallcap.settings import load_settings
from smallcap.split_basis import parse_setting, parse_split_basis


@pytest.mark.parametrize(
    "text",
    ["split_adjusted_to 2026-04-30", "split_adjusted_to:2026-04-30", " Split_Adjusted_To=2026-04-30"],
)
def test_an_adjusted_basis_has_one_form(text: str) -> None:
    assert parse_split_basis(text) == "split_adjusted_to 2026-04-30"


def test_as_filed_and_infer() -> None:
    assert parse_split_basis("AS_FILED ") == "as_filed"
    assert (parse_setting("as_filed"), parse_setting("infer")) == ("as_filed", "infer")


@pytest.mark.parametrize(
    "text", ["", "adjusted", "split_adjusted_to", "split_adjusted_to 30.4.2026", "infer"]
)
def test_anything_else_is_refused_in_a_column(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"must be as_filed, or split_adjusted_to and a date like 2026-04-30"
    ):
        parse_split_basis(text)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no day 2026-02-30"):
        parse_split_basis("split_adjusted_to 2026-02-30")


def test_the_setting_names_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALLCAP_SHARES_SPLIT_BASIS", "adjusted")
    with pytest.raises(InputError, match=r"'shares_split_basis' .* must be as_filed, .* or infer"):
        load_settings()
    monkeypatch.setenv("SMALLCAP_SHARES_SPLIT_BASIS", "split_adjusted_to_2026-04-30")
    assert load_settings().shares_split_basis == "split_adjusted_to 2026-04-30"
