"""Environment images: a clear late afternoon in the country, and a photographer's studio.

Host code. (H, W, 3) float32 linear radiance, mapped as in description.Environment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.model.textures import RGB
from scenes.procedural.textures.images import blended
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import smoothstep


class Sun(NamedTuple):
    """A bright disk in the sky."""

    direction: tuple[float, float, float]
    """Direction to the sun, not necessarily normalised."""
    irradiance: RGB
    """W m^-2 per channel on a plane that faces the sun."""
    radius: float
    """Angular radius in degrees; the real sun has 0.27, a larger one gives softer shadows."""


class SoftBox(NamedTuple):
    """A rectangular lamp at infinity."""

    direction: tuple[float, float, float]
    """Direction to the lamp's centre."""
    half_size: tuple[float, float]
    """Tangents of the half angles, horizontal and vertical."""
    radiance: RGB
    """W m^-2 sr^-1 at the centre; the rim is dimmer."""


def environment_directions(height: int) -> np.ndarray:
    """(H, 2H, 3) unit vectors through the texel centres."""
    theta = np.pi * (np.arange(height) + 0.5)[:, None] / height
    phi = np.pi * (np.arange(2 * height) + 0.5)[None, :] / height
    return np.stack(
        np.broadcast_arrays(
            np.sin(theta) * np.sin(phi), np.cos(theta), -np.sin(theta) * np.cos(phi)
        ),
        -1,
    )


def daylight(sun: Sun, height: int, rng: np.random.Generator) -> np.ndarray:
    """A blue sky with haze, clouds, a glowing sun, hills and trees, meadows below."""
    direction = environment_directions(height)
    up = direction[..., 1]
    toward = np.asarray(sun.direction) / np.linalg.norm(sun.direction)
    near_sun = np.clip(direction @ toward, 0.0, 1.0)
    shape = up.shape
    haze = np.exp(-4.5 * np.clip(up, 0.0, 1.0))
    sky = blended((1.5, 2.7, 5.2), (5.4, 5.9, 6.4), haze)
    sky += np.multiply.outer(2.6 * near_sun**12 + 5.0 * near_sun**160, (1.0, 0.8, 0.55))
    cloud = smoothstep(0.05, 0.75, fractal_noise(shape, (7, 5), 6, rng)) * smoothstep(0.03, 0.3, up)
    sky = blended(sky, (7.6, 7.4, 7.2), 0.7 * cloud)
    sky += _sun_disk(sun, direction, toward)
    return _with_land(sky, up, rng).astype(np.float32)


def _sun_disk(sun: Sun, direction: np.ndarray, toward: np.ndarray) -> np.ndarray:
    """(H, W, 3) radiance of the disk, scaled so that it integrates to exactly `irradiance`."""
    height = len(direction)
    edge = np.cos(np.radians(sun.radius))
    soft = (1.0 - edge) * 0.3
    disk = smoothstep(edge - soft, edge + soft, direction @ toward)
    texel = (np.pi / height) ** 2 * np.sqrt(1.0 - direction[..., 1] ** 2)  # solid angle, sr
    return np.multiply.outer(disk / np.sum(disk * texel), sun.irradiance)


def _with_land(sky: np.ndarray, up: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The sky with distant hills, a line of trees and grass below the horizon."""
    shape = up.shape
    hills = 0.05 + 0.03 * fractal_noise((1, shape[1]), (1, 7), 4, rng)
    trees = 0.022 + 0.026 * np.abs(fractal_noise((1, shape[1]), (1, 40), 4, rng))
    grass = 1.0 + 0.3 * fractal_noise(shape, (48, 24), 3, rng)
    leaves = 1.0 + 0.8 * fractal_noise(shape, (shape[0] // 4, shape[1] // 8), 2, rng)
    edge = 1.5 * np.pi / shape[0]
    land = blended(sky, (1.5, 1.9, 2.3), smoothstep(edge, -edge, up - hills))
    land = blended(
        land, np.multiply.outer(leaves, (0.34, 0.48, 0.2)), smoothstep(edge, -edge, up - trees)
    )
    ground = np.multiply.outer(grass, (1.0, 1.2, 0.5))
    return np.maximum(blended(land, ground, smoothstep(edge, -edge, up + 0.004)), 0.0)


def studio(boxes: tuple[SoftBox, ...], ground: RGB, dome: RGB, height: int) -> np.ndarray:
    """Soft boxes in front of a backdrop that fades from `dome` above to `ground` below."""
    direction = environment_directions(height)
    picture = blended(ground, dome, smoothstep(-0.6, 0.7, direction[..., 1]))
    for box in boxes:
        toward = np.asarray(box.direction) / np.linalg.norm(box.direction)
        side = np.cross(toward, (0.0, 1.0, 0.0))
        side /= np.linalg.norm(side)
        above = np.cross(side, toward)
        ahead = direction @ toward
        depth = np.where(ahead > 0.05, ahead, 0.05)
        inside = np.minimum(
            1.0 - np.abs(direction @ side) / depth / box.half_size[0],
            1.0 - np.abs(direction @ above) / depth / box.half_size[1],
        )
        fraction = (
            smoothstep(0.0, 0.06, inside)
            * (0.7 + 0.3 * smoothstep(0.0, 1.0, inside))
            * (ahead > 0.05)
        )
        picture = blended(picture, box.radiance, fraction)
    return picture.astype(np.float32)
