"""Factor regressions: of books through statsmodels, of every stock in one pass; and what is said of them."""
