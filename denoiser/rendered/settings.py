"""How the online denoiser is trained offline, on views rendered beforehand.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from denoiser.restoration.settings import Targets
from denoiser.settings import DenoiserSettings


@dataclass(frozen=True)
class ViewTraining:
    """How a denoiser is trained on views."""

    denoiser: DenoiserSettings = field(default_factory=DenoiserSettings)
    """Network, loss, step size before the ramp-down, crop, seed, precision."""
    targets: Targets = Targets.NOISY
    iterations: int = 100_000
    """Optimiser updates, >= 1."""
    batch: int = 4
    """Crops an update sees, over all processes (paper, appendix A.1)."""
    ramp_down: float = 0.3
    """Share of the training, at its end, over which the step size falls to 0."""
