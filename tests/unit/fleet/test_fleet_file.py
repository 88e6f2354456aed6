"""A fleet file: what a row expands to, and what is refused with file, line and field."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.fleet.file import FleetHome, read_fleet


def fleet(folder: Path, text: str) -> list[FleetHome]:
    path = folder / "fleet.toml"
    path.write_text(text)
    return read_fleet(path)


def test_a_row_is_one_home(tmp_path: Path) -> None:
    text = '[[home]]\nname = "one"\nas_of = 2024-06-30\nlimit = 300\nindex = "russell1000"\n'
    (home,) = fleet(tmp_path, text)
    assert home.name == "one"
    assert home.settings == {"preset": "sample", "index_name": "russell1000", "limit": 300}
    assert home.row.as_of == dt.date(2024, 6, 30)
    assert home.arguments() == ["--as-of", "2024-06-30"]


def test_a_row_that_varies_is_one_home_per_combination_with_the_values_in_its_name(tmp_path: Path) -> None:
    homes = fleet(
        tmp_path,
        '[[home]]\nname = "s"\nfrom = 2019\nto = 2021\nsettings = { sample_companies = 80 }\n'
        'vary = { sample_seed = [1, 2], "funnel.value.quantile" = [0.4, 0.5] }\n',
    )
    assert [home.name for home in homes] == [
        "s-sample_seed-1-funnel.value.quantile-0.4",
        "s-sample_seed-1-funnel.value.quantile-0.5",
        "s-sample_seed-2-funnel.value.quantile-0.4",
        "s-sample_seed-2-funnel.value.quantile-0.5",
    ]
    assert homes[1].settings == {"preset": "sample", "sample_companies": 80, "sample_seed": 1}
    assert homes[1].overrides == {"funnel.value.quantile": 0.5}
    assert homes[1].arguments() == ["--from", "2019", "--to", "2021"]


def test_values_of_one_table_of_a_rule_file_may_vary_together(tmp_path: Path) -> None:
    table = "funnel.balance_sheet.debt_to_equity"
    pairs = "{ limit = 0.2, borderline_from = 0.15 }, { limit = 0.3, borderline_from = 0.25 }"
    homes = fleet(tmp_path, f'[[home]]\nname = "p"\nvary = {{ "{table}" = [{pairs}] }}\n')
    assert [home.name for home in homes] == [
        f"p-{table}-limit-0.2-borderline_from-0.15",
        f"p-{table}-limit-0.3-borderline_from-0.25",
    ]
    assert homes[0].overrides == {table: {"limit": 0.2, "borderline_from": 0.15}}


def test_folders_of_rules_limits_and_indexes_may_vary(tmp_path: Path) -> None:
    homes = fleet(tmp_path, '[[home]]\nname = "r"\nvary = { rules = ["a", "b"], limit = [100, 200] }\n')
    assert [(home.row.rules, home.settings["limit"]) for home in homes] == [
        ("a", 100),
        ("a", 200),
        ("b", 100),
        ("b", 200),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[home]]\nname = "a"\n[[home]]\nname = "a"\n', "names two homes alike: a"),
        ('[[home]]\nname = "a=b"\n', "line 2: field 'home.name' must be letters"),
        ('[[home]]\nname = "../a"\n', "line 2: field 'home.name' must be letters"),
        ('[[home]]\nname = ".fleet"\n', "line 2: field 'home.name' must be letters"),
        ('[[home]]\nname = "a"\nfrom = 2019\n', "line 3: field 'home.from' and 'to' go together"),
        ('[[home]]\nname = "a"\nas_of = 2019-01-31\nfrom = 2019\nto = 2020\n', "line 3: field 'home.as_of'"),
        (
            '[[home]]\nname = "a"\nindx = "x"\n',
            "line 3: field 'home.indx' is unknown; known here: name, preset, .*, as_of, from, to, rules",
        ),
        (
            '[[home]]\nname = "a"\nfirst = 2019\nlast = 2020\n',
            "line 3: field 'home.first' is unknown; .* from, to",
        ),
        (
            '[[home]]\nname = "a"\nfrom = 2020\nto = 2019\n',
            "line 4: field 'home.to' is 2019, before 'from', 2020",
        ),
        ('[[home]]\nname = "fleet.duckdb"\n', "line 2: field 'home.name' begins with fleet.duckdb"),
        ('[[home]]\nname = "fleet.duckdb.wal"\n', "line 2: field 'home.name' begins with fleet.duckdb"),
        (
            '[[home]]\nname = "a"\nvary = { min_coverage = [0.5, nan] }\n',
            "line 3: field 'home.vary.min_coverage' must be text, a finite .*, or a table of these; got nan",
        ),
        (
            '[[home]]\nname = "a"\nvary = { as_of = [2025-12-31] }\n',
            "line 3: field 'home.vary.as_of' must be text, .*; got 2025-12-31",
        ),
        (
            '[[home]]\nname = "a"\nsettings = { min_coverage = inf }\n',
            "line 3: field 'home.settings.min_coverage' must be text, .*, true or false; got inf",
        ),
        (
            '[[home]]\nname = "a"\nvary = { sample_seed = 3 }\n',
            "line 3: .*sample_seed' must be an array; got 3",
        ),
        ('[[home]]\nname = "a"\nas_of = 20190131\n', "line 3: field 'home.as_of' must be a date"),
        ('[[home]]\nname = "a"\nvary = { sample_seed = [] }\n', "line 3: .*sample_seed' has no value"),
        ('[[home]]\nname = "a"\nvary = { sample_seed = [1, 1] }\n', "line 3: .*names a value twice"),
        ('[[home]]\nname = "a"\nvary = { seed = [1] }\n', "home 'a': 'seed' is no setting"),
        (
            '[[home]]\nname = "a"\nsettings = { xfinlink_api_key = "x" }\n',
            "Keys and addresses are set in the env",
        ),
        ('[[home]]\nname = "a"\nvary = { shariah_standard = ["a b"] }\n', "cannot be in a home's name"),
        ('[[home]]\nname = "a"\nvary = { limit = [{ a = 1 }] }\n', "'limit' is one value"),
        ("", "line 1: field 'home' is missing"),
        ("x", "is not valid TOML"),
    ],
)
def test_what_is_refused_is_named_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=f"^fleet file .*fleet.toml.*{problem}"):
        fleet(tmp_path, text)


def test_a_row_that_expands_to_the_name_of_another_is_refused(tmp_path: Path) -> None:
    text = '[[home]]\nname = "a-limit-5"\n[[home]]\nname = "a"\nvary = { limit = [5, 6] }\n'
    with pytest.raises(InputError, match="expands to two homes of one name: a-limit-5"):
        fleet(tmp_path, text)


def test_a_home_carries_none_of_the_other_values_of_its_row(tmp_path: Path) -> None:
    homes = fleet(tmp_path, '[[home]]\nname = "a"\nvary = { sample_seed = [1, 2, 3] }\n')
    assert [(home.varied, home.row.vary) for home in homes] == [
        ({"sample_seed": seed}, {}) for seed in (1, 2, 3)
    ]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"fleet file .*gone\.toml is missing; name the file"):
        read_fleet(tmp_path / "gone.toml")
