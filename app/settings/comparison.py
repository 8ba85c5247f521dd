"""Rivals: other denoisers that run beside the chosen one on the same frames, to compare.

Host code.
"""

from __future__ import annotations

from enum import Enum

from denoiser.settings import NetworkName


class Comparison(Enum):
    """What runs beside the denoiser."""

    NONE = "none"
    UNET = "unet"
    FAST = "fast"
    BEST = "best"
    OIDN = "oidn"
    """Intel Open Image Denoise, pretrained; optional package pyoidn."""

    @property
    def network(self) -> NetworkName | None:
        """The network that learns, None where nothing does."""
        known = {name.value: name for name in NetworkName}
        return known.get(self.value)

    def hint_beside(self, network: NetworkName) -> str | None:
        """What to tell the user, if that is the denoiser, and this could show nothing new."""
        if self.network is not network:
            return None
        return f"{self.value} is the denoiser itself, choose another"


NETWORK_LABELS = {
    NetworkName.UNET: "the paper's U-Net",
    NetworkName.FAST: "fast",
    NetworkName.BEST: "best",
}
COMPARISON_LABELS = {
    Comparison.NONE: "none",
    Comparison.UNET: NETWORK_LABELS[NetworkName.UNET],
    Comparison.FAST: "fast",
    Comparison.BEST: "best",
    Comparison.OIDN: "Open Image Denoise",
}
"""Names for people."""
OIDN_HINT = (
    "Open Image Denoise is not installed: .venv/bin/pip install -c constraints.txt -e '.[oidn]'"
)
