"""The source adapter of public records: funds' lists, companies' filings, and French's factors."""

from __future__ import annotations

from smallcap.sources.public.adapter import NAME, PublicSource

__all__ = ["NAME", "PublicSource"]
