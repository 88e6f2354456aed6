"""Tests of trailing twelve months and of the latest balance sheet."""
