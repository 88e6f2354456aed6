"""The picture of the joins for the data dictionary: an SVG file, generated from `joins`.

Run as a module, it prints the file. Each table that others name is a box on the left; the tables that name a
row of it are in the box on the right, with the columns that they do it by between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from smallcap.tables.joins import Join, joins

WIDTH, LEFT, RIGHT, LINE, PAD, GAP = 1160, 230, 480, 18, 14, 22
COLUMNS = 3
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1c2733}.t{font-weight:600}.c{fill:#44546a;font-size:12px}"
    "rect{fill:#f3f6fb;stroke:#8fa3bf}.n{fill:#fff}path{stroke:#5b6f8c;fill:none;marker-end:url(#a)}"
)


def picture() -> str:
    """Draw the joins of all tables as an SVG file."""
    groups = _groups()
    parts: list[str] = []
    top = PAD
    for (target, columns), names in groups.items():
        height = max(2, -(-len(names) // COLUMNS)) * LINE + 2 * PAD
        parts.extend(_row(target, columns, names, top, height))
        top += height + GAP
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img">'
        "<title>Which tables name a row of which other tables, and by which columns</title>"
        f'<style>{STYLE}</style><defs><marker id="a" viewBox="0 0 8 8" refX="8" refY="4" '
        'markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" style="fill:#5b6f8c;stroke:none;marker-end:none"/></marker></defs>'
        f'<rect class="n" width="{WIDTH}" height="{top}" style="stroke:none"/>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def _groups() -> dict[tuple[str, str], list[str]]:
    """Group the tables by the table that they name a row of, and the columns that they do it by."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, own in joins().items():
        for join in own:
            found.setdefault((join.table, _columns(join)), []).append(name)
    return dict(sorted(found.items(), key=lambda group: (-len(group[1]), group[0])))


def _columns(join: Join) -> str:
    named = ", ".join(join.columns)
    return named if join.targets == join.columns else f"{named} = {', '.join(join.targets)}"


def _row(target: str, columns: str, names: list[str], top: int, height: int) -> Iterator[str]:
    """Draw one table, the tables that name its rows, and the arrow from these to it."""
    middle = top + height // 2
    yield f'<rect x="{PAD}" y="{middle - 22}" width="{LEFT - PAD}" height="44" rx="5"/>'
    yield _text(PAD + 12, middle + 5, target, "t")
    yield f'<rect class="n" x="{RIGHT}" y="{top}" width="{WIDTH - RIGHT - PAD}" height="{height}" rx="5"/>'
    yield f'<path d="M{RIGHT} {middle}H{LEFT + 2}"/>'
    yield _text(LEFT + 22, middle - 7, columns, "c")
    wide = (WIDTH - RIGHT - PAD) // COLUMNS
    for place, name in enumerate(names):
        x, y = RIGHT + 10 + place % COLUMNS * wide, top + PAD + 13 + place // COLUMNS * LINE
        yield _text(x, y, name, "c")


def _text(x: int, y: int, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'


if __name__ == "__main__":
    print(picture(), end="")
