"""What all listed companies of the world, and ten thousand variants, take: arithmetic from measurements.

Inputs are `measured_sizes.json`, which the section `size` writes, and `prices.csv`, whose rows name their
sources. `benchmarks.scale_page` writes the page.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.cost_of_size import GIBIBYTE, MEASURED, Case
from smallcap.live_settings import PlanName
from smallcap.package_files import default_reference
from smallcap.sources.xfinlink.fundamentals import FUNDAMENTALS, QUARTERLY_FUNDAMENTALS
from smallcap.sources.xfinlink.metrics import VENDOR_METRICS
from smallcap.sources.xfinlink.plans import load_plan
from smallcap.sources.xfinlink.prices import PRICES
from smallcap.sources.xfinlink.questions import cells, plan_questions

PRICE_LIST = Path(__file__).parent / "prices.csv"
DATASETS = (FUNDAMENTALS, QUARTERLY_FUNDAMENTALS, VENDOR_METRICS, PRICES)
PLANS: Final[tuple[PlanName, ...]] = ("pro", "max", "redistribution")


@dataclass(frozen=True)
class Price:
    """A row of the price list: a value, its unit, where it comes from, and whether it is assumed."""

    name: str
    value: float
    unit: str
    is_assumption: bool
    source: str


@dataclass(frozen=True)
class Line:
    """A cost that grows with size: so much at the start, and so much per unit."""

    start: float
    per_unit: float

    @classmethod
    def through(cls, first: tuple[float, float], second: tuple[float, float]) -> Line:
        """Return the line through two measurements (size, cost); one that falls is taken as level."""
        per_unit = max(0.0, (second[1] - first[1]) / (second[0] - first[0]))
        return cls(max(0.0, first[1] - per_unit * first[0]), per_unit)

    def at(self, size: float) -> float:
        """Return the cost at a size."""
        return self.start + self.per_unit * size


@dataclass(frozen=True)
class Need:
    """What a fleet takes.

    Attributes
    ----------
    what
        The fleet, in words.
    homes, companies, years
        How many homes, and the size of each.
    core_hours, hours
        Of one core, and of a machine of the price list that is used fully.
    at_once, memory_gib
        Homes that such a machine makes at once, and the memory of one.
    stored_gb, files
        What all homes hold.
    dollars, dollars_a_month
        To make and push all once and have them pulled; and to keep them.
    """

    what: str
    homes: int
    companies: int
    years: int
    core_hours: float
    hours: float
    at_once: int
    memory_gib: float
    stored_gb: float
    files: int
    dollars: float
    dollars_a_month: float


def read_prices(path: Path = PRICE_LIST) -> dict[str, Price]:
    """Read the price list by name."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            Price(
                row["name"], float(row["value"]), row["unit"], row["is_assumption"] == "true", row["source"]
            )
            for row in csv.DictReader(stream)
        ]
    return {row.name: row for row in rows}


def read_cases(path: Path = MEASURED) -> tuple[Mapping[str, str], list[Case]]:
    """Read what the section `size` measured: when and where, and the homes."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return found, [Case(**case) for case in found["cases"]]


def need(
    what: str, homes: int, companies: int, years: int, cases: Sequence[Case], prices: Mapping[str, Price]
) -> Need:
    """Compute what a fleet of homes of one size takes.

    Time and storage grow with companies times years, memory with companies: large tables are computed some
    years at a time, and files with years. The lines go through the homes with few and with many companies,
    that of files through those with few and with many years.
    """
    value = {name: price.value for name, price in prices.items()}
    few, many, short, long = cases

    def line(of: str, by_years: bool = True) -> Line:
        pairs = [
            (case.companies * (case.years if by_years else 1), float(getattr(case, of)))
            for case in (few, many)
        ]
        return Line.through(pairs[0], pairs[1])

    seconds = line("cpu_seconds").at(companies * years)
    memory = line("peak_bytes", by_years=False).at(companies) / GIBIBYTE
    stored = homes * line("stored_bytes").at(companies * years) / 1e9
    files = homes * round(Line.through((short.years, short.files), (long.years, long.files)).at(years))
    at_once = max(1, min(int(value["machine_cores"]), int(value["machine_memory"] / memory), homes))
    core_hours = homes * seconds / 3600
    requests = files / 1000 * (value["thousand_writes"] + value["readers"] * value["thousand_reads"])
    return Need(
        what,
        homes,
        companies,
        years,
        core_hours,
        math.ceil(homes / at_once) * seconds / 3600,
        at_once,
        memory,
        stored,
        files,
        core_hours * value["core_hour"] + requests,
        stored * value["storage_month"],
    )


def requests_of(companies: int, years: int, plan_name: PlanName) -> tuple[int, float]:
    """Plan the requests for so many companies under a plan; return them and the days of its quota."""
    plan = load_plan(default_reference(), plan_name)
    missing = cells(range(1, companies + 1), 2025 - years + 1, 2025)
    count = sum(len(plan_questions(missing, dataset, plan)) for dataset in DATASETS)
    return count, count / plan.requests_per_day if plan.requests_per_day else 0.0


def needs(cases: Sequence[Case], prices: Mapping[str, Price]) -> list[Need]:
    """Compute the fleets of the page."""
    world, index, years, variants = (
        int(prices[name].value) for name in ("listed_companies", "index_companies", "years", "variants")
    )
    return [
        need("one index", 1, index, years, cases, prices),
        need("the world, one home", 1, world, years, cases, prices),
        need(
            "the world, a home per index of this size", math.ceil(world / index), index, years, cases, prices
        ),
        need("variants of one index", variants, index, years, cases, prices),
    ]
