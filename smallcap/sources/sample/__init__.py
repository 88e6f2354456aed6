"""The sample universe: made-up companies, their lists, statements, prices and factor files. Synthetic throughout."""

from smallcap.sources.sample.adapter import SampleSource

__all__ = ["SampleSource"]
