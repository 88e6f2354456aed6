"""What tables use: every name exists, and whatever changes numbers is recorded in the home."""

from smallcap.engine.lineage import READS
from smallcap.engine.rule_sets import RULE_SETS
from smallcap.engine.uses import USES
from smallcap.settings import NUMBER_FIELDS, Settings


def test_uses_name_tables_rule_sets_and_settings_that_exist():
    assert set(USES) <= set(READS)
    assert {rule_set for uses in USES.values() for rule_set in uses.rules} == set(RULE_SETS)
    assert {setting for uses in USES.values() for setting in uses.settings} <= set(Settings.model_fields)


def test_every_setting_that_changes_numbers_is_recorded_in_the_home():
    assert {setting for uses in USES.values() for setting in uses.settings} == set(NUMBER_FIELDS)
