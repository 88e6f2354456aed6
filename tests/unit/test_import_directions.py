"""The rules on import directions look at every module: a tool that sees none of them keeps every rule."""

from __future__ import annotations

import os
from pathlib import Path

import grimp

from tests.paths import PROJECT_ROOT

PACKAGE = PROJECT_ROOT / "smallcap"


def modules_on_disk() -> set[str]:
    """Every module of the package, those behind its links included."""
    paths = [
        Path(parent, name)
        for parent, _, names in os.walk(PACKAGE, followlinks=True)
        for name in names
        if name.endswith(".py")
    ]
    dotted = [path.relative_to(PACKAGE.parent).with_suffix("").parts for path in paths]
    return {".".join(parts[:-1] if parts[-1] == "__init__" else parts) for parts in dotted}


def test_every_module_is_looked_at() -> None:
    found = modules_on_disk()
    assert {
        "smallcap.assets.core.members",
        "smallcap.pipelines.command.app",
        "smallcap.engine.recipe",
        "smallcap.questions.publication",
    } <= found
    assert len(found) > 250
    assert grimp.build_graph("smallcap", cache_dir=None).modules == found


def test_no_module_imports_itself_around_a_circle() -> None:
    graph = grimp.build_graph("smallcap", cache_dir=None)
    circles = [
        (module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
        if graph.chain_exists(importer=imported, imported=module)
    ]
    assert circles == []
