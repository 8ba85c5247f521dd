"""Metals of the built-in scenes.

Host code.
"""

from __future__ import annotations

from scenes.model.materials import Conductor
from scenes.model.textures import RGB
from scenes.optics.indices import METALS

GOLD, COPPER, SILVER, ALUMINIUM = METALS["au"], METALS["cu"], METALS["ag"], METALS["al"]
BRASS: tuple[RGB, RGB] = ((0.444, 0.527, 1.094), (3.695, 2.765, 1.829))
"""Index of refraction eta + i k per channel of about 70 % copper and 30 % zinc."""


def metal(constants: tuple[RGB, RGB], alpha: float = 0.0) -> Conductor:
    """A conductor of one of the metals above; `alpha` is the microfacet width, 0 for a mirror."""
    eta, k = constants
    return Conductor(eta=eta, k=k, alpha=alpha)
