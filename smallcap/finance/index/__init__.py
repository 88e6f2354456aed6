"""The index itself at any date: holdings, sectors, valuation, eligibility, what changed and why. Who the members are is in `members`."""
