"""A home of the vendor's preset and its stand-in, and nights on which the vendor's answers are spoiled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl

from smallcap.errors import SmallcapError
from smallcap.lake import Lake
from smallcap.settings import Settings
from tests.command_line import published, smallcap
from tests.integration.homes import make
from tests.standin.server import StandIn

COMPANIES, SEED, CLOCK = 60, 2000, "2026-06-30"
YEAR = 2026
RUN = ("run", "--as-of", CLOCK)
TABLES = ("raw.constituents", "raw.fundamentals", "raw.vendor_metrics", "raw.prices")
SCORED = "SELECT as_of, count(score) AS scored FROM marts.quality_scores GROUP BY as_of ORDER BY 1"


class Night:
    """A home and its vendor, and what a run under a fault does to them."""

    def __init__(self, standin: StandIn, home: Path) -> None:
        self.standin, self.home = standin, home

    @property
    def settings(self) -> dict[str, object]:
        """The settings of a run; every answer about the running year is asked for again."""
        return {
            "preset": "xfinlink",
            "xfinlink_api_key": self.standin.key,
            "xfinlink_base_url": self.standin.url,
            "french_base_url": f"{self.standin.url}/pages/faculty/ken.french",
            "ishares_base_url": self.standin.url,
            "clock": CLOCK,
            "running_period_max_age_hours": 0,
        }

    def run(self, *arguments: str, **settings: object) -> CompletedProcess[str]:
        """Run for the newest date."""
        return smallcap(*RUN, *arguments, home=self.home, **{**self.settings, **settings})

    def under(self, path: str, kind: str, *arguments: str, **parameters: object) -> CompletedProcess[str]:
        """Run while the vendor's answers are spoiled."""
        self.standin.fault(path, kind, None, **parameters)
        try:
            return self.run(*arguments)
        finally:
            self.standin.lift()

    def make(self, tables: Sequence[str]) -> int:
        """Make tables in this process, which is quicker than the command; return what its exit code were."""
        try:
            make(
                self.home,
                years=(YEAR, YEAR),
                tables=tables,
                sample_companies=Settings.model_fields["sample_companies"].default,
                max_retries=0,
                **self.settings,
            )
        except SmallcapError as error:
            return int(error.exit_code)
        return 0

    def without_ids_of_the_vendor(self) -> dict[str, set[tuple[object, ...]]]:
        """Every stored row of the raw tables, without what a vendor that renumbers changes."""
        lake = Lake(self.home / "lake")
        return {
            name: set(lake.read(name).drop("missing_since", "^source_(entity_)?id$").rows())
            for name in TABLES
        }

    def rows(self) -> dict[str, set[tuple[object, ...]]]:
        """Every stored row of the raw tables, without the day since which it is missing."""
        lake = Lake(self.home / "lake")
        return {name: set(lake.read(name).drop("missing_since").rows()) for name in TABLES}

    def missing(self, name: str) -> int:
        return Lake(self.home / "lake").read(name)["missing_since"].is_not_null().sum()

    def judged(self, dataset: str) -> dict[str, object]:
        """The newest judgement of a dataset."""
        rows = Lake(self.home / "lake").read("meta.deliveries").filter(pl.col("dataset") == dataset)
        return rows.sort("delivered_at").row(-1, named=True)

    def scored(self) -> list[tuple[object, ...]]:
        return [tuple(row) for row in published(self.home, SCORED).itertuples(index=False)]
