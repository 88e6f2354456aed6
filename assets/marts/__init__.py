"""The marts: what analysts read; one asset per table."""

from assets.marts.coverage import coverage
from assets.marts.quality_scores import quality_scores
from assets.marts.quality_summary import quality_summary

__all__ = ["coverage", "quality_scores", "quality_summary"]
