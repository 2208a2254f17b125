"""cluster-review: the quarterly review of a portfolio of innovation clusters."""
