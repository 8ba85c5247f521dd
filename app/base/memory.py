"""Tells running out of memory from other failures, on a CPU and on a GPU.

Host code. Each library has words of its own for it: numpy raises MemoryError, torch RuntimeError on
a CPU and a kind of it on a GPU, Taichi RuntimeError.
"""

from __future__ import annotations

REASONS = ("out of memory", "out_of_memory", "can't allocate memory", "bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """Whether less to hold would have avoided this error."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(reason in text for reason in REASONS)
