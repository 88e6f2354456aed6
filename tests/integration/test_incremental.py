"""A run makes what is out of date and nothing else: after a changed rule, setting or code, and after none."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl
import pytest

from smallcap.engine import code
from smallcap.engine.plan import make_plan, plan_run
from smallcap.errors import InputError
from smallcap.lake import Home, Lake
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.pipelines.execute import run_years
from smallcap.settings import load_settings
from smallcap.sources.open import open_source
from smallcap.tables import TABLES
from tests.integration.homes import COMPANIES, EARLIER, LATER, command, contents, make, served
from tests.paths import PROJECT_ROOT

REFERENCE = PROJECT_ROOT / "data" / "reference"

SCREEN = ("marts.quality_scores", "marts.quality_summary", "marts.watched_scores")
"""The tables that use the rules of the quality screen."""
USERS_OF_STEPS = ("marts.quality_agreement", "marts.quintile_returns", "marts.treated_quintile_returns")
"""Other tables by year that use its module of steps."""
WHOLE_USERS_OF_STEPS = ("marts.quintile_performance", "marts.treated_quintiles")
"""Those without years."""


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rule sets, which the settings name."""
    folder = Path(shutil.copytree(REFERENCE, tmp_path / "reference"))
    monkeypatch.setenv("SMALLCAP_REFERENCE_DIR", str(folder))
    return folder


def out_of_date(home: Path, **given: object) -> dict[str, list[int]]:
    """The years of each table that a run of the later date would make."""
    settings = load_settings(home=home, sample_companies=COMPANIES, **given)
    run = plan_run(settings, open_source(settings, None), LATER.year, LATER.year, LATER)
    return {step.table: list(step.years) for step in make_plan(run).steps if step.years}


def versions(home: Path) -> dict[str, int]:
    lake = Lake(home / "lake")
    return {name: lake.version(name) for name in TABLES}


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_a_second_run_makes_nothing_and_still_shows_what_is_served(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    before, catalogue = versions(home), (home / "warehouse" / "warehouse.duckdb").read_bytes()
    answer = command(monkeypatch, capsys, "run", "--as-of", LATER, "--home", home)
    assert answer.code == 0
    assert "nothing is out of date" in answer.err
    assert "Quality screen of 2025-01-31" in answer.out
    assert versions(home) == before
    assert (home / "warehouse" / "warehouse.duckdb").read_bytes() == catalogue


@pytest.mark.drill
def test_a_forced_run_makes_the_years_again_and_comes_out_the_same(home: Path):
    before = contents(home)
    settings = load_settings(home=home, sample_companies=COMPANIES, is_report_written=False)
    run_id = run_years(settings, LATER.year, LATER.year, LATER, is_forced=True)
    checks = Home(settings).records.read("meta.checks").filter(pl.col("run_id") == run_id)
    assert {"core.members", "marts.quality_scores"} <= set(checks["table_name"])
    # Which served ratios find no record depends on the years that are requested together.
    assert all(before[name].equals(after) for name, after in contents(home).items() if name != "core.rejects")


def test_a_comment_in_a_rule_set_makes_nothing_stale(small_home: Path, reference: Path):
    path = reference / "funnel.toml"
    path.write_text(f"# A remark.\n{path.read_text()}")
    assert out_of_date(small_home) == {}


def test_a_threshold_makes_the_tables_that_use_it_stale_in_every_year_and_no_other(
    small_home: Path, reference: Path
):
    edit(reference / "quality.toml", "lower_quantile = 0.05", "lower_quantile = 0.06")
    assert out_of_date(small_home) == {name: [EARLIER.year, LATER.year] for name in SCREEN}


def test_a_changed_threshold_heals_every_year_in_one_run(home: Path, reference: Path):
    before = contents(home)
    edit(reference / "quality.toml", "lower_quantile = 0.05", "lower_quantile = 0.10")
    make(home, LATER)
    after = contents(home)
    scores = [frame["marts.quality_scores"] for frame in (before, after)]
    assert all(
        not old.equals(new)
        for old, new in zip(*(frame.partition_by("year") for frame in scores), strict=True)
    )
    assert all(
        before[name].equals(after[name])
        for name in ("core.members", "core.metrics_as_of", "marts.funnel_outcomes")
    )
    assert out_of_date(home) == {}


def test_a_row_of_a_table_of_rules_makes_its_filter_stale(small_home: Path, reference: Path):
    path = reference / "business_overrides.csv"
    path.write_text(path.read_text().rstrip("\n") + "\nZZZZ,Nobody,,,fail,made up for a test,test\n")
    assert set(out_of_date(small_home)) == {"core.filter_evaluations", "marts.watched_outcomes"}


def test_two_rule_sets_in_one_home_are_refused_before_anything_is_computed(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    before = versions(home)
    monkeypatch.setenv("SMALLCAP_STALE_MONTHS", "7")
    monkeypatch.setenv("SMALLCAP_SHARIAH_STANDARD", "aaoifi")
    answer = command(monkeypatch, capsys, "run", "--as-of", EARLIER, "--home", home)
    assert answer.code == 2
    told = " ".join(answer.err.split())
    assert "stale_months is 18 in the home, 7 requested" in told
    assert "smallcap config set shariah_standard aaoifi" in told
    assert versions(home) == before


@pytest.mark.drill
def test_a_recorded_setting_heals_every_year(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert command(monkeypatch, capsys, "config", "set", "stale_months", "30", "--home", home).code == 0
    stale = out_of_date(home)
    assert stale["core.metrics_as_of"] == stale["marts.coverage"] == [EARLIER.year, LATER.year]
    assert "core.annual_metrics" not in stale
    make(home, LATER)
    assert set(contents(home, ["marts.coverage"])["marts.coverage"]["stale_months"]) == {30}
    assert out_of_date(home) == {}


@pytest.mark.parametrize(
    ("name", "value"), [("stale_months", "700"), ("sample_seed", "3"), ("no_such_setting", "1")]
)
def test_a_setting_that_cannot_be_recorded_is_refused(home: Path, name: str, value: str):
    recorded = (home / "home.toml").read_text()
    with pytest.raises(InputError):
        Home(load_settings(home=home)).record(name, value)
    assert (home / "home.toml").read_text() == recorded


@pytest.fixture
def changed_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package whose digests count in place of the installed one's."""
    package = Path(
        shutil.copytree(
            code.PACKAGE, tmp_path / "smallcap", symlinks=False, ignore=shutil.ignore_patterns("__pycache__")
        )
    )
    monkeypatch.setattr(code, "PACKAGE", package)
    monkeypatch.setattr("smallcap.engine.recipe.PACKAGE", package)
    return package


def test_changed_code_makes_what_it_computes_stale_and_a_docstring_does_not(
    small_home: Path, changed_code: Path
):
    steps = changed_code / "finance" / "quality" / "steps.py"
    steps.write_text(steps.read_text() + '\n\ndef unused() -> None:\n    """Do nothing."""\n')
    by_year = {name: [EARLIER.year, LATER.year] for name in (*SCREEN, *USERS_OF_STEPS)}
    whole = {name: [UNPARTITIONED] for name in WHOLE_USERS_OF_STEPS}
    assert out_of_date(small_home) == by_year | whole
    shutil.copy(Path(code.__file__).parents[1] / "finance" / "quality" / "steps.py", steps)
    edit(steps, '"""The steps of the quality screen', '"""These are the steps of the quality screen')
    assert out_of_date(small_home) == {}


@pytest.mark.drill
def test_a_release_with_changed_code_heals_history_and_so_does_its_rollback(
    home: Path, changed_code: Path, monkeypatch: pytest.MonkeyPatch
):
    steps = changed_code / "finance" / "quality" / "steps.py"
    steps.write_text(steps.read_text() + "\n\nUNUSED = 1\n")
    files, before = Lake(home / "lake").files("marts.quality_scores"), served(home)
    make(home, LATER)
    assert out_of_date(home) == {}
    # The rows came out the same: the stamps are new, the files are not.
    assert Lake(home / "lake").files("marts.quality_scores") == files
    assert served(home) == before
    monkeypatch.undo()
    assert set(out_of_date(home)) == {*SCREEN, *USERS_OF_STEPS, *WHOLE_USERS_OF_STEPS}


def test_a_date_that_was_not_asked_for_yet_makes_its_year(small_home: Path):
    settings = load_settings(home=small_home, sample_companies=COMPANIES)
    day = dt.date(2025, 2, 28)
    run = plan_run(settings, open_source(settings, None), day.year, day.year, day)
    years = {step.table: step.years for step in make_plan(run).steps}
    assert years["raw.constituents"] == {2025: ["other dates are requested"]}
    assert years["marts.coverage"] == {2025: ["other dates are requested"]}
