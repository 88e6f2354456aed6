"""Independent implementations of the rule sets, and comparisons of a home with them.

`*_pandas` take one date and company at a time and share nothing with smallcap. `*_polars` and `*_numpy` share
the rule sets and the names of columns; they are fast enough for the benchmarks. `*_agreement` compare.
"""
