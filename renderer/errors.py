"""Errors of the renderer that a user can fix.

Host code. A separate module, so that code that catches them need not import Taichi.
"""


class BackendError(RuntimeError):
    """The requested device is unavailable, or Taichi runs on another; the message is one line."""
