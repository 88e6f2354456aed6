"""Settings: where paths start, what a home records of its input folder, and what becomes of records of
earlier releases.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from smallcap.errors import InputError
from smallcap.lake import Home
from smallcap.settings import RECORDED_FIELDS, Settings, load_settings
from smallcap.sources.open import open_source
from tests.component.sources.crafted import holdings, line, write_folder
from tests.paths import PROJECT_ROOT

LIST = {"ishares/IWM_holdings.csv": holdings([line()])}


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder beside that of the data, where cron or the schedule may call the command."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write_folder(tmp_path / "desk" / "my-data", LIST)
    for name in ("SMALLCAP_INPUT", "SMALLCAP_HOME", "SMALLCAP_PRESET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path / "desk")
    return folder


def record(home: Path, **given: object) -> None:
    Home(load_settings(home=home, preset="files", **given)).prepare()


@pytest.mark.some_cases(3)
@pytest.mark.parametrize("typed", ["my-data", "./my-data", "../desk/my-data", "~/my-data", "{desk}/my-data"])
@pytest.mark.parametrize("by", ["argument", "variable", "env file"])
def test_an_input_folder_is_found_again_from_every_folder(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch, typed: str, by: str
) -> None:
    desk, home = tmp_path / "desk", tmp_path / "home"
    monkeypatch.setenv("HOME", str(desk))
    typed = typed.format(desk=desk)
    if by == "variable":
        monkeypatch.setenv("SMALLCAP_INPUT", typed)
    elif by == "env file":
        (desk / ".env").write_text(f"SMALLCAP_INPUT={typed}\n", encoding="utf-8")
        monkeypatch.setitem(Settings.model_config, "env_file", desk / ".env")
    record(home, **({"input": typed} if by == "argument" else {}))
    monkeypatch.delenv("SMALLCAP_INPUT", raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)
    monkeypatch.chdir(elsewhere)
    found = load_settings(home=home)
    assert found.input == desk / "my-data"
    assert open_source(found).membership_dates("russell2000")


def test_a_relative_path_in_the_env_file_starts_at_the_env_file(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk" / ".env").write_text(
        "SMALLCAP_INPUT=my-data\nSMALLCAP_HOME=homes/mine\nSMALLCAP_LIMIT=7\n", encoding="utf-8"
    )
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "desk" / ".env")
    monkeypatch.chdir(elsewhere)
    found = load_settings()
    assert (found.input, found.home, found.limit) == (
        tmp_path / "desk" / "my-data",
        tmp_path / "desk" / "homes" / "mine",
        7,
    )


def test_a_variable_left_blank_is_not_set(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk" / ".env").write_text("SMALLCAP_INPUT=\nSMALLCAP_CLOCK=\n", encoding="utf-8")
    monkeypatch.setitem(Settings.model_config, "env_file", tmp_path / "desk" / ".env")
    monkeypatch.setenv("SMALLCAP_HOME", "")
    found = load_settings()
    assert (found.input, found.clock, found.home) == (None, None, PROJECT_ROOT / "data" / "home")


def test_a_link_to_the_input_folder_is_recorded_as_the_link(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "desk" / "newest").symlink_to("my-data")
    record(tmp_path / "home", input="newest")
    assert load_settings(home=tmp_path / "home").input == tmp_path / "desk" / "newest"


class TestRecordedAsItWasTyped:
    """Earlier releases wrote `input = "my-data"`."""

    @pytest.fixture
    def home(self, tmp_path: Path, elsewhere: Path) -> Path:
        record(tmp_path / "home", input="my-data")
        recorded = tmp_path / "home" / "home.toml"
        text = recorded.read_text(encoding="utf-8")
        recorded.write_text(text.replace(str(tmp_path / "desk" / "my-data"), "my-data"), encoding="utf-8")
        assert 'input = "my-data"' in recorded.read_text(encoding="utf-8")
        return tmp_path / "home"

    def test_it_is_found_in_the_folder_of_the_first_run_and_recorded_in_full(
        self, tmp_path: Path, home: Path
    ) -> None:
        found = load_settings(home=home)
        assert found.input == tmp_path / "desk" / "my-data"
        Home(found).prepare()
        assert f'input = "{tmp_path / "desk" / "my-data"}"' in (home / "home.toml").read_text(
            encoding="utf-8"
        )

    def test_elsewhere_it_is_refused_with_what_to_do_and_only_where_it_is_needed(
        self, home: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(elsewhere)
        settings = load_settings(home=home)
        with pytest.raises(InputError) as refused:
            open_source(settings)
        message = str(refused.value)
        assert all(
            word in message
            for word in ("'my-data'", str(home), str(elsewhere), str(PROJECT_ROOT), "--input DIR")
        )

    def test_naming_the_folder_once_mends_it(
        self, tmp_path: Path, home: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(elsewhere)
        record(home, input="../desk/my-data")
        assert load_settings(home=home).input == tmp_path / "desk" / "my-data"


@pytest.mark.parametrize("setting", ["input", "home"])
def test_the_folder_of_a_user_who_is_not_known_is_explained(
    tmp_path: Path, elsewhere: Path, setting: str
) -> None:
    with pytest.raises(InputError, match=r"'~nobody-of-that-name/x'.*write it in full"):
        load_settings(**{"home": tmp_path / "home", setting: "~nobody-of-that-name/x"})


@pytest.mark.parametrize(
    ("recorded", "words"),
    [("preset = 'smaple'", "setting 'preset'"), (f"preset = 'files'\ninput = '/{'x' * 300}'", "255 bytes")],
)
def test_a_damaged_value_of_a_home_is_named_with_the_file_that_records_it(
    tmp_path: Path, recorded: str, words: str
) -> None:
    (tmp_path / "home.toml").write_text(recorded, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(str(tmp_path / "home.toml"))) as refused:
        load_settings(home=tmp_path)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "value", ["[preset]", "preset = 1", "preset = true", "preset = [1]", "preset = 2026-01-01"]
)
def test_a_preset_of_another_type_is_refused_with_its_remedy(tmp_path: Path, value: str) -> None:
    (tmp_path / "home.toml").write_text(value, encoding="utf-8")
    with pytest.raises(InputError, match=r"'preset' is not text.*doctor --repair"):
        load_settings(home=tmp_path, preset="sample")


@pytest.mark.parametrize("value", ["18.0", "[18]", "{ a = 1 }", "nan", "another type"])
@pytest.mark.parametrize("name", RECORDED_FIELDS)
def test_a_recorded_value_of_another_type_is_refused_with_its_remedy(
    tmp_path: Path, name: str, value: str
) -> None:
    if value == "another type":
        is_text = isinstance(Settings.model_fields[name].default, str) or name == "input"
        value = "18" if is_text or name == "files_blank_debt_is_zero" else "'18'"
    preset = "" if name == "preset" else "preset = 'sample'\n"
    (tmp_path / "home.toml").write_text(f"{preset}{name} = {value}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"'{name}' is not .*doctor --repair"):
        load_settings(home=tmp_path, sample_companies=300)


def test_a_recorded_value_that_is_not_allowed_is_refused_with_its_remedy_whatever_is_requested(
    tmp_path: Path,
) -> None:
    (tmp_path / "home.toml").write_text("preset = 'sample'\nsample_companies = 3\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"'sample_companies'.*doctor --repair"):
        load_settings(home=tmp_path, sample_companies=300)


@pytest.mark.parametrize("name", ["漢" * 90, "\ud800"])
def test_a_path_that_no_system_allows_is_refused_in_words(name: str) -> None:
    with pytest.raises(InputError, match=r"255 bytes|not text in UTF-8"):
        load_settings(home=Path(name))


def test_a_home_of_an_earlier_release_keeps_the_annual_footing(tmp_path: Path) -> None:
    """Its numbers were made on fiscal years; they stay until somebody records the other footing."""
    Home(load_settings(home=tmp_path)).prepare()
    recorded = (tmp_path / "home.toml").read_text(encoding="utf-8")
    earlier = recorded.replace('statement_footing = "latest"\n', "")
    assert earlier != recorded
    (tmp_path / "home.toml").write_text(earlier, encoding="utf-8")
    assert load_settings(home=tmp_path).statement_footing == "annual"
    Home(load_settings(home=tmp_path)).prepare()
    assert Home(load_settings(home=tmp_path)).record("statement_footing", "latest") == "latest"
    assert load_settings(home=tmp_path).statement_footing == "latest"


def test_a_new_home_is_on_the_latest_footing(tmp_path: Path) -> None:
    assert load_settings(home=tmp_path / "new").statement_footing == "latest"
    with pytest.raises(InputError, match=r"statement_footing.*'latest' or 'annual'"):
        load_settings(home=tmp_path / "new", statement_footing="quarterly")
