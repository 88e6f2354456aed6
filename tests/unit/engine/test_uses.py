"""What tables use: every name exists, and whatever changes numbers is recorded in the home."""

from smallcap.engine.lineage import READS
from smallcap.engine.rule_sets import RULE_SETS
from smallcap.engine.uses import USES, uses_of
from smallcap.settings import NUMBER_FIELDS, Settings
from tests.paths import PROJECT_ROOT

NO_NUMBERS = {"freshness.toml", "sec.toml", "xfinlink_plans.toml"}
"""Rules of warnings and of requests; no row of a table depends on them."""


def test_uses_name_tables_rule_sets_and_settings_that_exist():
    assert set(USES) <= set(READS)
    assert {rule_set for uses in USES.values() for rule_set in uses.rules} == set(RULE_SETS)
    assert {setting for uses in USES.values() for setting in uses.settings} <= set(Settings.model_fields)


def test_every_setting_that_changes_numbers_is_recorded_in_the_home():
    assert {setting for uses in USES.values() for setting in uses.settings} == set(NUMBER_FIELDS)


def test_every_file_of_rules_is_part_of_what_some_table_is_made_from():
    files = {path.name for path in (PROJECT_ROOT / "data" / "reference").glob("*.*")}
    named = " ".join(rule_set.files for rule_set in RULE_SETS.values())
    assert {name for name in files if name not in named} == NO_NUMBERS


def test_statements_are_out_of_date_when_a_concept_or_a_succession_changes():
    for name in ("raw.fundamentals", "raw.quarterly_fundamentals", "raw.fundamental_tags"):
        assert {"concepts", "cik_successions"} <= set(uses_of(name).rules), name


def test_lists_are_out_of_date_when_a_fund_changes():
    for name in ("raw.constituents", "raw.securities", "raw.prices"):
        assert {"index_funds", "cusip_identity"} <= set(uses_of(name).rules), name
