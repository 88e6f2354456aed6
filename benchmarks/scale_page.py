"""The page docs/scale.md: `python -m benchmarks.scale_page --write` writes it, and a test compares it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cost_of_size import GIBIBYTE
from benchmarks.scale import PLANS, Need, needs, read_cases, read_prices, requests_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"


def page() -> str:
    """Write the page."""
    (told, cases), prices = read_cases(), read_prices()
    found = needs(cases, prices)
    value = {name: price.value for name, price in prices.items()}
    world, years, cores = (int(value[name]) for name in ("listed_companies", "years", "machine_cores"))
    few, many = cases[:2]
    parts = [
        "# The world, and ten thousand variants",
        "Written by `python -m benchmarks.scale_page --write`; not to be edited by hand. It computes from "
        "what `python -m benchmarks size` measured and from prices, both below. Change "
        "`benchmarks/prices.csv` to see your own.",
        _time(found, cores),
        _cost(found),
        f"All homes have {years} years, and each is made by one core. A machine of {cores} cores and "
        f"{value['machine_memory']:.0f} GiB makes as many at once as its memory holds. Variants of one index "
        f"share what was fetched; everything else is computed and stored for each.",
        "## Requests",
        f"What a first fetch of the preset `xfinlink` asks for {world:,} companies over {years} years, as "
        f"the adapter plans it under the plans of `data/reference/xfinlink_plans.toml`. Variants ask for "
        f"nothing more.",
        _requests(world, years),
        "## What was measured",
        f"Measured on {told['measured_on']}: {told['machine']}. Seconds of the processor and storage are "
        f"lines through the first two homes, by companies times years ({few.companies * few.years:,} and "
        f"{many.companies * many.years:,}); memory is one by companies, files are one by years. What "
        f"lies beyond them is extrapolated. A high load of the machine makes the seconds longer, "
        f"those of the processor hardly.",
        _table(
            (
                "companies",
                "years",
                "seconds",
                "of the processor",
                "peak memory, GiB",
                "stored, MB",
                "files",
                "load",
            ),
            [
                [
                    f"{case.companies:,}",
                    f"{case.years}",
                    f"{case.seconds:.1f}",
                    f"{case.cpu_seconds:.1f}",
                    f"{case.peak_bytes / GIBIBYTE:.2f}",
                    f"{case.stored_bytes / 1e6:,.1f}",
                    f"{case.files:,}",
                    f"{case.load:.1f}",
                ]
                for case in cases
            ],
        ),
        "## What was assumed",
        _table(
            ("name", "value", "unit", "assumed", "source"),
            [
                [row.name, f"{row.value:,.10g}", row.unit, "yes" if row.is_assumption else "no", row.source]
                for row in prices.values()
            ],
        ),
        "The vendor's plan, traffic out of a cloud and people are left out.",
    ]
    return "\n\n".join(parts) + "\n"


def _time(found: Sequence[Need], cores: int) -> str:
    return _table(
        ("fleet", "homes", "companies", "core hours", f"hours on {cores} cores", "at once", "GiB a home"),
        [
            [
                one.what,
                f"{one.homes:,}",
                f"{one.companies:,}",
                f"{one.core_hours:,.2f}",
                f"{one.hours:,.2f}",
                f"{one.at_once}",
                f"{one.memory_gib:.1f}",
            ]
            for one in found
        ],
    )


def _cost(found: Sequence[Need]) -> str:
    return _table(
        ("fleet", "stored, GB", "files", "made and pushed once, USD", "kept, USD a month"),
        [
            [
                one.what,
                f"{one.stored_gb:,.1f}",
                f"{one.files:,}",
                f"{one.dollars:,.2f}",
                f"{one.dollars_a_month:,.2f}",
            ]
            for one in found
        ],
    )


def _requests(companies: int, years: int) -> str:
    planned = {name: requests_of(companies, years, name) for name in PLANS}
    rows = [[name, f"{count:,}", f"{days:,.1f}"] for name, (count, days) in planned.items()]
    return _table(("plan", "requests", "days of its quota"), rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    alignment = ["---", *("---:" for _ in columns[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (columns, alignment, *rows))


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page())
