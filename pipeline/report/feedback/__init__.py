"""The marked copy of a submission that goes back to its cluster (contract 3)."""
