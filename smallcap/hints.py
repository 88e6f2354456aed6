"""Commands that messages suggest: they name the home, and work without an activated environment."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from smallcap.settings import Settings

COMMAND = "smallcap"


def command_hint(settings: Settings, *arguments: object) -> str:
    """Write a command of smallcap as the user can type it in the current folder.

    Parameters
    ----------
    settings
        The settings; a home that is not the default is named.
    arguments
        The command's name and its arguments.
    """
    home = [] if settings.home == _default_home() else ["--home", _shown(settings.home)]
    return f"{_program()} {shlex.join([*map(str, arguments), *home])}"


def _default_home() -> Path:
    default: Path = Settings.model_fields["home"].default
    return default.resolve()


def _program() -> str:
    """Return ``smallcap`` where the shell finds this installation by it, else the path of its command."""
    typed, beside_python = Path(sys.argv[0]).absolute(), Path(sys.executable).with_name(COMMAND)
    own = typed if typed.name == COMMAND and typed.is_file() else beside_python
    if not own.is_file():
        return shlex.join([_shown(Path(sys.executable)), "-m", "smallcap.pipelines.command.app"])
    found = shutil.which(COMMAND)
    return COMMAND if found and Path(found).samefile(own) else shlex.quote(_shown(own))


def _shown(path: Path) -> str:
    """Write a path from the current folder where it is below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
