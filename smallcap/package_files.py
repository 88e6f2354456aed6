"""Where the package's own files are, in a checkout and in an installation, and the folders that follow."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path

PACKAGE = Path(__file__).resolve().parent
SQL_DIR = PACKAGE / "sql"
"""Questions, views and checks, one .sql file each."""
DAGSTER_YAML = PACKAGE / "dagster.yaml"
"""Settings of a Dagster instance, for a home that has none yet."""


def _checkout() -> Path | None:
    root = PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "data" / "reference").is_dir() else None


CHECKOUT = _checkout()
"""The repository that contains the package; None where it is installed."""


def default_home() -> Path:
    """Return the folder of the home where nobody names one."""
    return CHECKOUT / "data" / "home" if CHECKOUT else user_data_path("smallcap", appauthor=False) / "home"


def default_reference() -> Path:
    """Return the folder of the rule sets where nobody names one."""
    return CHECKOUT / "data" / "reference" if CHECKOUT else PACKAGE / "reference"


def own_books_dir(reference_dir: Path) -> Path:
    """Return the folder of a user's own books, never inside a package that an upgrade replaces."""
    is_packaged = CHECKOUT is None and reference_dir == default_reference()
    return user_data_path("smallcap", appauthor=False) / "books" if is_packaged else reference_dir / "books"
