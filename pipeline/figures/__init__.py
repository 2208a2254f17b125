"""Figures: every one as an interval [low, high], with the rows behind it (contract 2)."""
