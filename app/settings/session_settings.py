"""Settings of a session and of each mode; the command line is built from them.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from app.settings.comparison import Rival
from denoiser.settings import DenoiserSettings

MAX_SIDE = 16384  # pixels; beyond it a frame does not fit into memory anyway


@dataclass(frozen=True)
class RenderSettings:
    """What the path tracer does for each half."""

    size: tuple[int, int] = (512, 512)
    """(width, height) in pixels, each >= 1."""
    spp: int = 8
    """Samples per pixel of each half, >= 1 (paper, section 3.3)."""
    max_depth: int = 6
    """1 = emitters seen directly, 2 = direct light, and so on."""
    rr_depth: int = 5
    """Segments before Russian roulette may end a path; roulette changes no mean."""
    seed: int = 0
    """Shifts every random stream."""


@dataclass(frozen=True)
class SessionSettings:
    """Everything a session needs besides the scene."""

    render: RenderSettings = field(default_factory=RenderSettings)
    denoiser: DenoiserSettings = field(default_factory=DenoiserSettings)
    device: str = "auto"
    """auto, cuda or cpu."""
    rival: Rival = Rival.NONE
    """Denoiser that runs beside the chosen one."""
