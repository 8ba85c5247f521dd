"""Errors that a user can do something about.

Host code. Alone in a file, so that whoever catches them need not import what raises them.
"""


class CheckpointError(ValueError):
    """A checkpoint that cannot be written or read. The message is one line, 'FILE: reason'."""


class DataError(ValueError):
    """Input that cannot be used. The message is one line that names file and reason."""
