"""Errors that a user can do something about.

Host code. Alone in a file, so that whoever catches them need not import what raises them.
"""


class BackendError(RuntimeError):
    """The wanted device is not there; the message is one line."""
