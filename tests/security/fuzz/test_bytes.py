"""Damaged bytes: every reader gives a result, or an error that explains and names the file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.security.fuzz.explained import is_refused, outcome
from tests.security.fuzz.mutations import damage
from tests.security.fuzz.readers import READERS, empty_folder

EXAMPLES = 24


@pytest.mark.parametrize("name", READERS)
def test_a_valid_input_is_read(tmp_path: Path, name: str) -> None:
    for file, payload in READERS[name].inputs().items():
        found = outcome(partial(READERS[name].read, payload, file, empty_folder(tmp_path)))
        assert is_refused(found) == ("encrypted" in file), (file, found)


@pytest.mark.parametrize("name", READERS)
def test_damaged_bytes_give_a_result_or_an_explained_error(tmp_path: Path, name: str) -> None:
    reader = READERS[name]

    @examples(max(1, EXAMPLES // reader.cost))
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(sorted(reader.inputs())))
        payload = data.draw(damage(file, reader.inputs()[file]))
        outcome(partial(reader.read, payload, file, empty_folder(tmp_path)))

    check()
