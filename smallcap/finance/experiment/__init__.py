"""The profitability experiment as pure functions: annual formation, monthly returns, statistics."""
