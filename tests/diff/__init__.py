"""What differs between two publications of a period."""
