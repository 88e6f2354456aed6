"""Speed and memory as ratios to what a user would otherwise run; only their own tests import them."""
