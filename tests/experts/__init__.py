"""The experts' work: ratings, assignments, agreements, and what takes them over."""
