"""Settings of where a home is and which rule sets it is made under."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from smallcap.package_files import default_home, default_reference
from smallcap.paths import setting_path
from smallcap.reference import ReferenceDir, reference_of
from smallcap.rule_overlay import overlay_of, require_overlay


class RuleSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    home: Path = Field(default_home(), description="folder that holds everything a run makes")
    reference_dir: Path = Field(default_reference(), description="folder of the rule sets")
    rules: Path | None = Field(
        None,
        description=(
            "a folder of rule files over those of reference_dir; the home keeps a copy and stays with it"
        ),
    )

    @property
    def overlay(self) -> Path | None:
        """Folder of the home's own rules: the one given, else the home's copy; None without any."""
        return overlay_of(self.home, self.rules)

    @property
    def reference(self) -> ReferenceDir:
        """The rule sets that a run reads: those of the folder, and the home's own over them."""
        return reference_of(self.reference_dir, self.overlay)


def rule_folders(settings: RuleSettings) -> dict[str, Path]:
    """Return the folders of rules in full.

    Raises
    ------
    InputError
        When one cannot be used, or the overlay has files that replace nothing.
    """
    found = {"reference_dir": setting_path(settings.reference_dir, "reference_dir")}
    if settings.rules is not None:
        rules = setting_path(settings.rules, "rules").absolute()
        found["rules"] = require_overlay(rules, found["reference_dir"])
    return found
