"""Errors with a message of one line for the user.

Host code. Imports nothing, so that a module that catches them need not import what raises them.
"""

from __future__ import annotations


def one_line(error: Exception | str) -> str:
    """Reason of an exception, or a library's message, in one line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = "unknown reason" if isinstance(error, str) else type(error).__name__
    return " ".join(str(error).split()) or name


class CheckpointError(ValueError):
    """A checkpoint that cannot be written or read. The message is one line, 'FILE: reason'."""


class DataError(ValueError):
    """Input that cannot be used. The message is one line that names file and reason."""
