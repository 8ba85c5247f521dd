"""Flags that a mode would not read: refused, so that nobody waits for what they do not do.

Host code.
"""

from __future__ import annotations

import argparse

from app.base.errors import UsageError

OFFLINE_FLAGS = (
    *("task", "stage", "targets", "train-data", "test-data", "views", "iterations", "clip"),
    *("batch", "channels", "input", "checkpoint", "baseline", "round", "level"),
)
SCENE_FLAGS = (
    *("scene", "environment", "size", "spp", "max-depth", "rr-depth", "path", "reference-spp"),
    *("train-steps", "no-history"),
)
"""Of the modes that render, and offline of the task that restores rendered views."""
LEARNING = ("viewer", "headless", "benchmark", "offline", "study")
FLAGS_OF_MODES = {
    "resume": ("viewer", "headless", "benchmark", "offline"),
    "save": ("viewer", "headless", "benchmark"),
    "rival": ("viewer", "headless"),
    "frames": ("viewer", "headless", "benchmark", "study"),
    "reference-every": ("viewer", "headless", "study"),
    "reference-spp": ("viewer", "headless", "offline", "study"),
    "budget-ms": ("viewer", "benchmark"),
} | {
    flag: LEARNING
    for flag in ("network", "no-history", "loss", "learning-rate", "train-steps", "crop")
}
"""And the modes that read them: a study goes on by itself with what its folder holds, and without
a display the viewer flies headless."""


def refuse(args: argparse.Namespace, flags: tuple[str, ...], reason: str) -> None:
    """Raise UsageError for a flag that is given and would not be read."""
    for flag in flags:
        value = getattr(args, flag.replace("-", "_"))
        if value is not None and value is not False and value != []:
            raise UsageError(f"argument --{flag}: {reason}")


def refuse_unread(args: argparse.Namespace, mode: str) -> None:
    """Raise UsageError for a flag that the mode does not read."""
    for flag, modes in FLAGS_OF_MODES.items():
        if mode not in modes:
            refuse(args, (flag,), f"not together with --{mode}")
    if mode != "offline":
        refuse(args, OFFLINE_FLAGS, "needs --offline")
