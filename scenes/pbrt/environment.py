"""Infinite lights of pbrt files: constant, or an image in the equal-area octahedral mapping.

Host code. The image is a square whose centre is +z, whose corners are -z, and whose areas are
proportional to solid angles (Clarberg 2008, "Fast Equal-Area Mapping of the (Hemi)Sphere using
SIMD"). It is resampled to an equirectangular image.
"""

from __future__ import annotations

import numpy as np

from scenes.images.files import read_environment
from scenes.model.description import Environment
from scenes.model.description import SceneError
from scenes.model.textures import LUMINANCE
from scenes.model.textures import RGB
from scenes.model.transforms import rigid
from scenes.pbrt.area_lights import light_color
from scenes.pbrt.parser.element import Element

MIN_ROWS = 512
"""Rows of the equirectangular image, at least: pbrt does not interpolate between texels."""
SAMPLE_ROWS = 2048
"""Rows of sample points over which small images are averaged; large ones take 2 per pixel."""
UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""From an equirectangular image's own space, y up, to that of pbrt's image, z up."""


def environment_of(element: Element, exposure: float) -> Environment:
    """Environment of an `infinite` light.

    Raises:
        UnusablePart: a missing or damaged image, one that is not square, or a singular transform.
    """
    scale = exposure * element.number("scale", 1.0)
    illuminance = element.number("illuminance", -1.0)
    if element.find("portal") is not None:
        element.note("portal is ignored: light enters on all sides, not only there")
    if element.find("filename") is None:
        color = light_color(element, "L")
        if illuminance > 0.0:
            scale *= illuminance / np.pi
        return Environment(radiance=_scaled(color, scale), name="infinite")
    path = element.path()
    try:
        image, notes = read_environment(path)
    except SceneError as error:
        raise element.unusable(str(error)) from error
    if image.shape[0] != image.shape[1]:
        height, width = image.shape[:2]
        raise element.unusable(
            f"{path}: {width} x {height} pixels: not square, so not in the octahedral mapping"
        )
    axes = element.to_world[:3, :3]
    if np.linalg.det(axes) == 0.0:
        raise element.unusable("the transform is not invertible")
    if illuminance > 0.0:
        scale *= illuminance / max(_illuminance(image), 1e-30)
    return Environment(
        radiance=_scaled((1.0, 1.0, 1.0), scale),
        image=equirectangular(image),
        to_world=rigid(element.to_world)[:3, :3] @ UPRIGHT,
        name=path.name,
        notes=notes,
    )


def equirectangular(square: np.ndarray) -> np.ndarray:
    """(H, 2 H, 3) float32 equirectangular image of an (N, N, 3) octahedral one, H >= N.

    Each pixel is the mean of the texels at a grid of points in it, weighted by solid angle.
    """
    size = len(square)
    rows = max(size, MIN_ROWS)
    count = max(SAMPLE_ROWS // rows, 2)
    longitude = (np.arange(2 * rows * count) + 0.5) / (rows * count) * np.pi
    # Mitsuba's convention in the image's own space: x = sin u, z = -cos u.
    x, z = np.sin(longitude), -np.cos(longitude)
    result = np.empty((rows, 2 * rows, 3), np.float32)
    for row in range(rows):
        latitude = (row + (np.arange(count) + 0.5) / count) / rows * np.pi
        weights = np.sin(latitude) / np.sin(latitude).sum()
        total = np.zeros((2 * rows, 3))
        for angle, weight in zip(latitude, weights):
            sine = np.sin(angle)
            own = np.stack([sine * x, np.full_like(x, np.cos(angle)), sine * z], axis=1)
            at = np.minimum((square_of(own @ UPRIGHT.T) * size).astype(int), size - 1)
            samples = square[at[:, 1], at[:, 0]].reshape(2 * rows, count, 3)
            total += weight * samples.mean(axis=1)
        result[row] = total
    return result


def square_of(directions: np.ndarray) -> np.ndarray:
    """(N, 2) points of the square [0, 1]^2 of (N, 3) unit directions (Clarberg 2008)."""
    x, y, z = np.abs(directions).T
    radius = np.sqrt(np.maximum(1.0 - z, 0.0))
    angle = np.arctan2(np.minimum(x, y), np.maximum(x, y)) * 2.0 / np.pi
    angle = np.where(x < y, 1.0 - angle, angle)
    v = angle * radius
    u = radius - v
    below = directions[:, 2] < 0.0
    u, v = np.where(below, 1.0 - v, u), np.where(below, 1.0 - u, v)
    folded = np.stack([np.copysign(u, directions[:, 0]), np.copysign(v, directions[:, 1])], axis=1)
    return np.asarray((folded + 1.0) / 2.0)


def direction_of(points: np.ndarray) -> np.ndarray:
    """(N, 3) unit directions of (N, 2) points of the square [0, 1]^2 (Clarberg 2008)."""
    u, v = 2.0 * points.T - 1.0
    distance = 1.0 - np.abs(u) - np.abs(v)
    radius = 1.0 - np.abs(distance)
    safe = np.where(radius > 0.0, radius, 1.0)
    angle = np.where(radius > 0.0, (np.abs(v) - np.abs(u)) / safe + 1.0, 1.0) * np.pi / 4.0
    z = np.copysign(1.0 - radius**2, distance)
    sine = radius * np.sqrt(np.maximum(2.0 - radius**2, 0.0))
    return np.stack(
        [np.copysign(np.cos(angle), u) * sine, np.copysign(np.sin(angle), v) * sine, z], axis=1
    )


def _illuminance(image: np.ndarray) -> float:
    """Irradiance of a plane that faces +z, by luminance; half of it, as pbrt calculates it.

    pbrt weights each texel by 2 pi over their number, though they cover the whole sphere: an image
    with `illuminance` becomes twice as bright as a constant light with the same.
    """
    size = len(image)
    steps = (np.arange(size) + 0.5) / size
    v, u = (side.ravel() for side in np.meshgrid(steps, steps, indexing="ij"))
    cosine = np.maximum(direction_of(np.stack([u, v], axis=1))[:, 2], 0.0)
    luminance = image.reshape(-1, 3) @ LUMINANCE
    return float((cosine * luminance).mean()) * 2.0 * np.pi


def _scaled(color: RGB, factor: float) -> RGB:
    return (color[0] * factor, color[1] * factor, color[2] * factor)
