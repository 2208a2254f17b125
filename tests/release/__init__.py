"""Drafts, releases and what is handed out."""
