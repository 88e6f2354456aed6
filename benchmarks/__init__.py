"""Speed and memory as ratios to what a user would otherwise run. Benchmarks import the product, never the other way round."""
