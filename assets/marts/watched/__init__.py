"""Marts of watched names, and of the published figures."""
