"""Options of each mode, as the command line gives them.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from pathlib import Path

from app.settings.offline_options import OfflineOptions
from app.settings.session_settings import SessionSettings


class OnlineStudy(Enum):
    """An experiment of the paper over several trainings on the frames of one flight."""

    LOSSES = "losses"
    """Figure 6: five combinations of loss and tone map."""
    ONLINE = "online"
    """Figure 8: noisy against clean targets."""


@dataclass(frozen=True)
class Options:
    """Everything a mode may need; which one runs is `mode`."""

    mode: str = "viewer"
    """viewer, headless, benchmark, render, offline or study."""
    scene: str = ""
    """Name of a built-in scene, or a file."""
    environment: Path | None = None
    """Environment map that replaces the scene's."""
    session: SessionSettings = field(default_factory=SessionSettings)
    chosen: frozenset[str] = frozenset()
    """Which of size, crop, train_steps, iterations, batch and budget_ms the command line gave."""
    frames: int = 300
    """Frames of a flythrough or benchmark, >= 1."""
    path: Path | None = None
    """Camera path, None for the scene's own."""
    output: Path | None = None
    """Folder (headless, benchmark) or picture (render)."""
    reference_every: int = 0
    """Measure against a reference after every so many frames; 0: never."""
    reference_spp: int = 1024
    """Samples per pixel of a reference."""
    budget_ms: float = 33.0
    """Milliseconds a frame may take; in the window while the camera moves."""
    resume: Path | None = None
    """Checkpoint to start from."""
    save: Path | None = None
    """Where the checkpoint goes at the end, besides the output folder's own."""
    study: OnlineStudy | None = None
    """The experiment that the mode `study` does."""
    offline: OfflineOptions | None = None
    """What the offline mode does; None in the other modes."""
    is_quiet: bool = False
    """No progress bars."""
