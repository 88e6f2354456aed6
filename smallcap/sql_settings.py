"""Settings of the command `smallcap sql`: how much one query may take."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class SqlSettings(BaseSettings):
    """Part of the settings; `smallcap.settings` says where they come from."""

    sql_timeout_seconds: float = Field(
        60.0, gt=0, le=1e6, description="smallcap sql: a query that takes longer is stopped"
    )
    sql_memory_mb: int = Field(
        2048, ge=64, le=16_000_000, description="smallcap sql: memory of a query, in MB"
    )
    sql_threads: int | None = Field(
        None, ge=1, le=1024, description="smallcap sql: threads of a query; none: one per processor"
    )
    sql_max_rows: int = Field(
        10_000_000, ge=1, le=10**12, description="smallcap sql: rows that a query may show or write"
    )
    sql_max_characters: int = Field(
        100_000, ge=1, le=10**8, description="smallcap sql: length of a statement"
    )
