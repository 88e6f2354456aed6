"""Inference on books: stationary bootstrap, several looks at once, and Sharpe ratios deflated by trials."""
