"""`make bench-smoke`: the work of a small run against the committed baseline; growth over 5% fails.

`python -m benchmarks.smoke --write` moves the baseline, in a commit of its own that says why.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.counted_work import count_in_a_process

BASELINE = Path(__file__).with_name("baseline.json")
MOST_GROWTH_PERCENT = 5


def baseline() -> dict[str, int]:
    """Read the committed counts."""
    return dict(json.loads(BASELINE.read_text(encoding="utf-8")))


def grown(counted: Mapping[str, int], before: Mapping[str, int]) -> list[str]:
    """Say which counts grew by more than 5%, or are in one of the two only.

    Parameters
    ----------
    counted, before
        Counts of now and of the baseline, by what they count.
    """
    unequal = [f"{name}: counted in one of the two only" for name in counted.keys() ^ before.keys()]
    return sorted(unequal) + [
        f"{name}: {now:,} against {before[name]:,} in the baseline ({now / before[name] - 1:+.1%})"
        for name, now in sorted(counted.items())
        if name in before and 100 * now > (100 + MOST_GROWTH_PERCENT) * before[name]
    ]


def main() -> int:
    """Count, print, and return 0, or 1 where a count grew."""
    with tempfile.TemporaryDirectory(prefix="smallcap-smoke-") as folder:
        counted = count_in_a_process(Path(folder) / "home")
    if "--write" in sys.argv[1:]:
        BASELINE.write_text(json.dumps(dict(sorted(counted.items())), indent=2) + "\n", encoding="utf-8")
    before = baseline()
    for name, count in sorted(counted.items()):
        print(f"{name:15}{count:>12,}{before.get(name, 0):>12,}")
    problems = grown(counted, before)
    print("\n".join(problems) or "no count grew by more than 5%")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
