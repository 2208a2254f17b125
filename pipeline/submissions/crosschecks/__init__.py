"""Cross checks: statements of a submission that contradict each other; warnings, never errors."""
