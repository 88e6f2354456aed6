"""Damaged and hostile input for every reader of outside bytes: a result, or an error that explains."""
