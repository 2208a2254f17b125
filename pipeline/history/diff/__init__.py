"""What changed between two publications of one period, and why, as far as they prove it."""
