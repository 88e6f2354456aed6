"""Links of the documentation lead somewhere, on GitHub and on the site; the site shows every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests import pages
from tests.pages import DOCS, PAGES, PROJECT_ROOT, anchors, page_name, problem_of, relative_links


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_relative_links_resolve(page: Path) -> None:
    problems = {target: problem_of(page, target) for target in relative_links(page)}
    assert {target: problem for target, problem in problems.items() if problem} == {}


class TestFindingBrokenLinks:
    @pytest.fixture
    def page(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        (tmp_path / "docs").mkdir()
        (tmp_path / "README.md").write_text("# Top\n", encoding="utf-8")
        (tmp_path / "docs" / "other.md").write_text(
            "# A `b_c`, (d)\n\n## Twice\n\n## Twice\n", encoding="utf-8"
        )
        for name, value in (("PROJECT_ROOT", tmp_path), ("DOCS", tmp_path / "docs")):
            monkeypatch.setattr(pages, name, value)
        return tmp_path / "docs" / "page.md"

    @pytest.mark.parametrize(
        ("target", "problem"),
        [
            ("other.md", None),
            ("other.md#a-b_c-d", None),
            ("#here", None),
            ("missing.md", "there is no such file"),
            (".", "there is no such file"),
            ("../README.md", "the site holds nothing outside docs/"),
            ("other.md#gone", "0 headings of docs/other.md have this anchor"),
            ("other.md#twice", "2 headings of docs/other.md have this anchor"),
        ],
    )
    def test_a_link_is_judged(self, page: Path, target: str, problem: str | None) -> None:
        page.write_text(f"# Here\n\n[text]({target})\n", encoding="utf-8")
        assert [problem_of(page, found) for found in relative_links(page)] == [problem]

    def test_links_of_every_form_are_found_and_code_is_left_out(self, page: Path) -> None:
        page.write_text(
            '[a](one.md "title") ![b](two.png)\n<img src="three.svg">\n\n[ref]: four.md\n'
            "`[x](no.md)` [web](https://example.org)\n\n```\n[y](no.md)\n# no heading\n```\n",
            encoding="utf-8",
        )
        assert sorted(relative_links(page)) == ["four.md", "one.md", "three.svg", "two.png"]
        assert not anchors(page)


class _WithoutPython(yaml.SafeLoader):
    """Reads mkdocs.yml without making the Python objects that it names."""


_WithoutPython.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def pages_of(entry: object) -> Iterator[str]:
    """List the pages of a part of the navigation."""
    if isinstance(entry, str):
        yield entry
    else:
        for part in entry.values() if isinstance(entry, dict) else entry:
            yield from pages_of(part)


def test_the_navigation_of_the_site_has_every_page_once() -> None:
    navigation = yaml.load((PROJECT_ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _WithoutPython)["nav"]
    assert sorted(pages_of(navigation)) == sorted(
        page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")
    )
