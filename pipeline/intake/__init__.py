"""Intake: from files to raw cells, each with its own type and place. Copies; never interprets."""
