"""Temporary limit on the memory of this process.

Host code.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def memory_limit(megabytes: int) -> Iterator[None]:
    """Let the process's address space grow by at most `megabytes` MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    present = pages * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (present + megabytes * 2**20, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
