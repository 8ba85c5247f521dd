"""Options of the task `montecarlo`: scenes to render, and a denoiser that learns from them.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

from denoiser.rendered.settings import ViewTraining

MONTECARLO = "montecarlo"
"""Name of the task, as `--task` has it."""
DEFAULT_SCENES = ("cornell-box", "veach-mis", "still-life", "reading-room")
"""Rendered where no scene is named; the last is for the test."""
DEFAULT_VIEWS = 4  # of each scene


@dataclass(frozen=True)
class ViewOptions:
    """What is rendered, and how the denoiser learns."""

    training: ViewTraining
    scenes: tuple[str, ...] = DEFAULT_SCENES
    """Names of built-in scenes, or files; the last one is never trained on."""
    per_scene: int = DEFAULT_VIEWS
    """Views of each, >= 1."""
