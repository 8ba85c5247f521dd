"""Exceptions with one-line messages for the user.

Host code. A module that catches them need not import the code that raises them.
"""

from __future__ import annotations

import unicodedata

CONTROL = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories of control characters, lone surrogates and line breaks."""


def one_line(error: Exception | str) -> str:
    """One-line reason from an exception or from a library's message."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = "unknown reason" if isinstance(error, str) else type(error).__name__
    return " ".join(str(error).split()) or name


class LineError(ValueError):
    r"""Base of errors whose message is one line.

    The message may quote names from a file: control characters, lone surrogates and line breaks
    become escapes such as `\n`; as they are, they would end the line or control the terminal.
    """

    def __init__(self, message: str) -> None:
        super().__init__(
            "".join(
                c.encode("unicode_escape").decode() if unicodedata.category(c) in CONTROL else c
                for c in message
            )
        )


class CheckpointError(LineError):
    """Raised if a checkpoint cannot be written or read; one-line message 'FILE: reason'."""


class DataError(LineError):
    """Raised for unusable input; one-line message that names file and reason."""
