"""The rules of a home's own stand over those of all, value by value, and are part of what a home is."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.engine.rule_sets import RuleSets
from smallcap.errors import InputError
from smallcap.package_files import default_reference
from smallcap.reference import Reference
from smallcap.rule_overlay import digest_of_overlay, require_overlay
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.funnel import FunnelRules
from smallcap.rules.types.withdrawals import Withdrawal

REFERENCE = default_reference()


def overlay_with(folder: Path, name: str, text: str) -> Reference:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return Reference(REFERENCE, folder)


def test_a_value_of_an_overlay_replaces_one_value_and_leaves_the_others(tmp_path: Path) -> None:
    reference = overlay_with(
        tmp_path / "rules",
        "funnel.toml",
        "[balance_sheet]\ndebt_to_equity = { limit = 0.2, borderline_from = 0.15 }\n",
    )
    base = read_rules(REFERENCE, "funnel.toml", FunnelRules)
    own = read_rules(reference, "funnel.toml", FunnelRules)
    assert own.balance_sheet.debt_to_equity.limit == 0.2
    assert (
        own.balance_sheet.debt_to_equity.is_limit_allowed
        == base.balance_sheet.debt_to_equity.is_limit_allowed
    )
    assert own.income == base.income
    assert own.version.startswith(f"{base.version}+")


def test_a_version_that_an_overlay_names_is_the_one_that_rows_carry(tmp_path: Path) -> None:
    reference = overlay_with(tmp_path / "rules", "funnel.toml", 'version = "mine"\n')
    assert read_rules(reference, "funnel.toml", FunnelRules).version == "mine"


def test_an_unknown_field_of_an_overlay_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    reference = overlay_with(tmp_path / "rules", "funnel.toml", "# mine\n[balance_sheet]\nlimit = 0.2\n")
    with pytest.raises(
        InputError, match=r"rules/funnel\.toml, line 3: field 'balance_sheet\.limit' is unknown"
    ):
        read_rules(reference, "funnel.toml", FunnelRules)


def test_a_csv_file_of_an_overlay_replaces_the_whole_file(tmp_path: Path) -> None:
    header = (REFERENCE / "withdrawals.csv").read_text().splitlines()[0]
    reference = overlay_with(tmp_path / "rules", "withdrawals.csv", f"{header}\n")
    assert read_rows(reference, "withdrawals.csv", Withdrawal) == ()


def test_an_overlay_changes_the_digest_of_the_rule_set_that_it_touches_alone(tmp_path: Path) -> None:
    reference = overlay_with(tmp_path / "rules", "quality.toml", "least_records = 30\n")
    own, base = RuleSets(reference), RuleSets(REFERENCE)
    assert own.digest("quality_rules") != base.digest("quality_rules")
    assert own.digest("funnel_rules") == base.digest("funnel_rules")


def test_files_that_replace_nothing_are_refused_with_the_list(tmp_path: Path) -> None:
    for name in ("funel.toml", "more.csv", "funnel.toml"):
        (tmp_path / name).write_text("")
    with pytest.raises(InputError, match=r"replace nothing: funel\.toml, more\.csv\. The rule files"):
        require_overlay(tmp_path, REFERENCE)


def test_an_empty_or_missing_overlay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is empty"):
        require_overlay(tmp_path, REFERENCE)
    with pytest.raises(InputError, match="does not exist"):
        require_overlay(tmp_path / "gone", REFERENCE)


def test_names_and_contents_of_an_overlay_are_in_its_digest(tmp_path: Path) -> None:
    digests = set()
    for number, (name, text) in enumerate([("a.toml", "x = 1"), ("a.toml", "x = 2"), ("b.toml", "x = 1")]):
        digests.add(digest_of_overlay(overlay_with(tmp_path / str(number), name, text).overlay))
    assert len(digests) == 3
    assert digest_of_overlay(None) is None
