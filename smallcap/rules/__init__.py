"""Rule sets: their files read into typed objects, each error with file, line and field."""
