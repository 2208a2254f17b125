"""From period to period (contract 2.6): what changed since the one before, and by which cause."""
