"""Rule sets: files read into typed objects, with file, line and field in every error."""
