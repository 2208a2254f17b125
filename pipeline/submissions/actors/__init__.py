"""Who counts: which rows of Akteure are bound, SMEs, near, and listed twice (contract 2.2)."""
