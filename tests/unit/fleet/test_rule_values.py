"""A name of a fleet file means one value of a rule file, may be shorter, and is explained if it is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from smallcap.errors import InputError
from smallcap.fleet.rule_values import values_by_file
from smallcap.package_files import default_reference

BASE = default_reference()
DEBT = "funnel.balance_sheet.debt_to_equity"


def values(folder: Path | None = None, **named: Any) -> dict[str, Any]:
    given = {name.replace("__", "."): value for name, value in named.items()}
    return values_by_file(given, BASE, folder)


def test_a_whole_name_is_the_value_of_that_name() -> None:
    assert values(funnel__value__quantile=0.4) == {"funnel.toml": {"value": {"quantile": 0.4}}}


def test_a_shorter_name_is_the_one_value_that_it_fits() -> None:
    expected = {"funnel.toml": {"balance_sheet": {"debt_to_equity": {"limit": 0.3}}}}
    assert values(funnel__balance_sheet__limit=0.3) == expected
    assert values(funnel__limit=0.3) == expected


def test_a_name_that_fits_several_values_is_refused_with_all_of_them() -> None:
    with pytest.raises(
        InputError, match=r"fits several values of funnel.toml: .*lenses.*; write one of these"
    ):
        values(funnel__debt_to_equity=0.3)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("funnel__balance_sheet__limt", f"{DEBT}.limit"),
        ("funnel__balance_sheet__quantile", "funnel.value.quantile"),
        ("funnel__value__quantil", "funnel.value.quantile"),
        ("funel__value__quantile", "funnel"),
    ],
)
def test_a_name_of_no_value_is_refused_with_the_nearest_ones(name: str, nearest: str) -> None:
    with pytest.raises(
        InputError, match=rf"names no (value of funnel\.toml|rule file); nearest: .*{nearest}"
    ):
        values(**{name: 0.4})


def test_two_names_of_one_value_are_refused() -> None:
    with pytest.raises(InputError, match=f"mean one value, {DEBT}.limit; name it once"):
        values(funnel__limit=0.3, funnel__balance_sheet__limit=0.28)


def test_a_table_gives_values_that_belong_together() -> None:
    table = {"limit": 0.2, "borderline_from": 0.15}
    found = values(funnel__balance_sheet__debt_to_equity=table)
    assert found == {"funnel.toml": {"balance_sheet": {"debt_to_equity": table}}}


@pytest.mark.parametrize(("limit", "borderline_from"), [(0.2, 0.2), (0.25, None), (0.3, None)])
def test_no_pass_is_borderline_where_a_limit_lies_below_the_value_from_which_one_would_be(
    limit: float, borderline_from: float | None
) -> None:
    own = values(funnel__balance_sheet__limit=limit)["funnel.toml"]["balance_sheet"]["debt_to_equity"]
    assert own.get("borderline_from") == borderline_from


def test_a_value_from_which_a_pass_is_borderline_that_is_given_stays() -> None:
    own = values(funnel__balance_sheet__limit=0.2, funnel__borderline_from=0.1)["funnel.toml"]
    assert own == {"balance_sheet": {"debt_to_equity": {"limit": 0.2, "borderline_from": 0.1}}}


def test_the_folder_of_the_row_says_from_which_value_a_pass_is_borderline(tmp_path: Path) -> None:
    (tmp_path / "funnel.toml").write_text("balance_sheet.debt_to_equity.borderline_from = 0.1\n")
    own = values(tmp_path, funnel__limit=0.2)["funnel.toml"]["balance_sheet"]["debt_to_equity"]
    assert own == {"limit": 0.2}
