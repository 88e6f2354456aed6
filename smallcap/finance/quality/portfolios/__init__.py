"""Portfolios of the quality quintiles: formation, holding, monthly returns, performance."""
