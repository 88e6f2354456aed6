"""Published figures beside this home's own."""
