"""The calendar of portfolios that are formed once a year: at the end of June, for twelve months."""

from __future__ import annotations

from typing import Final

FORMATION_MONTH: Final = 6
MONTHS_HELD: Final = 12
