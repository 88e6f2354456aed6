"""Which characters are no text: decided by Unicode's tables and XML's rule, not by our list."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smallcap.characters import REPLACEMENT, visible, without_forbidden

ANY_TEXT = st.text(st.characters(exclude_categories=()))
"""Any code points, halves of characters too."""
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
MARKS_OF_DIRECTION = "\u061c\u200e\u200f"


def is_forbidden(character: str) -> bool:
    code = ord(character)
    is_in_xml = (
        code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
    )
    return (
        not is_in_xml
        or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or unicodedata.bidirectional(character) in TURNING
        or character in MARKS_OF_DIRECTION
        or code & 0xFFFE == 0xFFFE
        or 0xFDD0 <= code <= 0xFDEF
    )


@given(ANY_TEXT)
def test_nothing_forbidden_is_left(text):
    assert not [character for character in without_forbidden(text) if is_forbidden(character)]


@given(ANY_TEXT)
def test_what_is_clean_stays(text):
    clean = "".join(character for character in without_forbidden(text))
    assert without_forbidden(clean) == clean


def test_every_code_point_is_judged_as_unicode_does():
    wrongly_kept = [
        code
        for code in range(0x110000)
        if is_forbidden(chr(code)) and without_forbidden(chr(code)) == chr(code)
    ]
    assert wrongly_kept == []


def test_letters_of_every_script_stay():
    letters = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code))[0] in "LMNS"]
    assert [
        letter for letter in letters if without_forbidden(letter) != letter or visible(letter) != letter
    ] == []


@given(ANY_TEXT)
def test_a_terminal_is_shown_no_control_but_line_ends_and_tabs(text):
    shown = visible(text)
    assert [character for character in shown if is_forbidden(character) and character not in "\n\t"] == []
    assert len(shown) == len(text)


@pytest.mark.parametrize("sequence", ["\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\r", "\b\b"])
def test_a_sequence_that_a_terminal_obeys_is_disarmed(sequence):
    assert visible(f"a{sequence}b").startswith(f"a{REPLACEMENT}")
