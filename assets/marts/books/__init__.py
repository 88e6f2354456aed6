"""Marts of books and factor regressions."""
