"""Index funds as benchmarks: what they returned, how they moved with the market, and the indices compared."""
