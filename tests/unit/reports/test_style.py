"""The style sheet of the page: text that can be read in both colour schemes and on paper, and no text set in
capitals.
"""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from smallcap.reports.page.render import PACKAGE

STYLE = (files(PACKAGE) / "style.css").read_text(encoding="utf-8")
BLOCKS = [(selector.strip(), body) for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", STYLE)]
LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, level AA, for text of normal size."""


def themes() -> dict[str, dict[str, str]]:
    """The variables of each theme; a later one overrides those before it."""
    roots = [
        dict(re.findall(r"--([\w-]+):\s*([^;]+);", body)) for selector, body in BLOCKS if selector == ":root"
    ]
    light, dark, paper = roots
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **dark, **paper}}


def variable(body: str, name: str) -> str | None:
    found = re.search(rf"(?<![\w-]){name}:\s*var\(--([\w-]+)\)", body)
    return found[1] if found else None


def text_and_background() -> list[tuple[str, str]]:
    """Every colour of text with every background that it can have: its own rule's, else that of any surface
    of the page.
    """
    pairs, texts, surfaces = set(), set(), set()
    for selector, body in BLOCKS:
        text, background = variable(body, "color"), variable(body, "background")
        if text and background:
            pairs.add((text, background))
        if text and (not background or selector == "body"):
            texts.add(text)
        if background and (not text or selector == "body"):
            surfaces.add(background)
    return sorted(pairs | {(text, surface) for text in texts for surface in surfaces})


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_is_the_one_that_the_guidelines_define():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_the_pairs_are_found():
    pairs = text_and_background()
    assert {("doubt", "doubt-paper"), ("muted", "raised"), ("ink", "raised"), ("accent", "paper")} <= set(
        pairs
    )


@pytest.mark.parametrize("theme", themes())
@pytest.mark.parametrize(("text", "background"), text_and_background())
def test_text_stands_out_from_its_background(theme, text, background):
    colours = themes()[theme]
    assert contrast(colours[text], colours[background]) >= LEAST_CONTRAST


def test_colours_are_written_as_variables_alone():
    outside = [
        (selector, body)
        for selector, body in BLOCKS
        if selector != ":root" and re.search(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", body)
    ]
    assert outside == []


def test_no_text_is_set_in_capitals_but_first_letters():
    capitals = [
        part.strip() for selector, body in BLOCKS if "text-transform" in body for part in selector.split(",")
    ]
    assert capitals == [".plain tbody th::first-letter"]
