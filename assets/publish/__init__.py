"""The publish layer: what is served, once every blocking check has passed, and the report of it."""

from smallcap.assets.publish.report import report
from smallcap.assets.publish.warehouse import warehouse

__all__ = ["report", "warehouse"]
