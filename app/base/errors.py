"""Errors a user can cause; each message is one line.

Host code.
"""

from __future__ import annotations

from denoiser.errors import LineError


class UsageError(LineError):
    """Bad input outside of scenes and checkpoints: an option's value, an unwritable output."""
