"""What a year of a table depends on besides inputs: rule sets, settings, dates, the source, its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from smallcap.engine.code import PACKAGE, CodeDigests
from smallcap.engine.dates import DATES, AsOfDates, dates_as_text, digest_of_dates, is_same_dates
from smallcap.engine.rule_sets import RULE_SETS, RuleSets
from smallcap.engine.uses import uses_of
from smallcap.lake.digests import algorithm_of, digest_text
from smallcap.lake.stamps import UNPARTITIONED
from smallcap.settings import Settings
from smallcap.sources.base import Source
from smallcap.tables import TABLES

CODE, CLOCK, SOURCE = "code", "clock", "source"
RULES, SETTING = "rules/", "setting/"
SNAPSHOTS = "snapshots"
COMPUTING = ("smallcap.finance", "smallcap.rules.types")
PARSING = (*COMPUTING, "smallcap.sources", "smallcap.engine.asked")
TRANSPORT = ("smallcap.sources.fetching", "smallcap.sources.payloads")
"""Code that carries bytes and changes none."""
ADAPTERS = {
    "sample": ("smallcap.sources.sample.adapter",),
    "files": ("smallcap.sources.files.source",),
    "xfinlink": (
        "smallcap.sources.xfinlink.adapter",
        "smallcap.sources.french.live",
        "smallcap.sources.ishares.live",
    ),
    "public": ("smallcap.sources.public.adapter", "smallcap.sources.french.live"),
}


class Recipes:
    """The recipes of all tables under the settings, rule sets, source and code of now.

    Parameters
    ----------
    settings
        The settings in force.
    source
        The source, seen through them.
    dates
        The as_of dates of each year.
    rules
        The rule sets.
    code
        Digests of the code.
    """

    def __init__(
        self, settings: Settings, source: Source, dates: AsOfDates, rules: RuleSets, code: CodeDigests
    ) -> None:
        self._settings, self._source, self._dates, self._rules, self._code = (
            settings,
            source,
            dates,
            rules,
            code,
        )
        self._lasting: dict[str, dict[str, str]] = {}
        self._fingerprints: dict[str, str] = {}

    def of(self, name: str, year: int) -> dict[str, str]:
        """Return the recipe of a year of a table: for each thing used, its digest."""
        uses = uses_of(name)
        if name not in self._lasting:
            self._lasting[name] = {
                **{f"{RULES}{rule_set}": self._rules.digest(rule_set) for rule_set in uses.rules},
                **{f"{SETTING}{setting}": str(getattr(self._settings, setting)) for setting in uses.settings},
                CODE: code_of(name, self._settings.preset, self._code),
            }
        recipe = dict(self._lasting[name])
        if uses.has_dates:
            recipe[DATES] = (
                digest_of_dates(self._dates.all())
                if year == UNPARTITIONED
                else dates_as_text(self._dates.of([year]))
            )
        if uses.clock is not None:
            recipe[CLOCK] = str(self._last_step(year, [] if uses.clock == "months" else self._horizons(year)))
        if uses.dataset is not None and (fingerprint := self._fingerprint(uses.dataset)):
            recipe[SOURCE] = fingerprint
        return recipe

    def _fingerprint(self, dataset: str) -> str:
        if dataset not in self._fingerprints:
            is_own = dataset == SNAPSHOTS
            self._fingerprints[dataset] = self._payloads() if is_own else self._source.fingerprint(dataset)
        return self._fingerprints[dataset]

    def _payloads(self) -> str:
        """Digest the names of the payloads that the home keeps; a payload never changes under its name."""
        return digest_text(
            " ".join(sorted(path.name for path in self._settings.snapshots_dir.rglob("*.json")))
        )

    def _horizons(self, year: int) -> list[dt.date]:
        """Return the days on which the dates of a year become final: each date, and its horizon."""
        lag = dt.timedelta(days=self._rules["quality_rules"].as_published.lag_days)
        return [day for as_of in self._dates.of([year]) for day in (as_of, as_of + lag)]

    def _last_step(self, year: int, horizons: list[dt.date]) -> dt.date | None:
        """Return the newest day up to the source's clock on which rows of a year change."""
        months = [dt.date(year + month // 12, month % 12 + 1, 1) for month in range(1, 13)]
        steps = [*months, *horizons, *(day + dt.timedelta(days=1) for day in horizons)]
        return max((day for day in steps if day <= self._source.clock), default=None)


def code_of(name: str, preset: str, code: CodeDigests) -> str:
    """Digest the code that makes a table: the modules that its asset imports, and the class of its rows.

    Parameters
    ----------
    name
        The table.
    preset
        Where data come from: the adapter of a source makes the raw tables.
    code
        Digests of the code.
    """
    found = TABLES[name]
    packages: tuple[str, ...] = COMPUTING
    starts = [_modules()[found.short_name, found.layer]]
    if found.layer == "raw":
        packages, starts = PARSING, [*starts, *ADAPTERS[preset]]
    body = code.of(starts, packages, TRANSPORT)
    return f"{body}-{code.of_class(found.schema.__module__, found.schema.__name__)[:8]}"


def is_same_use(key: str, recorded: str | None, now: str) -> bool:
    """Compare something that a year used with what there is now, also where an earlier release recorded it.

    A digest of code or of rules that another algorithm made says nothing and counts as the same.
    """
    if recorded is None:
        return False
    if key == DATES:
        return is_same_dates(recorded, now)
    if key != CODE and not key.startswith(RULES):
        return recorded == now
    if algorithm_of(recorded) != algorithm_of(now):
        return True
    return recorded.rpartition(":")[2] == now.rpartition(":")[2]


def in_words(key: str) -> str:
    """Say what changed, for a key of a recipe or the name of a table that was read."""
    if key.startswith(RULES):
        return f"{RULE_SETS[key.removeprefix(RULES)].files} changed"
    if key.startswith(SETTING):
        return f"setting {key.removeprefix(SETTING)} changed"
    words = {
        CODE: "its code changed",
        DATES: "other dates are requested",
        CLOCK: "the source knows more",
        SOURCE: "its input changed",
    }
    return words.get(key, f"{key} changed")


@cache
def _modules() -> Mapping[tuple[str, str], str]:
    """Find the module of each table's asset: it has the table's name, below the folder of its layer."""
    root = PACKAGE / "assets"
    layers = [folder for folder in sorted(root.iterdir()) if folder.is_dir()]
    paths = [(path, layer.name) for layer in layers for path in sorted(layer.rglob("*.py"))]
    return {(path.stem, layer): _dotted(path.relative_to(root)) for path, layer in paths}


def _dotted(path: Path) -> str:
    return ".".join(("smallcap", "assets", *path.with_suffix("").parts))
