"""Trailing twelve months and the latest balance sheet of each company, as known from day to day."""
