"""The raw layer: what the source delivered, with our ids, one asset per table."""

from assets.raw.constituents import constituents
from assets.raw.factors import factors
from assets.raw.fundamentals import fundamentals
from assets.raw.prices import prices
from assets.raw.securities import securities
from assets.raw.snapshots import snapshots
from assets.raw.vendor_metrics import vendor_metrics

__all__ = ["constituents", "factors", "fundamentals", "prices", "securities", "snapshots", "vendor_metrics"]
