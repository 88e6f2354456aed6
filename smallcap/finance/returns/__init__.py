"""Monthly returns with their doubts: evidence against them, and portfolios under each treatment of them."""
