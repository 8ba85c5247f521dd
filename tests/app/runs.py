"""Short runs of the whole program, in this process.

Host code.
"""

from __future__ import annotations

import re
import signal
import subprocess
from pathlib import Path

from app.main import main

SIZE = (32, 24)
PATIENCE_SECONDS = 120.0  # for a process on a busy machine
TINY = ("--size", "32x24", "--spp", "1", "--device", "cpu", "--quiet")
LEARNING = ("--train-steps", "1", "--crop", "32")


def run(mode: str, output: Path, *more: str, scene: str = "cornell-box") -> int:
    """Run one mode of the program on a tiny image and return its exit code."""
    learning = () if mode == "--render" else LEARNING
    words = [mode, "--scene", scene, *TINY, *learning, "--output", str(output), *more]
    return main(words)


def interrupt(process: subprocess.Popen[bytes], total: int, after: int) -> bytes:
    """Send Ctrl-C once the progress bar shows `after` of `total`; return all of standard error.

    The bar is drawn a few times a second, so it may skip any given number.
    """
    assert process.stderr is not None
    errors = b""
    try:
        while not any(int(n) >= after for n in re.findall(rb" (\d+)/%d " % total, errors)):
            piece = process.stderr.read1(64)  # type: ignore[attr-defined]
            assert piece, errors
            errors += piece
        process.send_signal(signal.SIGINT)
        errors += process.communicate(timeout=PATIENCE_SECONDS)[1]
    finally:
        process.kill()
    return errors
