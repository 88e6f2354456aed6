"""Single values of rule files are written as a folder of rules; equal values leave the files untouched."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import HomeBusyError, InputError
from smallcap.fleet.file import FleetHome
from smallcap.fleet.holding import Hold
from smallcap.fleet.overlays import to_toml
from smallcap.fleet.overlays import write_overlay as write_overlay_of
from smallcap.fleet.tasks import tasks_of
from smallcap.package_files import default_reference
from smallcap.parsing import parse_toml
from smallcap.reference import Reference
from smallcap.rules.files import read_rules
from smallcap.rules.types.fleet import HomeRow
from smallcap.rules.types.funnel import FunnelRules

BASE = default_reference()


def write_overlay(home: FleetHome, beside: Path, base: Path, folder: Path) -> Path | None:
    return write_overlay_of(home, beside, base, folder, Hold(beside / "holds", home.name))


def home(rules: str | None = None, **overrides: float) -> FleetHome:
    named = {name.replace("__", "."): value for name, value in overrides.items()}
    return FleetHome("h", HomeRow(name="h", rules=rules), {}, named)


def test_a_value_stands_over_the_rule_file(tmp_path: Path) -> None:
    folder = write_overlay(home(funnel__value__quantile=0.4), tmp_path, BASE, tmp_path / "o")
    assert folder is not None
    assert (folder / "funnel.toml").read_text() == '"value"."quantile" = 0.4\n'
    assert read_rules(Reference(BASE, folder), "funnel.toml", FunnelRules).value.quantile == 0.4


def test_a_value_stands_over_the_folder_of_the_row_too(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "funnel.toml").write_text(
        'version = "m"\nvalue = { quantile = 0.6, borderline = 0.1 }\n'
    )
    folder = write_overlay(home("mine", funnel__value__quantile=0.4), tmp_path, BASE, tmp_path / "o")
    assert folder is not None
    found = read_rules(Reference(BASE, folder), "funnel.toml", FunnelRules)
    assert (found.version, found.value.quantile, found.value.borderline) == ("m", 0.4, 0.1)


def test_equal_values_leave_the_files_untouched(tmp_path: Path) -> None:
    times = []
    for value in (0.4, 0.4, 0.5):
        folder = write_overlay(home(funnel__value__quantile=value), tmp_path, BASE, tmp_path / "o")
        assert folder is not None
        times.append((folder / "funnel.toml").stat().st_ino)
    assert times[0] == times[1] != times[2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["holds", "o"]


def test_a_home_without_rules_of_its_own_has_no_folder(tmp_path: Path) -> None:
    assert write_overlay(home(), tmp_path, BASE, tmp_path / "o") is None


def test_a_value_of_no_rule_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"'funel\.value\.quantile' names no rule file"):
        write_overlay(home(funel__value__quantile=0.4), tmp_path, BASE, tmp_path / "o")


def test_what_is_written_as_toml_reads_as_the_same_values() -> None:
    values = {"a": {"b": [1, 2.5, 'x"y'], "c.d": True, "e": {}}, "f": "line\nbreak"}
    assert parse_toml(to_toml(values)) == values


def test_a_value_that_its_rule_set_refuses_is_named_at_once_and_nothing_stays(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 1: field 'value.quantile' must be in \[0, 1\], got 1.4"):
        write_overlay(home(funnel__value__quantile=1.4), tmp_path, BASE, tmp_path / "o")
    assert not (tmp_path / "o").exists()


def test_other_rules_are_refused_while_a_fleet_makes_the_home(tmp_path: Path) -> None:
    folder = write_overlay(home(funnel__value__quantile=0.4), tmp_path, BASE, tmp_path / "o")
    assert folder is not None
    before = (folder / "funnel.toml").read_text()
    hold = Hold(tmp_path / "holds", "h")
    assert hold.take()
    assert write_overlay(home(funnel__value__quantile=0.4), tmp_path, BASE, tmp_path / "o") == folder
    with pytest.raises(HomeBusyError, match=r"made by the fleet of process \d+ on .* under other rules"):
        write_overlay(home(funnel__value__quantile=0.5), tmp_path, BASE, tmp_path / "o")
    hold.release()
    assert (folder / "funnel.toml").read_text() == before


def test_a_row_that_names_no_rules_any_more_does_not_keep_those_of_its_home(tmp_path: Path) -> None:
    (tmp_path / "root" / "a" / "rules").mkdir(parents=True)
    (tmp_path / "root" / "a" / "rules" / "funnel.toml").write_text("")
    (tmp_path / "fleet.toml").write_text('[[home]]\nname = "a"\n')
    with pytest.raises(InputError, match=r"^home 'a': it was made under rules of its own, .*names none"):
        tasks_of(tmp_path / "fleet.toml", tmp_path / "root")


def test_a_root_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text('[[home]]\nname = "a"\n')
    with pytest.raises(
        InputError, match=r"the folder of the fleet, .*fleet\.toml, cannot be used \(Not a dir"
    ):
        tasks_of(tmp_path / "fleet.toml", tmp_path / "fleet.toml")
