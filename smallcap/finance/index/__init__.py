"""The index at any date: holdings, sectors, valuation, eligibility, changes and their causes."""
