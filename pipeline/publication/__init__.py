"""The outputs folder: publishing, the run record, the lock, the cache, releases."""
