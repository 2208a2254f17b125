"""Attacks by chance: cells, structures, bytes and whole portfolios that nobody thought of.

`make thorough` runs a small, always equal share of it; `make fuzz` goes on with new seeds.
"""
