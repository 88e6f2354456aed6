"""Rule sets are digested by what they say."""

import shutil
from pathlib import Path

import pytest

from smallcap.engine.rule_sets import RULE_SETS, RuleSets, digest_of
from tests.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "data" / "reference"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REFERENCE, tmp_path / "reference"))


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_rule_set_can_be_digested_and_its_digest_repeats(name: str):
    assert RuleSets(REFERENCE).digest(name) == RuleSets(REFERENCE).digest(name)


def test_no_two_rule_sets_have_the_same_digest():
    digests = [RuleSets(REFERENCE).digest(name) for name in RULE_SETS]
    assert len(set(digests)) == len(digests)


@pytest.mark.some_cases(6)
@pytest.mark.parametrize("file", sorted(path.name for path in REFERENCE.glob("*.toml")))
def test_a_comment_changes_no_digest(folder: Path, file: str):
    before = {name: RuleSets(folder).digest(name) for name in RULE_SETS}
    path = folder / file
    path.write_text(f"# A remark.\n\n{path.read_text()}\n# Another.\n")
    assert {name: RuleSets(folder).digest(name) for name in RULE_SETS} == before


def test_a_threshold_changes_the_digest_of_its_rule_set_alone(folder: Path):
    before = {name: RuleSets(folder).digest(name) for name in RULE_SETS}
    path = folder / "quality.toml"
    text = path.read_text()
    assert "least_records = 25" in text
    path.write_text(text.replace("least_records = 25", "least_records = 26"))
    changed = {name for name in RULE_SETS if RuleSets(folder).digest(name) != before[name]}
    assert changed == {"quality_rules"}


def test_a_row_of_a_table_of_rules_changes_its_digest(folder: Path):
    before = RuleSets(folder).digest("business_rules")
    path = folder / "business_overrides.csv"
    path.write_text(path.read_text().rstrip("\n") + "\nZZZZ,Nobody,,,fail,made up for a test,test\n")
    assert RuleSets(folder).digest("business_rules") != before


def test_values_that_python_calls_equal_are_told_apart():
    assert digest_of(1) != digest_of(1.0)
    assert digest_of(True) != digest_of(1)


def test_the_order_of_keys_does_not_count_and_that_of_a_list_does():
    assert digest_of({"a": 1, "b": 2}) == digest_of({"b": 2, "a": 1})
    assert digest_of([1, 2]) != digest_of([2, 1])
