"""Figures: every measure as an interval [low, high], with the rows behind it (contract 2)."""
