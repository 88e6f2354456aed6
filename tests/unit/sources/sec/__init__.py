"""Statements from companyfacts files."""
