"""What each commit says of itself: which run wrote each year, what the year holds, and from what it was made.

The stamp travels in the Delta commit, so it is as atomic as the data. No file is read or written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from smallcap.lake.digests import algorithm_of, digest_rows, digest_text
from smallcap.parsing import parse_json
from smallcap.tables import Table

UNPARTITIONED = 0
"""The year under which a table without partitions is stamped."""


@dataclass(frozen=True)
class YearStamp:
    """One year of a table.

    Attributes
    ----------
    run_id
        The run that wrote the year.
    content
        Digest of its rows (`smallcap.lake.digests`); equal contents have equal digests.
    rows
        Number of rows.
    inputs
        For each table that was read, and everything else that was used, a digest.
    """

    run_id: str
    content: str
    rows: int
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        """Version of the algorithm of `content`, and of the digests of rows among `inputs`."""
        return algorithm_of(self.content)

    def has_same_rows(self, other: YearStamp | None) -> bool:
        """Whether the year has the same rows in another stamp."""
        return other is not None and self.content == other.content and self.rows == other.rows

    def is_same(self, other: YearStamp | None) -> bool:
        """Whether the year has the same rows, made from the same, in another stamp."""
        return other is not None and self.has_same_rows(other) and dict(self.inputs) == dict(other.inputs)


@dataclass(frozen=True)
class Stamp:
    """All years of a table as of one commit, and the table versions that the commit's run read."""

    years: Mapping[int, YearStamp] = field(default_factory=dict)
    run_id: str = ""
    read_versions: Mapping[str, int] = field(default_factory=dict)

    def with_years(
        self, new: Mapping[int, YearStamp], run_id: str, read_versions: Mapping[str, int]
    ) -> Stamp:
        """Return the stamp of the next commit: the new years replace those of the same number."""
        return Stamp({**self.years, **new}, run_id, read_versions)

    def is_same(self, years: Mapping[int, YearStamp]) -> bool:
        """Whether each of these years has the same rows, made from the same."""
        return all(stamp.is_same(self.years.get(year)) for year, stamp in years.items())

    def changed_years(self, years: Mapping[int, YearStamp]) -> list[int]:
        """List those of these years whose rows differ."""
        return [year for year, stamp in years.items() if not stamp.has_same_rows(self.years.get(year))]

    def contents(self, years: Iterable[int]) -> str:
        """Digest of what the given years hold; a year that was never written counts as absent."""
        return " ".join(
            f"{year}:{self.years[year].content}" for year in sorted(set(years)) if year in self.years
        )

    def version(self, years: Iterable[int]) -> str:
        """Return the digest of what the given years hold in short: equal contents have equal versions."""
        return digest_text(self.contents(years))

    def to_json(self) -> str:
        """Write the stamp for a commit's metadata."""
        return json.dumps(
            {
                "run_id": self.run_id,
                "read_versions": dict(self.read_versions),
                "years": {
                    str(year): [s.run_id, s.content, s.rows, dict(s.inputs)]
                    for year, s in sorted(self.years.items())
                },
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Stamp:
        """Read the stamp of a commit; raises `ValueError` for a text of another form."""
        try:
            raw = parse_json(text)
            years = {
                int(year): YearStamp(str(run), str(content), int(rows), dict(inputs))
                for year, (run, content, rows, inputs) in raw["years"].items()
            }
            return cls(years, str(raw["run_id"]), dict(raw["read_versions"]))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"a commit's stamp has another form ({type(error).__name__} {error})") from None


def stamp_years(
    table: Table,
    rows: pl.DataFrame,
    years: Sequence[int],
    run_id: str,
    inputs: Mapping[int, Mapping[str, str]] | None = None,
) -> dict[int, YearStamp]:
    """Stamp each of the years with what `rows` holds of it; a year without rows is stamped empty."""
    parts = {int(part["year"][0]): part for part in rows.partition_by("year")}
    none = rows.clear()
    return {
        year: YearStamp(
            run_id,
            digest_rows(table, parts.get(year, none)),
            parts.get(year, none).height,
            (inputs or {}).get(year, {}),
        )
        for year in years
    }
