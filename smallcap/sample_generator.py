"""The version of the sample universe's generator, which is part of the identity of a home."""

from __future__ import annotations

from typing import Final

GENERATOR_VERSION: Final = 2
"""Raise it with every change of the generated data. Older homes are then refused: their years are of another
universe."""

RECORDED_AS: Final = "sample_generator"
"""Its name in ``home.toml``."""

FIRST_VERSION: Final = 1
"""The version of homes that record none."""
