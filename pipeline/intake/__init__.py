"""Intake: from files to raw cells, each with its type and address.

It copies and never interprets.
"""
