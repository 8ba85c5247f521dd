"""Exceptions with one-line messages for the user.

Host code. Imports nothing: a module that catches them need not import the code that raises them.
"""

from __future__ import annotations


def one_line(error: Exception | str) -> str:
    """One-line reason from an exception or from a library's message."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = "unknown reason" if isinstance(error, str) else type(error).__name__
    return " ".join(str(error).split()) or name


class CheckpointError(ValueError):
    """Raised if a checkpoint cannot be written or read; one-line message 'FILE: reason'."""


class DataError(ValueError):
    """Raised for unusable input; one-line message that names file and reason."""
