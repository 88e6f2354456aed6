"""Digests of code: of the syntax trees of the modules that make a table.

Comments, docstrings and layout do not count. A tree is written out node by node, not by `ast.dump`: the name
of the class, then the fields that have a value. Fields that a version of Python adds and leaves empty are
skipped, and so are those that describe the text only, so all supported versions give one digest.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import smallcap
from smallcap.parsing import parse_json

PACKAGE = Path(smallcap.__file__).resolve().parent
ALGORITHM = "1"
"""Version of the digest. When it changes, digests are recorded again and no table is remade."""
_FOUND: dict[tuple[Path, str], Any] = {}
"""What this process has found in modules of a package: a run of a new home looks at none of them again."""
_SKIPPED_FIELDS = frozenset({"ctx", "kind", "type_comment", "lineno", "col_offset"})


class CodeDigests:
    """Digests of modules, remembered in a process and between processes by the bytes of their files.

    Parameters
    ----------
    cache
        A JSON file that remembers them; None, or a file that cannot be written, remembers nothing.
    """

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache
        self._remembered = _read_cache(cache)
        self._modules: dict[str, tuple[str, list[str]]] = {}
        self._is_changed = False

    def of(self, starts: Iterable[str], packages: Sequence[str], skipped: Sequence[str] = ()) -> str:
        """Digest modules and everything that they import, directly or not, inside the given packages.

        Parameters
        ----------
        starts
            Names of the modules to begin with.
        packages, skipped
            Packages whose modules are followed, and those inside them whose code never changes a row.

        Returns
        -------
        str
            ``<algorithm>:<digest>``.
        """
        seen: dict[str, str] = {}
        waiting = list(starts)
        while waiting:
            module = waiting.pop()
            if module in seen:
                continue
            seen[module], imported = self._module(module)
            waiting += [
                name for name in imported if _is_inside(name, packages) and not _is_inside(name, skipped)
            ]
        text = " ".join(f"{name}={digest}" for name, digest in sorted(seen.items()))
        return f"{ALGORITHM}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def of_class(self, module: str, name: str) -> str:
        """Digest one class of a module."""
        return self._remember(f"{name} of {module}", module, lambda tree: _digest(_class(tree, name)))  # type: ignore[no-any-return]

    def save(self) -> None:
        """Remember what was digested, where the cache can be written."""
        if self._cache is None or not self._is_changed:
            return
        new = self._cache.with_name(f"{self._cache.name}.{os.getpid()}.new")
        try:
            new.write_text(json.dumps(self._remembered), encoding="utf-8")
            os.replace(new, self._cache)
        except OSError:
            return

    def _module(self, name: str) -> tuple[str, list[str]]:
        if name not in self._modules:
            digest, imported = self._remember(
                name, name, lambda tree: [_digest(tree), sorted(set(_imports(tree)))]
            )
            self._modules[name] = (digest, imported)
        return self._modules[name]

    def _remember(self, what: str, module: str, look: Callable[[ast.Module], Any]) -> Any:
        """Look at a module's syntax tree, or recall what was found in a file of the same bytes."""
        payload = _path(module).read_bytes()
        key = f"{what} {ALGORITHM} {hashlib.sha256(payload).hexdigest()[:24]}"
        if key not in self._remembered:
            if (PACKAGE, key) not in _FOUND:
                _FOUND[PACKAGE, key] = look(ast.parse(payload))
            self._remembered[key] = _FOUND[PACKAGE, key]
            self._is_changed = True
        return self._remembered[key]


def _read_cache(path: Path | None) -> dict[str, Any]:
    try:
        remembered = parse_json(path.read_bytes()) if path is not None else {}
    except (OSError, ValueError):
        return {}
    if not isinstance(remembered, dict):
        return {}
    return {key: found for key, found in remembered.items() if _is_digest(key, found)}


def _is_digest(key: str, found: object) -> bool:
    """Whether a remembered value has the form that its key announces: of a class, or of a module."""
    if " of " in key:
        return isinstance(found, str)
    return (
        isinstance(found, list)
        and len(found) == 2
        and isinstance(found[0], str)
        and isinstance(found[1], list)
        and all(isinstance(name, str) and _path(name).is_file() for name in found[1])
    )


def _path(module: str) -> Path:
    below = PACKAGE.joinpath(*module.split(".")[1:])
    return below / "__init__.py" if below.is_dir() else below.with_suffix(".py")


def _imports(tree: ast.Module) -> Iterator[str]:
    """Name the modules of this package that a module imports, also inside functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("smallcap."))
        elif (
            isinstance(node, ast.ImportFrom)
            and node.level == 0
            and (node.module or "").startswith("smallcap")
        ):
            parents = f"{node.module}"
            children = [f"{parents}.{alias.name}" for alias in node.names]
            modules = [child for child in children if _path(child).is_file()]
            yield from modules
            if len(modules) < len(children):
                yield parents


def _class(tree: ast.Module, name: str) -> ast.ClassDef:
    return next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)


def _is_inside(module: str, packages: Sequence[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _digest(tree: ast.AST) -> str:
    parts: list[str] = []
    _write(tree, parts)
    text = "".join(f"{part}\0" for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _write(node: object, parts: list[str]) -> None:
    """Append a syntax tree as text, without docstrings and without fields that say nothing."""
    if isinstance(node, ast.AST):
        parts.append(f"({type(node).__name__}")
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(node, ast.JoinedStr):
                # Python 3.12 ends a nested format with an empty text; other versions do not.
                value = [part for part in node.values if not _is_empty_text(part)]
            if field in _SKIPPED_FIELDS or value is None or value == []:
                continue
            parts.append(field)
            _write(value, parts)
        parts.append(")")
    elif isinstance(node, list):
        for item in node:
            if not _is_bare_text(item):
                _write(item, parts)
    else:
        parts.append(f"{type(node).__name__} {node!r}" if not isinstance(node, str) else f"str {node}")


def _is_empty_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == ""


def _is_bare_text(node: object) -> bool:
    """Whether a statement is a string alone: a docstring, or the description of a constant."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
