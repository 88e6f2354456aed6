"""Factor regressions: of books through statsmodels, of all stocks in one pass; and their interpretation."""
