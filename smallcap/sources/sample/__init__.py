"""The synthetic sample universe: made-up companies, their lists, statements, prices and factor files."""

from smallcap.sources.sample.adapter import SampleSource

__all__ = ["SampleSource"]
