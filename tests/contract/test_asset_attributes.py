"""What Dagster's users look for on an asset: what it is, whose it is, what made it."""

from __future__ import annotations

import shutil
from pathlib import Path

import dagster as dg
import pytest

from smallcap.assets.table_asset import asset_key
from smallcap.engine import code
from smallcap.engine.lineage import READS
from smallcap.pipelines.location import build_definitions
from smallcap.settings import load_settings
from smallcap.tables import TABLES

GROUPS = {
    "raw",
    "core",
    "marts_quality",
    "marts_funnel",
    "marts_books",
    "marts_index",
    "marts_watched",
    "publish",
}


def specs(home: Path) -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in build_definitions(load_settings(home=home)).resolve_all_asset_specs()}


def test_every_asset_says_what_it_is_whose_it_is_and_which_code_makes_it(tmp_path: Path):
    found = specs(tmp_path)
    assert {asset_key(name) for name in READS} < set(found)
    for spec in found.values():
        assert spec.description
        assert spec.kinds
        assert spec.owners
        assert spec.code_version
        assert spec.tags["smallcap/layer"] == spec.key.path[0]
    assert {spec.group_name for spec in found.values()} == GROUPS


def test_a_tables_asset_is_tagged_with_its_kind_and_grouped_within_its_layer(tmp_path: Path):
    found = specs(tmp_path)
    for name in READS:
        spec = found[asset_key(name)]
        assert spec.tags["smallcap/table_kind"] == TABLES[name].kind
        assert spec.group_name.startswith(TABLES[name].layer)
        assert TABLES[name].description in spec.description


def test_a_tables_asset_says_which_of_its_columns_are_carried_over(tmp_path: Path):
    lineage = specs(tmp_path)[asset_key("marts.funnel_outcomes")].metadata["dagster/column_lineage"]
    found = lineage.value if isinstance(lineage, dg.MetadataValue) else lineage
    assert found.deps_by_column["measure"] == [
        dg.TableColumnDep(asset_key("core.filter_evaluations"), "measure")
    ]
    assert "outcome" not in found.deps_by_column


@pytest.fixture
def changed_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package whose digests count instead of those of the package that runs."""
    package = Path(
        shutil.copytree(
            code.PACKAGE, tmp_path / "smallcap", symlinks=False, ignore=shutil.ignore_patterns("__pycache__")
        )
    )
    monkeypatch.setattr(code, "PACKAGE", package)
    return package


def test_changed_code_is_a_new_code_version_of_what_it_makes_and_of_nothing_else(
    changed_code: Path, tmp_path: Path
):
    before = specs(tmp_path)
    steps = changed_code / "finance" / "quality" / "steps.py"
    steps.write_text(steps.read_text() + "\nADDED = 1\n")
    after = specs(tmp_path)
    changed = {
        ".".join(key.path) for key, spec in after.items() if spec.code_version != before[key].code_version
    }
    assert "marts.quality_scores" in changed
    assert "core.annual_metrics" not in changed
    assert "publish.warehouse" not in changed


def test_a_changed_comment_is_no_new_code_version(changed_code: Path, tmp_path: Path):
    before = specs(tmp_path)
    steps = changed_code / "finance" / "quality" / "steps.py"
    steps.write_text(steps.read_text() + "\n# Added.\n")
    assert {key: spec.code_version for key, spec in specs(tmp_path).items()} == {
        key: spec.code_version for key, spec in before.items()
    }
