"""Parse: from raw cells to typed columns, for all submissions at once."""
