"""Short runs of the whole program, in this process.

Host code.
"""

from __future__ import annotations

from pathlib import Path

from app.main import main

SIZE = (32, 24)
TINY = ("--size", "32x24", "--spp", "1", "--device", "cpu", "--quiet")
LEARNING = ("--train-steps", "1", "--crop", "32")


def run(mode: str, output: Path, *more: str, scene: str = "cornell-box") -> int:
    """Exit code of a run of one mode on a tiny picture."""
    learning = () if mode == "--render" else LEARNING
    words = [mode, "--scene", scene, *TINY, *learning, "--output", str(output), *more]
    return main(words)
