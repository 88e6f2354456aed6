"""How much one query may use: time, memory, threads, rows and length, and the error of each limit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smallcap.errors import InputError
from smallcap.settings import Settings


@dataclass(frozen=True)
class QueryLimits:
    """The limits of one query; each is the setting of the same name with ``sql_`` before it.

    Attributes
    ----------
    timeout_seconds
        From the start of the query until its last row was handed over.
    memory_mb
        What DuckDB may hold; nothing is moved to disk instead.
    threads
        Threads that DuckDB may use; None: one per processor.
    max_rows
        Rows that may be returned or written.
    max_characters
        Length of the statement.
    """

    timeout_seconds: float
    memory_mb: int
    threads: int | None
    max_rows: int
    max_characters: int

    @classmethod
    def of(cls, settings: Settings) -> QueryLimits:
        """Return what a query of a user may use."""
        return cls(
            timeout_seconds=settings.sql_timeout_seconds,
            memory_mb=settings.sql_memory_mb,
            threads=settings.sql_threads,
            max_rows=settings.sql_max_rows,
            max_characters=settings.sql_max_characters,
        )

    def statements(self) -> Iterator[str]:
        """Write the statements for limits that DuckDB enforces, to run before its configuration is locked."""
        yield f"SET max_execution_time = {max(1, round(self.timeout_seconds * 1000))}"
        yield f"SET memory_limit = '{self.memory_mb}MB'"
        if self.threads is not None:
            yield f"SET threads = {self.threads}"

    def check_length(self, sql: str) -> None:
        """Refuse a statement that is too long to be parsed.

        Raises
        ------
        InputError
            When it is longer than `max_characters`.
        """
        if len(sql) > self.max_characters:
            what = f"the statement is longer than {self.max_characters:,} characters"
            raise _exceeded(what, "shorten it", "sql_max_characters")

    def out_of_time(self) -> InputError:
        """Say that the query took too long."""
        what = f"the query was stopped after {self.timeout_seconds:g} seconds"
        return _exceeded(what, "ask for fewer dates or rows at a time", "sql_timeout_seconds")

    def out_of_memory(self) -> InputError:
        """Say that the query needed too much memory."""
        what = f"the query needs more than {self.memory_mb:,} MB of memory"
        return _exceeded(what, "ask for fewer rows or columns at a time", "sql_memory_mb")

    def too_many_rows(self) -> InputError:
        """Say that the query has too many rows."""
        what = f"the query has more than {self.max_rows:,} rows"
        return _exceeded(what, "ask for fewer at a time", "sql_max_rows")


def _exceeded(what: str, advice: str, setting: str) -> InputError:
    return InputError(f"{what}: {advice}, or raise the setting {setting} (SMALLCAP_{setting.upper()})")
