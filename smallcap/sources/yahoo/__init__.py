"""Daily prices of Yahoo through its unofficial client: an optional extra, off unless the user asks for it."""
