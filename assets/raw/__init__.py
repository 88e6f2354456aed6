"""The raw layer: what the source delivered, with our ids, one asset per table."""

from smallcap.assets.raw.constituents import constituents
from smallcap.assets.raw.factors import factors
from smallcap.assets.raw.fundamental_tags import fundamental_tags
from smallcap.assets.raw.fundamentals import fundamentals
from smallcap.assets.raw.prices import prices
from smallcap.assets.raw.quarterly_fundamentals import quarterly_fundamentals
from smallcap.assets.raw.securities import securities
from smallcap.assets.raw.snapshots import snapshots
from smallcap.assets.raw.vendor_metrics import vendor_metrics

__all__ = [
    "constituents",
    "factors",
    "fundamental_tags",
    "fundamentals",
    "prices",
    "quarterly_fundamentals",
    "securities",
    "snapshots",
    "vendor_metrics",
]
