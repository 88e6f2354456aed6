"""company_kinds.csv and applicability.toml: what they say is read, and what makes no sense is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.rules.files import read_rows, read_rules
from smallcap.rules.types.applicability import APPLICABILITY_FILE, Applicability
from smallcap.rules.types.kinds import KINDS, KINDS_FILE, CompanyKind
from tests.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "data" / "reference"
HEADER = "sic,gics,sector,kind,source"


def kinds_of(folder: Path, row: str) -> tuple[CompanyKind, ...]:
    (folder / KINDS_FILE).write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    return read_rows(folder, KINDS_FILE, CompanyKind)


def applicability_of(folder: Path, table: str) -> Applicability:
    text = f'name = "a"\nversion = "1"\nsource = "a test"\n{table}\n'
    (folder / APPLICABILITY_FILE).write_text(text, encoding="utf-8")
    return read_rules(folder, APPLICABILITY_FILE, Applicability)


def test_every_kind_has_a_row_with_a_source() -> None:
    rows = read_rows(REFERENCE, KINDS_FILE, CompanyKind)
    assert {row.kind for row in rows} == set(KINDS)
    assert all(row.source for row in rows)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (",,,bank,x", "field 'sic' is empty, and so are gics and sector"),
        ("602,,,bank,x", "field 'sic' must be four digits, or a range like 6300-6411; got '602'"),
        ("6099-6000,,,bank,x", "field 'sic' ends before it begins: '6099-6000'"),
        (",401,,bank,x", "field 'gics' must be two, four, six or eight digits; got '401'"),
        ("6022,,,thrift,x", "field 'kind' must be 'bank', 'insurer'"),
        ("6022,,,bank,", "field 'source' is empty"),
    ],
)
def test_a_senseless_row_is_refused_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        kinds_of(tmp_path, row)
    assert f"{KINDS_FILE}, line 2" in str(refused.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("[not_asked.thrift]", r"not_asked\.thrift' is no kind of company: bank, insurer"),
        ('[not_asked.bank]\nrules = ["debt"]', r"bank\.rules' must be among shariah, .*; got 'debt'"),
        ('[not_asked.bank]\nrules = ["income.roe"]', r"bank\.rules' must be among .*; got 'income.roe'"),
        ('[not_asked.bank]\nitems = ["roe"]', r"bank\.items' must be among altman_z, .*; got 'roe'"),
        ('[not_asked.bank]\nmetrics = ["pb"]', r"bank\.metrics' must be among current_ratio, .*; got 'pb'"),
        ('[not_asked.bank]\nscore_inputs = ["roe"]', r"score_inputs' must be among .*; got 'roe'"),
        ("[not_asked.bank]\nfilters = [3]", r"bank\.filters' is unknown"),
    ],
)
def test_what_cannot_be_left_out_is_refused(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        applicability_of(tmp_path, table)


def test_a_filter_stands_for_all_of_its_rules_and_a_measure_for_one(tmp_path: Path) -> None:
    rules = applicability_of(
        tmp_path, '[not_asked.bank]\nrules = ["balance_sheet", "income.margin_slope"]\n[not_asked.other]'
    )
    assert rules.of_filter("balance_sheet") == {"bank": ("debt_to_equity", "shareholders_equity")}
    assert rules.of_filter("income") == {"bank": ("margin_slope",)}
    assert rules.of_filter("value") == {}
    assert rules.kinds_without("items", "altman_z") == []
