"""From raw cells to valid tables and findings; which submissions count; the office's files."""
