"""Detection of out-of-memory errors, on a CPU and on a GPU.

Host code. Each library has an error of its own: numpy raises MemoryError, torch RuntimeError on a
CPU and a subclass of it on a GPU, Taichi RuntimeError.
"""

from __future__ import annotations

REASONS = ("out of memory", "out_of_memory", "can't allocate memory", "bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """True if the error says that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(reason in text for reason in REASONS)
