"""The reading of the rule set of holdings files, ``data/reference/ishares.toml``."""

from __future__ import annotations

from pathlib import Path

from smallcap.rules.files import read_rules
from smallcap.rules.types.holdings import FILE_NAME, HoldingsRules


def load_holdings_rules(reference_dir: Path) -> HoldingsRules:
    """Read the rule set; `read_rules` says what it raises."""
    return read_rules(reference_dir, FILE_NAME, HoldingsRules)
