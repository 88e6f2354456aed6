"""The pages of the documentation, and what tests read in them: prose without code, links, anchors."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DOCS = PROJECT_ROOT / "docs"
PAGES = [*sorted(PROJECT_ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)=\"([^\"]+)\"", flags=re.MULTILINE)


def page_name(page: Path) -> str:
    """Return the page's path in the project, as tests are named after it."""
    return page.relative_to(PROJECT_ROOT).as_posix()


def prose(page: Path) -> str:
    """Return the page without its fenced blocks."""
    return re.sub(r"^\s*```.*?^\s*```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def relative_links(page: Path) -> list[str]:
    """Return the targets of the page's links and pictures that are no addresses."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    targets = [next(filter(None, link.groups())) for link in LINK.finditer(text)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


@cache
def anchors(page: Path) -> Counter[str]:
    """Count the anchors of the page's headings, spelled as GitHub and the site spell them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    texts = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return Counter(re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-") for text in texts)


def problem_of(page: Path, target: str) -> str | None:
    """Say why a relative link does not lead anywhere, on GitHub or on the site; None if it does."""
    name, _, anchor = target.partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.is_file():
        return "there is no such file"
    if DOCS in page.parents and DOCS not in path.parents:
        return "the site holds nothing outside docs/"
    if anchor and anchors(path)[anchor] != 1:
        return f"{anchors(path)[anchor]} headings of {page_name(path)} have this anchor"
    return None
