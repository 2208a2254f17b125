"""Figures against catalogues: verdicts, benchmarks, scenarios."""
