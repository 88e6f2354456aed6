"""smallcap: which US small caps were strong, cheap and clean on a date, from what was known on that date.

The library beneath the pipeline. It knows no Dagster and can be imported in a notebook:

- `open_home` opens what a home has published, for reading alone;
- `score`, `funnel`, `regress` and `point_in_time` apply the rules to one's own data frames.

Names are looked up on first use, so that importing the package loads no library; ``__init__.pyi`` declares
them for type checkers. See docs/python.md.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_MODULES = {
    "Company": "api.company",
    "Home": "api.home",
    "InputError": "errors",
    "SmallcapError": "errors",
    "funnel": "api.filters",
    "open_home": "api.home",
    "point_in_time": "api.visible",
    "regress": "api.regression",
    "score": "api.screening",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> object:
    """Import the module that holds `name` when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found


def __dir__() -> list[str]:
    """List what can be asked for, for completion in a notebook."""
    return sorted([*globals(), *_MODULES])
