"""Digests of code: what changes a row changes them, and nothing else does."""

import ast
from pathlib import Path

import pytest

from smallcap.engine import code
from smallcap.engine.code import CodeDigests

ORIGINAL = '''"""A module."""
LIMIT = 3


def total(values: list[int]) -> int:
    """Add up."""
    return sum(values)  # all of them
'''
SAME = {
    "a comment": ORIGINAL.replace("# all of them", "# every one"),
    "a docstring": ORIGINAL.replace("Add up.", "Add up the values."),
    "a docstring that is gone": ORIGINAL.replace('    """Add up."""\n', ""),
    "the layout": ORIGINAL.replace("values: list[int]", "\n    values: list[int],\n"),
}
OTHER = {
    "a constant": ORIGINAL.replace("LIMIT = 3", "LIMIT = 4"),
    "a number that equals another": ORIGINAL.replace("LIMIT = 3", "LIMIT = 3.0"),
    "a truth value that equals a number": ORIGINAL.replace("LIMIT = 3", "LIMIT = True"),
    "a call": ORIGINAL.replace("sum(values)", "max(values)"),
    "an order": ORIGINAL.replace("sum(values)", "sum(values[::-1])"),
}


def digest(text: str) -> str:
    return code._digest(ast.parse(text))


@pytest.mark.parametrize("what", SAME)
def test_what_computes_nothing_does_not_count(what: str):
    assert digest(SAME[what]) == digest(ORIGINAL)


@pytest.mark.parametrize("what", OTHER)
def test_what_computes_counts(what: str):
    assert digest(OTHER[what]) != digest(ORIGINAL)


SYNTAX = '''"""Syntax of many kinds."""
from __future__ import annotations

import math as m
from collections.abc import Iterator

type_of = type
NUMBERS = (1, 1.5, 1e300, 2j, -0.0, True, None, ..., b"bytes", "text \\u00e9")


class Shape:
    """A class."""

    side: float = 1.0

    @property
    def area(self) -> float:
        return self.side**2


async def wait(values: list[int], /, *rest: int, key: str = "k", **more: int) -> None:
    async with open(key) as file, file as other:
        await other
    async for value in rest:
        yield value


def look(found: object, *, is_open: bool = False) -> Iterator[str]:
    try:
        match found:
            case {"a": [1, *_], **rest} if is_open:
                yield f"{rest!r:>{10}} and {m.pi:.2f}"
            case Shape(side=side) | side:
                yield "b" "c"
    except (ValueError, TypeError) as error:
        raise KeyError from error
    else:
        del found
    while (number := len(NUMBERS)) > 3 and not is_open:
        yield from (f"{x}" for x in {y: z for y, z in zip("ab", "cd")} if x not in "a")
    return lambda x, *y: x if y else [*y][::2] @ x
'''
SYNTAX_DIGEST = "0b3b4a4f2b380fecd1e21827"
"""The same under every supported version of Python."""


def test_the_digest_of_known_code_never_changes():
    assert digest(SYNTAX) == SYNTAX_DIGEST


def test_an_empty_text_at_the_end_of_a_nested_format_does_not_count():
    """Python 3.12 adds one."""
    tree = ast.parse('f"{x:>{y}}"')
    before = code._digest(tree)
    formatted = tree.body[0].value.values[0].format_spec
    formatted.values = [part for part in formatted.values if not isinstance(part, ast.Constant) or part.value]
    assert code._digest(tree) == before
    formatted.values.append(ast.Constant(""))
    assert code._digest(tree) == before


def test_an_empty_text_elsewhere_counts():
    assert digest('["a", ""]') != digest('["a"]')


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of three modules of which the first imports the second, and the second the third, inside a
    function.
    """
    (tmp_path / "finance").mkdir()
    (tmp_path / "lake").mkdir()
    (tmp_path / "finance" / "first.py").write_text(
        "from smallcap.finance.second import half\nfrom smallcap.lake.store import Lake\n"
    )
    (tmp_path / "finance" / "second.py").write_text(
        "def half(x):\n    from smallcap.finance import third\n    return third.by(x, 2)\n"
    )
    (tmp_path / "finance" / "third.py").write_text("def by(x, y):\n    return x / y\n")
    (tmp_path / "lake" / "store.py").write_text("class Lake: ...\n")
    monkeypatch.setattr(code, "PACKAGE", tmp_path)
    return tmp_path


def of_first() -> str:
    return CodeDigests().of(["smallcap.finance.first"], ["smallcap.finance"])


def test_a_module_that_is_imported_indirectly_counts(package: Path):
    before = of_first()
    (package / "finance" / "third.py").write_text("def by(x, y):\n    return x // y\n")
    assert of_first() != before


def test_a_module_outside_the_packages_does_not_count(package: Path):
    before = of_first()
    (package / "lake" / "store.py").write_text("class Lake:\n    size = 1\n")
    assert of_first() == before


def test_what_is_remembered_is_what_the_file_says_now(package: Path, tmp_path: Path):
    cache = tmp_path / "code.json"
    remembering = CodeDigests(cache)
    first = remembering.of(["smallcap.finance.first"], ["smallcap.finance"])
    remembering.save()
    assert CodeDigests(cache).of(["smallcap.finance.first"], ["smallcap.finance"]) == first == of_first()
    (package / "finance" / "second.py").write_text("def half(x):\n    return x\n")
    assert CodeDigests(cache).of(["smallcap.finance.first"], ["smallcap.finance"]) != first


@pytest.mark.parametrize("content", ["", "not JSON", "[1, 2]"])
def test_a_damaged_memory_is_no_memory(package: Path, tmp_path: Path, content: str):
    cache = tmp_path / "code.json"
    cache.write_text(content)
    assert CodeDigests(cache).of(["smallcap.finance.first"], ["smallcap.finance"]) == of_first()
