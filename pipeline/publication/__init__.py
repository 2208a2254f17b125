"""What lies under outputs/: publishing, its record, its lock, the cache, releases."""
