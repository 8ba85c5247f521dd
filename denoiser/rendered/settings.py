"""Settings of offline training of the online denoiser on views rendered beforehand.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from denoiser.restoration.settings import OfflineTraining
from denoiser.settings import DenoiserSettings


@dataclass(frozen=True, kw_only=True)
class ViewTraining(OfflineTraining):
    """Settings of the training of a denoiser on rendered views."""

    denoiser: DenoiserSettings = field(default_factory=DenoiserSettings)
    """Network, loss, learning rate before its ramp-down, crop, seed, precision."""
