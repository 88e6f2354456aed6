"""Findings as a text file for Prometheus' node exporter, and as JSON."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from smallcap.health.findings import ORDER, HealthFinding, worst
from smallcap.private_files import make_private, write_private

FILE = Path("health") / "smallcap.prom"


def as_json(findings: Sequence[HealthFinding], now: dt.datetime) -> dict[str, Any]:
    """Return findings as plain values: the state of all, the time, and one object per finding."""
    return {
        "state": worst(findings).value,
        "at": now.isoformat(timespec="seconds"),
        "findings": [asdict(finding) for finding in findings],
    }


def as_metrics(findings: Sequence[HealthFinding], now: dt.datetime) -> str:
    """Return findings in Prometheus' text format: state 0 healthy, 1 degraded, 2 failing, and each value."""
    lines = [
        "# HELP smallcap_health State of the home: 0 healthy, 1 degraded, 2 failing.",
        "# TYPE smallcap_health gauge",
        f"smallcap_health {ORDER.index(worst(findings))}",
        "# HELP smallcap_health_state State of one thing: 0 healthy, 1 degraded, 2 failing.",
        "# TYPE smallcap_health_state gauge",
        *(
            f'smallcap_health_state{{name="{_label(finding.name)}"}} {ORDER.index(finding.state)}'
            for finding in findings
        ),
        "# HELP smallcap_health_value The number that was judged, in its unit.",
        "# TYPE smallcap_health_value gauge",
        *(
            f'smallcap_health_value{{name="{_label(finding.name)}",unit="{_label(finding.unit)}"}} '
            f"{finding.value:.15g}"
            for finding in findings
            if finding.value is not None
        ),
        "# HELP smallcap_health_timestamp_seconds When the state was determined.",
        "# TYPE smallcap_health_timestamp_seconds gauge",
        f"smallcap_health_timestamp_seconds {now.replace(tzinfo=dt.UTC).timestamp():.0f}",
    ]
    return "\n".join(lines) + "\n"


def write_metrics(home: Path, findings: Sequence[HealthFinding], now: dt.datetime) -> None:
    """Write the metrics of a home in one step; a home that cannot be written to gets none."""
    path = home / FILE
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    with suppress(OSError):
        make_private(path.parent)
        write_private(temporary, as_metrics(findings, now).encode())
        os.replace(temporary, path)


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
