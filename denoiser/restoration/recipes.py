"""Training recipes: what each restoration network is trained with besides its loss.

Host code. The networks of the paper keep the paper's recipe.
"""

from __future__ import annotations

from dataclasses import dataclass

from denoiser.restoration.settings import RestorationNetwork


@dataclass(frozen=True)
class Recipe:
    """Course of the learning rate, averaging of the weights, and augmentation."""

    warm_up: float
    """Fraction of the training, at its start, over which the learning rate rises from 0."""
    power: float
    """Exponent of the ramp-down, 1/2 + 1/2 cos(pi t)."""
    ramp_down: float | None
    """Fraction of the training, at its end, over which it falls to 0; None: as in the settings."""
    average_decay: float | None
    """Decay per step of the mean weights, which restore; None: the latest weights restore."""
    is_augmented: bool
    """Crops are mirrored and turned by quarter turns."""
    noise_floor: float | None
    """Floor of `balanced_loss` in 8-bit steps (of 255), with L2; None: all examples count alike."""
    is_refined: bool
    """True: a restored image is the mean over four orientations, unless the noise depends on the
    orientation, and observed pixels keep their values."""


PAPER = Recipe(0.0, 2.0, None, None, False, None, False)
"""Lehtinen et al. 2018, appendix A.1, and the authors' code."""
RESIDUAL = Recipe(0.05, 1.0, 0.95, 0.999, True, 15.0, True)
"""Chosen by measurement; see docs/experiments.md."""
RECIPES = {
    RestorationNetwork.UNET: PAPER,
    RestorationNetwork.RED30: PAPER,
    RestorationNetwork.RESIDUAL: RESIDUAL,
    RestorationNetwork.RESIDUAL_SMALL: RESIDUAL,
}
"""Recipe of each network."""
