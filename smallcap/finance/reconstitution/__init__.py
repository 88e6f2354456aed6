"""The event study of reconstitutions."""
