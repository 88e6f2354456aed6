"""Quarterly records: sanity rules, and the flows of a quarter from what was known on a day."""
