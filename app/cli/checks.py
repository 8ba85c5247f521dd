"""Checks of the command line: flags that the mode does not read, or that conflict.

Host code.
"""

from __future__ import annotations

import argparse

from app.base.errors import UsageError
from app.cli.arguments import Argument
from app.settings.modes import OFFLINE_MODES
from app.settings.modes import RENDERED_VIEWS
from app.settings.modes import RESTORATION
from app.settings.offline_options import OfflineOptions
from app.settings.offline_options import Stage
from denoiser.restoration.settings import PAIRS
from denoiser.restoration.settings import SINGLE
from denoiser.restoration.settings import STACK
from denoiser.restoration.settings import TargetKind

UNREAD_BY_OWN = (
    *("stage", "study", "targets", "train-data", "test-data", "checkpoint", "baseline", "round"),
    *("level", "resume", "network", "loss", "channels", "iterations", "batch", "crop"),
    *("learning-rate", "clip"),
)
"""Flags that tasks without training data do not read: those of the other offline tasks."""
STACK_FLAGS = ("pairs", "context")
"""Flags that only the task `stack` reads."""


def refuse(args: argparse.Namespace, flags: tuple[str, ...], reason: str) -> None:
    """Raise UsageError with `reason` if one of `flags` is given."""
    for flag in flags:
        if getattr(args, flag.replace("-", "_")) is not None:
            raise UsageError(f"argument --{flag}: {reason}")


def check_unread(args: argparse.Namespace, known: dict[str, list[Argument]], mode: str) -> None:
    """Raise UsageError if a flag is given that the mode does not read."""
    for flag, same in known.items():
        modes = {each for argument in same for each in argument.modes}
        if mode not in modes:
            refuse(args, (flag,), _reason(args, modes, mode))


def _reason(args: argparse.Namespace, modes: set[str], mode: str) -> str:
    """Reason why `mode` refuses a flag that only `modes` read."""
    if mode not in OFFLINE_MODES:
        return "needs --offline" if modes <= set(OFFLINE_MODES) else f"not together with --{mode}"
    if not modes & set(OFFLINE_MODES):
        return "not together with --offline"
    return f"not for --task {args.task or 'gaussian'}"


def check_offline(args: argparse.Namespace, mode: str, offline: OfflineOptions) -> None:
    """Raise UsageError if options of an offline task conflict."""
    if offline.task != PAIRS:
        refuse(args, ("aligned",), f"needs --task {PAIRS}")
    if offline.task == STACK:
        refuse(args, UNREAD_BY_OWN, f"not for --task {STACK}")
        return
    if mode == RESTORATION:
        refuse(args, STACK_FLAGS, f"needs --task {STACK}")
    if offline.task == SINGLE:
        refuse(args, UNREAD_BY_OWN, f"not for --task {SINGLE}")
        return
    if mode == RESTORATION:
        refuse(args, ("seconds",), f"needs --task {SINGLE} or {STACK}")
    stages = (Stage.DENOISE, Stage.EVALUATE)
    if offline.stage in stages:
        refuse(args, ("init",), f"not with --stage {offline.stage.value}")
    if offline.stage not in stages:
        names = " or ".join(stage.value for stage in stages)
        refuse(args, ("checkpoint",), f"needs --stage {names}")
    if offline.stage is not Stage.DENOISE:
        refuse(args, ("input",), f"needs --stage {Stage.DENOISE.value}")
    if mode == RENDERED_VIEWS:
        return
    from denoiser.restoration.tasks import TASKS  # imports torch

    task = TASKS[offline.task]
    if offline.stage is Stage.RENDER:
        raise UsageError(f"argument --stage: --task {task.name} renders nothing")
    if offline.study is not None:
        reason = f"not together with --study {offline.study.value}"
        refuse(args, ("task", "stage", "level", "resume"), reason)
    if task.corruption is None and offline.targets != (TargetKind.NOISY,):
        raise UsageError(f"--task {task.name} has no clean targets")
    if offline.level is None:
        return
    if task.corruption is None:
        raise UsageError(f"argument --level: --task {task.name} adds no noise")
    low, high = task.corruption.limits
    if not low <= offline.level <= high:
        raise UsageError(
            f"argument --level: {offline.level:g}: --task {task.name} takes {low:g} to {high:g}"
        )
