"""Marts of the value funnel."""
