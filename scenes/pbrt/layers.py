"""Reflectance of pbrt's layered materials.

Host code. pbrt follows a random walk between the coat and the base. The layer between them absorbs
exp(-thickness / cos) per crossing even without a medium, and the walk ends after `maxdepth` events.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import Spectrum
from scenes.pbrt.baking import mapped_texture
from scenes.pbrt.baking import rgb_of
from scenes.pbrt.parser.element import Element

STEPS = 4096
"""Steps of the integrals over the cosine."""


def effective_base(element: Element, base: Spectrum, ior: float) -> Spectrum:
    """Base colour under a coat without absorption that reflects like pbrt's layers.

    Args:
        base: reflectance of the base.
        ior: index of refraction of the coat.
    """
    thickness = element.number("thickness", 0.01)
    bounces = max(int(element.number("maxdepth", 10.0)) // 2, 1)
    passed = diffuse_transmittance(thickness) ** 2
    internal = internal_reflectance(ior)

    def effective(values: np.ndarray) -> np.ndarray:
        absorbed = np.clip(values, 0.0, 1.0) * passed
        loop = absorbed * internal
        seen = absorbed * (1.0 - loop**bounces) / (1.0 - loop)
        return np.asarray(seen / (1.0 + seen * internal))

    if isinstance(base, tuple):
        return rgb_of(effective(np.array(base)))
    found = mapped_texture(base, effective)
    if found is None:
        element.note("reflectance: the absorption between the layers is not shown")
        return base
    return found


def diffuse_transmittance(thickness: float) -> float:
    """Mean of exp(-thickness / cos) over cosine-distributed directions."""
    cosine = (np.arange(STEPS) + 0.5) / STEPS
    return float(2.0 * np.mean(cosine * np.exp(-max(thickness, 0.0) / cosine)))


def internal_reflectance(ior: float) -> float:
    """Fresnel reflectance of diffuse light inside a coat of index `ior`."""
    cosine = (np.arange(STEPS) + 0.5) / STEPS
    sine = ior * np.sqrt(1.0 - cosine**2)
    outside = np.sqrt(np.maximum(1.0 - sine**2, 0.0))
    across = (ior * cosine - outside) / (ior * cosine + outside)
    along = (cosine - ior * outside) / (cosine + ior * outside)
    reflected = np.where(sine >= 1.0, 1.0, (across**2 + along**2) / 2.0)
    return float(2.0 * np.mean(cosine * reflected))
