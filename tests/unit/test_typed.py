"""What a person types to name a company has a letter or a digit."""

from __future__ import annotations

import pytest

from smallcap.errors import InputError
from smallcap.questions.typed import require_symbol_or_name


@pytest.mark.parametrize("text", ["", " ", "-", "..", "\t", "%_"])
def test_a_text_that_would_equal_a_missing_symbol_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="neither a symbol nor a name"):
        require_symbol_or_name(text)


@pytest.mark.parametrize("text", ["A", "BRK.B", "3", "Zürich", "o'brien"])
def test_a_symbol_and_a_name_are_taken(text: str) -> None:
    require_symbol_or_name(text)
