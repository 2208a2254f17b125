"""Releases a draft: the same review again, without draft marks, with a handout per cluster."""
