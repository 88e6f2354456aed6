"""Marts of the index and the profitability experiment."""
