"""The reference that people know: a script as a careful analyst would write it in pandas.

Runs in an environment of its own, knows nothing of the project and shares no code with it.
"""
