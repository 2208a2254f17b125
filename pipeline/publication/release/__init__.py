"""Freezes a draft: the same review again, without marks, with what each cluster is handed out."""
