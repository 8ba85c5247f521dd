"""Comparison denoisers: they run beside the chosen one on the same frames.

Host code.
"""

from __future__ import annotations

from enum import Enum

from denoiser.settings import NetworkName


class Comparison(Enum):
    """Denoiser that runs beside the chosen one."""

    NONE = "none"
    UNET = "unet"
    FAST = "fast"
    BEST = "best"
    OIDN = "oidn"
    """Intel Open Image Denoise, pretrained; optional package pyoidn."""

    @property
    def network(self) -> NetworkName | None:
        """The network that is trained; None for NONE and OIDN."""
        known = {name.value: name for name in NetworkName}
        return known.get(self.value)

    def conflict_with(self, network: NetworkName) -> str | None:
        """Message for the user if the chosen `network` is this comparison's own, else None."""
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
"""Display names."""
OIDN_HINT = (
    "Open Image Denoise is not installed: .venv/bin/pip install -c constraints.txt -e '.[oidn]'"
)
