"""The publish layer: what is served, once every blocking check has passed."""

from assets.publish.warehouse import warehouse

__all__ = ["warehouse"]
