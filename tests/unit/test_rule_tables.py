"""Rule sets that are CSV tables, and the funnel's TOML files: every error names file, line and field."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.finance.funnel import FunnelRules, ReconciliationRules, ShariahStandards
from smallcap.rules.business_files import read_business_rules
from smallcap.rules.files import read_rules
from smallcap.rules.types.base import RuleSet
from smallcap.rules.types.business import EXCLUSIONS_FILE, OVERRIDES_FILE

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
EXCLUSIONS_HEADER = "code_system,code,line_of_business,verdict,source"
SIC_CODE = "a SIC code of four digits, or a range like 2080-2085"
OVERRIDES_HEADER = "ticker,company,valid_from,valid_to,verdict,reason,source"


def business(folder: Path, exclusions: str = "", overrides: str = "") -> object:
    (folder / EXCLUSIONS_FILE).write_text(f"{EXCLUSIONS_HEADER}\n{exclusions}", encoding="utf-8")
    (folder / OVERRIDES_FILE).write_text(f"{OVERRIDES_HEADER}\n{overrides}", encoding="utf-8")
    return read_business_rules(folder)


def test_the_files_of_the_project_are_read() -> None:
    rules = read_business_rules(REFERENCE)
    assert {exclusion.code_system for exclusion in rules.exclusions} == {"sic", "gics", "sector", "kind"}
    assert len(rules.overrides) >= 50
    assert rules.label.startswith("business ")


def test_the_label_follows_the_contents(tmp_path: Path) -> None:
    one = business(tmp_path, "sic,2082,beer,fail,made up\n")
    other = business(tmp_path, "sic,2083,malt,fail,made up\n")
    assert one.label != other.label  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        (
            "naics,312120,beer,fail,x",
            2,
            "field 'code_system' must be 'sic', 'gics', 'sector' or 'kind'; got 'naics'",
        ),
        ("sic,2082,beer,maybe,x", 2, "field 'verdict' must be 'fail' or 'verify'; got 'maybe'"),
        ("sic,82,beer,fail,x", 2, f"field 'code' must be {SIC_CODE}; got '82'"),
        (
            "gics,302,beer,fail,x",
            2,
            "field 'code' must be a GICS code of two, four, six or eight digits; got '302'",
        ),
        ("sic,2085-2082,beer,fail,x", 2, "field 'code' ends before it begins: '2085-2082'"),
        (
            "sic,2080-2085,beer,fail,x\nsic,2082,malt,fail,x",
            3,
            "field 'code' (2082) overlaps with the row of beer (2080-2085)",
        ),
        ("sic,2082,,fail,x", 2, "field 'line_of_business' is empty"),
        ("sic,2082,beer,fail,", 2, "field 'source' is empty"),
        ("sic,2082,beer, wine,fail,x", 2, "6 values for 5 fields; quote values that contain a comma"),
        (
            "sic,2082,beer,fail,x\n\nsic,82,malt,fail,x",
            4,
            f"field 'code' must be {SIC_CODE}; got '82'",
        ),
    ],
)
def test_a_wrong_exclusion_is_named(tmp_path: Path, rows: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as error:
        business(tmp_path, exclusions=rows)
    assert str(error.value) == f"rule set {tmp_path / EXCLUSIONS_FILE}, line {line}: {problem}"


@pytest.mark.parametrize(
    ("rows", "line", "problem"),
    [
        ("RGR,STURM,,,out,guns,x", 2, "field 'verdict' must be 'fail', 'verify' or 'pass'; got 'out'"),
        (
            "RGR,STURM,2024-13-01,,fail,guns,x",
            2,
            "field 'valid_from' must be a date like 2025-05-31; got '2024-13-01'",
        ),
        (
            "RGR,STURM,2024-02-01,2024-01-01,fail,guns,x",
            2,
            "field 'valid_to' (2024-01-01) is before 'valid_from' (2024-02-01)",
        ),
        (",STURM,,,fail,guns,x", 2, "field 'ticker' is empty"),
        ("RGR,STURM,,,fail,,x", 2, "field 'reason' is empty"),
        (
            "RGR,STURM,,2024-01-31,fail,guns,x\nRGR,STURM RUGER,2024-01-31,,pass,none,x",
            3,
            "field 'valid_from' (2024-01-31): RGR has another verdict from 1900-01-01 to 2024-01-31",
        ),
    ],
)
def test_a_wrong_override_is_named(tmp_path: Path, rows: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as error:
        business(tmp_path, overrides=rows)
    assert str(error.value) == f"rule set {tmp_path / OVERRIDES_FILE}, line {line}: {problem}"


def test_an_unknown_column_is_refused(tmp_path: Path) -> None:
    business(tmp_path)
    (tmp_path / EXCLUSIONS_FILE).write_text(f"{EXCLUSIONS_HEADER},colour\n", encoding="utf-8")
    with pytest.raises(
        InputError,
        match=r"business_exclusions\.csv, line 1: field 'colour' is unknown; known here: code_system, code",
    ):
        read_business_rules(tmp_path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"business_exclusions\.csv is missing; restore the file or set SMALLCAP_REFERENCE_DIR",
    ):
        read_business_rules(tmp_path)


@pytest.mark.parametrize(
    ("name", "kind", "old", "new", "problem"),
    [
        (
            "funnel.toml",
            FunnelRules,
            "[universe]",
            "[universe]\ncolour = 3",
            "field 'universe.colour' is unknown; known here: least_members",
        ),
        (
            "funnel.toml",
            FunnelRules,
            "least_members = 50",
            "least_members = 0",
            "field 'universe.least_members' must be at least 1, got 0",
        ),
        (
            "funnel.toml",
            FunnelRules,
            'accruals_limit = "universe_percentile"',
            'accruals_limit = "none"',
            "field 'cash_flow.accruals_limit' must be 'universe_percentile' or 'fixed'; got 'none'",
        ),
        (
            "funnel.toml",
            FunnelRules,
            'accruals_limit = "fixed"',
            'limit = "fixed"',
            "field 'alternatives.fixed_accruals.limit' is unknown",
        ),
        (
            "shariah.toml",
            ShariahStandards,
            'denominator = "mean"',
            'denominator = "median"',
            "field 'standards.djim.denominator' must be 'spot' or 'mean'; got 'median'",
        ),
        (
            "shariah.toml",
            ShariahStandards,
            "[standards.djim]",
            "[standards.dow]",
            "field 'standards.dow.name' must be 'dow' as in [standards.dow], got 'djim'",
        ),
        (
            "shariah.toml",
            ShariahStandards,
            "least_months = 12",
            "least_months = 0",
            "field 'standards.published.least_months' must be 1 to mean_months (24), got 0",
        ),
        (
            "reconciliation.toml",
            ReconciliationRules,
            "most_differing_share = 0.05",
            "most_differing_share = 2.0",
            "must be in [0, 1]",
        ),
    ],
)
def test_a_wrong_rule_is_named_with_its_file_and_line(
    tmp_path: Path, name: str, kind: type[RuleSet], old: str, new: str, problem: str
) -> None:
    shutil.copy(REFERENCE / name, tmp_path / name)
    text = (tmp_path / name).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_rules(tmp_path, name, kind)
    assert f"rule set {tmp_path / name}, line " in str(error.value)
    assert problem in str(error.value)
