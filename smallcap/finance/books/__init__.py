"""Books as pure functions: constituents, holdings, returns, comparisons, and the value of hindsight."""
