"""The commands of the command line, a file each: its options and its work.

All are imported for every command; so what a command works with is imported where it is called.
"""
