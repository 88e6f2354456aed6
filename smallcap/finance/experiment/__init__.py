"""The profitability experiment as pure functions: who is in at each June's end, what is earned until the next, and what that says."""
