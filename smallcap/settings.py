"""The one settings object: every setting has a name, a default and a sentence.

No other module reads the environment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from smallcap.errors import InputError
from smallcap.fleet_settings import SHARED_FOLDERS, FleetSettings
from smallcap.home_paths import require_usable_home
from smallcap.home_record import RECORD
from smallcap.input_limits import InputLimits
from smallcap.live_settings import LiveSettings
from smallcap.package_files import CHECKOUT, PACKAGE
from smallcap.paths import in_full, setting_path
from smallcap.public_settings import PublicSettings
from smallcap.recorded_settings import recorded_settings
from smallcap.rule_settings import RuleSettings, rule_folders
from smallcap.secret_checks import refuse_misplaced_keys
from smallcap.setting_checks import explain
from smallcap.split_basis import INFERRED, parse_setting
from smallcap.sql_settings import SqlSettings
from smallcap.ui_settings import UiSettings

Preset = Literal["sample", "files", "xfinlink", "public"]
Footing = Literal["latest", "annual"]


class _EnvFile(DotEnvSettingsSource):
    """The file .env: a relative path in it starts at the file's own folder, not the current one."""

    def __call__(self) -> dict[str, Any]:
        folder = Path(str(self.env_file)).parent
        return {
            name: str(folder / setting_path(value, name)) if name in PATH_FIELDS else value
            for name, value in super().__call__().items()
        }


class Settings(PublicSettings, SqlSettings, FleetSettings, RuleSettings, UiSettings, LiveSettings):
    """Settings of a run: arguments, else SMALLCAP_* variables, .env, the home's, else these defaults.

    The file .env is that of the checkout; of an installed package, that of the folder that a command is
    started in.
    """

    model_config = SettingsConfigDict(
        env_prefix="SMALLCAP_",
        env_file=(CHECKOUT or Path()) / ".env",
        # A variable left blank is not set: a blank path would be the current folder.
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    preset: Preset = Field(
        "sample",
        description=(
            "where data come from: sample (synthetic), files (a folder), xfinlink (a key), public (SEC)"
        ),
    )
    input: Path | None = Field(None, description="the folder that the preset files reads")
    limit: int | None = Field(
        None, ge=1, description="screen only the first so many listed lines, as the published study did"
    )
    index_name: str = Field("russell2000", description="the index whose members are screened")
    shariah_standard: str = Field(
        "published", description="the standard of filter 2: a name in data/reference/shariah.toml"
    )
    statement_footing: Footing = Field(
        "latest",
        description=(
            "what debt, cash, equity and multiples are judged on: latest (the latest balance sheet and "
            "trailing twelve months, where quarters are known) or annual (the last fiscal year)"
        ),
    )
    stale_months: int = Field(
        18, ge=1, le=120, description="an annual record older than this many months before as_of is not used"
    )
    min_coverage: float = Field(
        0.25, ge=0, le=1, description="least share of members with a visible annual record, stale or fresh"
    )
    clock: dt.date | None = Field(
        None, description="the day up to which the source knows; default: the source's own"
    )
    files_blank_debt_is_zero: bool = Field(
        True,
        description="preset files: a blank debt, dividend or buyback in the fundamentals table means none",
    )
    max_input_mb: int = Field(
        InputLimits.file_mb,
        ge=1,
        description="preset files: a larger file, stored or unpacked, is refused (MB)",
    )
    max_input_total_mb: int = Field(
        InputLimits.total_mb,
        ge=1,
        description="preset files: more than this in all files together is refused (MB)",
    )
    max_input_files: int = Field(
        InputLimits.files,
        ge=1,
        description="preset files: more files and folders, or members of a zip, are refused",
    )
    max_input_line_characters: int = Field(
        InputLimits.line_characters, ge=1000, description="preset files: a file with a longer line is refused"
    )
    shares_split_basis: Annotated[str, AfterValidator(parse_setting)] = Field(
        INFERRED,
        description=(
            "preset files: which splits the share counts carry: as_filed, split_adjusted_to and a date, or "
            "infer: companies with a clear later split vote"
        ),
    )
    sample_companies: int = Field(2600, ge=60, le=50_000, description="companies of the synthetic universe")
    sample_seed: int = Field(2000, ge=0, description="seed of the synthetic universe")
    alert_urls: SecretStr | None = Field(
        None,
        description="who is told of incidents: addresses in apprise's form, which may hold passwords",
    )
    is_schedule_on: bool = Field(False, description="switches the nightly schedule on")
    is_report_written: bool = Field(
        True, description="writes the report of the newest date of a run after publishing it"
    )
    keep_catalogues: int = Field(5, ge=1, le=100, description="published catalogues kept for rollback")
    clock_tolerance_minutes: int = Field(5, ge=0, description="minutes that the clock may be behind a record")
    vacuum_days: int = Field(14, ge=0, description="days for which unpublished versions of tables are kept")
    keep_runs: int = Field(
        14, ge=1, description="newest runs whose events in Dagster and whose checks are kept"
    )

    _catalogue_dir: Path | None = PrivateAttr(None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read .env by `_EnvFile`; the order of the sources stays."""
        return init_settings, env_settings, _EnvFile(settings_cls), file_secret_settings

    @property
    def input_limits(self) -> InputLimits:
        """Limits on the files of an input folder."""
        return InputLimits(
            self.max_input_mb, self.max_input_total_mb, self.max_input_files, self.max_input_line_characters
        )

    @property
    def lake_dir(self) -> Path:
        """Folder of the Delta tables."""
        return self.home / "lake"

    @property
    def warehouse_dir(self) -> Path:
        """Folder of the published catalogue."""
        return self._catalogue_dir or self.home / "warehouse"

    def with_catalogue_in(self, folder: Path) -> Settings:
        """Return these settings with the catalogue read from another folder than the home's."""
        settings = self.model_copy()
        settings._catalogue_dir = folder
        return settings

    @property
    def snapshots_dir(self) -> Path:
        """Folder of the fetched payloads."""
        return self.home / "snapshots"

    @property
    def reports_dir(self) -> Path:
        """Folder of the reports."""
        return self.home / "reports"

    @property
    def dagster_dir(self) -> Path:
        """Folder of Dagster's own storage."""
        return self.home / "dagster"


PATH_FIELDS = ("home", "input", "reference_dir", *SHARED_FOLDERS, "rules", "fleet_file", "fleet_root")

IDENTITY_FIELDS = ("preset", "limit", "index_name", "sample_companies", "sample_seed")
"""What a home is made of: recorded at its first run, so that two universes never mix in one home."""

NUMBER_FIELDS = (
    "stale_months",
    "shariah_standard",
    "files_blank_debt_is_zero",
    "shares_split_basis",
    "statement_footing",
)
"""Settings that change numbers: recorded, so that all years of a home are made under the same ones."""

BEFORE_THEY_WERE_RECORDED = {"statement_footing": "annual"}
"""What a home was made with that an earlier release recorded, which did not have the setting yet."""

RECORDED_FIELDS = (*IDENTITY_FIELDS, *NUMBER_FIELDS, "input")
"""What later runs in the home take over where nobody says otherwise; the input folder may move."""


def load_settings(**overrides: object) -> Settings:
    """Read the settings; arguments that are None do not override.

    Where the home already holds a universe (its ``home.toml``), fields that nobody set are taken from there.

    Raises
    ------
    InputError
        When a value is refused; the message names the setting, the value and what is allowed.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    first = _checked(given)
    home = require_usable_home(first.home)
    recorded = require_allowed_record(home)
    inherited = {name: value for name, value in recorded.items() if name not in first.model_fields_set}
    settings = _checked({**given, **inherited}, home / RECORD) if inherited else first
    folder = settings.input if "input" in inherited else in_full(settings.input)
    found = {"home": home, "input": folder, **rule_folders(settings)}
    for name in SHARED_FOLDERS:
        if getattr(settings, name) is not None:
            found[name] = setting_path(getattr(settings, name), name)
    return settings.model_copy(update=found)


def require_allowed_record(home: Path) -> dict[str, object]:
    """Return what a home records of the settings that later runs take over.

    Raises
    ------
    InputError
        When the record cannot be read, or a setting may not have the value that is recorded.
    """
    recorded = recorded_settings(home, RECORDED_FIELDS, PACKAGE.parent)
    if not recorded:
        return recorded
    _checked(recorded, home / RECORD)
    return BEFORE_THEY_WERE_RECORDED | recorded


def settings_without_record(**overrides: object) -> Settings:
    """Read the settings without those that the home records, which may be damaged.

    Raises
    ------
    InputError
        When a value is refused.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    settings = _checked(given)
    return settings.model_copy(update={"home": require_usable_home(settings.home)})


def _checked(given: Mapping[str, object], recorded_in: Path | None = None) -> Settings:
    """Check settings; where some of them are recorded in a file, an error names the file too."""
    try:
        settings = Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        explained = explain(error)
        if recorded_in is None:
            raise explained from None
        raise InputError(
            f"{recorded_in}: {explained}. Correct it, or restore it by 'smallcap doctor --repair --home "
            f"{recorded_in.parent}'"
        ) from None
    except (UnicodeDecodeError, OSError) as error:
        # Nothing but .env is read from a file.
        raise InputError(
            f"{Settings.model_config['env_file']} cannot be read ({error}). It must contain lines NAME=value "
            f"in UTF-8; save it so, or remove it"
        ) from None
    refuse_misplaced_keys(settings.model_dump())
    return settings
