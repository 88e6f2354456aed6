"""The licence: the complete standard text, named alike by the package and the README."""

from __future__ import annotations

import hashlib
import tomllib

from tests.paths import PROJECT_ROOT

APACHE_2_0_SHA256 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
"""Of the text as the Apache Software Foundation publishes it."""


def test_the_licence_is_the_standard_text_unchanged() -> None:
    assert hashlib.sha256((PROJECT_ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2_0_SHA256


def test_the_package_and_the_readme_name_it() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (project["license"], project["license-files"]) == ("Apache-2.0", ["LICENSE"])
    assert (
        "[Apache License 2.0](LICENSE)"
        in (PROJECT_ROOT / "README.md").read_text(encoding="utf-8").splitlines()[-1]
    )
