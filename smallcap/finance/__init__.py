"""Pure functions on Polars frames: no input or output, no clock, no settings."""
