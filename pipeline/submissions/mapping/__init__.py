"""Mappings: how the export of another system is read as a submission (contract 1)."""
