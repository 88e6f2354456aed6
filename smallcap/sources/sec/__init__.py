"""The SEC's XBRL facts: statements of companies, as filed and in every later version."""
