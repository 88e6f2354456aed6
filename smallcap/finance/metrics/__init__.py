"""Annual metrics and metrics as of a date, with the sanity rules that come before them."""
