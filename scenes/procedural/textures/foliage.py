"""Leaf images with opacity: broad leaf, fern frond, sword blade, petal.

Host code. Linear reflectance; v (upwards) runs from stalk to tip, u across; alpha is 0 outside.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import RGB
from scenes.model.textures import Image
from scenes.procedural.textures.images import blended
from scenes.procedural.textures.images import color_image
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import smoothstep

SIZE = (256, 128)  # texels of one leaf, (H, W)


def broad_leaf(green: RGB, vein: RGB, rng: np.random.Generator) -> Image:
    """An oval leaf with a pointed tip, a middle rib and side veins."""
    along, across = _leaf_coordinates()
    outline = 0.95 * np.sin(np.pi * along**0.72) ** 0.85 * (1.0 - 0.25 * along)
    rib = smoothstep(0.05, 0.015, np.abs(across))
    side = np.abs(((along * 9.0 - 1.6 * np.abs(across)) % 1.0) - 0.5)
    veins = np.clip(rib + 0.6 * smoothstep(0.09, 0.03, side), 0.0, 1.0)
    return _painted(green, vein, veins, np.abs(across) < outline, (rng, "broad leaf"))


def fern_frond(green: RGB, vein: RGB, rng: np.random.Generator) -> Image:
    """A frond: pairs of slim leaflets on a rib, shorter towards the tip."""
    along, across = _leaf_coordinates()
    reach = 0.97 * np.minimum(1.0, 5.0 * along + 0.15) * (1.0 - along**2.2)
    slant = (along * 26.0 - 2.6 * np.abs(across)) % 1.0 - 0.5
    taper = np.sqrt(np.clip(1.0 - np.abs(across) / np.maximum(reach, 1e-3), 0.0, 1.0))
    leaflet = (np.abs(slant) < 0.42 * taper) & (np.abs(across) < reach)
    rib = np.abs(across) < 0.035
    veins = np.clip(rib + 0.5 * smoothstep(0.1, 0.03, np.abs(slant)), 0.0, 1.0)
    return _painted(green, vein, veins, leaflet | rib, (rng, "fern frond"))


def sword_blade(green: RGB, margin: RGB, rng: np.random.Generator) -> Image:
    """A stiff blade with light margins and irregular cross bands."""
    along, across = _leaf_coordinates()
    outline = (
        0.9 * np.minimum(1.0, 0.55 + 1.2 * along) * np.clip((1.0 - along) * 4.0, 0.0, 1.0) ** 0.6
    )
    wobble = 0.02 * fractal_noise(SIZE, (6, 2), 3, rng)
    bands = smoothstep(0.1, 0.6, np.sin(60.0 * (along + wobble)))
    edge = smoothstep(0.72, 0.84, np.abs(across) / np.maximum(outline, 1e-3))
    return _painted(
        green, margin, np.maximum(0.25 * bands, edge), np.abs(across) < outline, (rng, "blade")
    )


def petal(inner: RGB, outer: RGB, rng: np.random.Generator) -> Image:
    """A rounded petal that fades from `inner` at its base to `outer`."""
    along, across = _leaf_coordinates()
    outline = np.sqrt(np.clip(1.0 - (1.7 * along - 0.7) ** 2, 0.0, 1.0)) * (0.35 + 0.65 * along)
    fade = smoothstep(0.0, 0.75, along + 0.0 * across)
    return _painted(inner, outer, fade, np.abs(across) < outline, (rng, "petal"))


def _leaf_coordinates() -> tuple[np.ndarray, np.ndarray]:
    """Texel centres: (H, 1) `along` in (0, 1), growing upwards, and (1, W) `across` in (-1, 1)."""
    along = 1.0 - (np.arange(SIZE[0]) + 0.5) / SIZE[0]
    across = (np.arange(SIZE[1]) + 0.5) / SIZE[1] * 2.0 - 1.0
    return along[:, None], across[None, :]


def _painted(
    ground: RGB,
    line: RGB,
    fraction: np.ndarray,
    is_leaf: np.ndarray,
    source: tuple[np.random.Generator, str],
) -> Image:
    """Mottled image of two colours mixed by (H, W) `fraction`; opacity 0 where not `is_leaf`."""
    rng, name = source
    mottle = 1.0 + 0.25 * fractal_noise(SIZE, (6, 3), 4, rng)
    reflectance = blended(ground, line, np.broadcast_to(fraction, SIZE)) * mottle[..., None]
    return color_image(np.concatenate([reflectance, is_leaf[..., None].astype(float)], -1), name)
