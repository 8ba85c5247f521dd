"""Clear daylight: Hosek's and Wilkie's sky and sun, baked into an equirectangular environment.

Host code. The sky: Hosek and Wilkie, "An Analytic Model for Full Spectral Sky-Dome Radiance",
SIGGRAPH 2012. The sun: Hosek and Wilkie, "Adding a Solar-Radiance Function to the Hosek-Wilkie
Skylight Model", IEEE CG&A 33(3), 2013. `hosek.npz` holds parameters of the published formula that
`benchmarks.sky_fit` fitted to the radiance of Mitsuba 3.9.1's `sunsky` emitter in its RGB variants,
so to the model of these authors, whose own data is under a BSD licence. At parameters outside the
fit the sky differs from Mitsuba's by at most 0.06 % in any direction.

Left out: limb darkening of the sun, whose disk is uniform, as in Mitsuba by default; and negative
radiance of colours outside the gamut of RGB (the blue of a very low sun), which is 0 here.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from scenes.model.description import Environment
from scenes.model.textures import RGB
from scenes.optics.sky_image import MIN_SUN_RADIUS
from scenes.optics.sky_image import sun_coverage
from scenes.optics.sky_image import texel_grid
from scenes.optics.sky_image import up_rotation

TABLE = Path(__file__).with_name("hosek.npz")
TURBIDITIES = (1.0, 10.0)
"""Range of turbidity."""
ELEVATION_DEGREE = 5
"""Degree of the Bezier curves in the cube root of the sun's elevation."""
HORIZON_OFFSET = 0.01
"""Added to the cosine of the zenith angle, so that the formula is finite at the horizon."""
HEIGHTS = (512, 1024)
"""Least and largest number of rows: with 1024 a sun of the usual size is its own size."""


@dataclass(frozen=True)
class HosekSettings:
    """Parameters of daylight."""

    sun_direction: tuple[float, float, float]
    """Towards the sun, world space; normalised when used."""
    zenith: tuple[float, float, float] = (0.0, 1.0, 0.0)
    """Up direction, world space; normalised when used."""
    turbidity: float = 3.0
    """Haze, within TURBIDITIES: 1 very clear, 3 clear, 10 hazy."""
    albedo: RGB = (0.3, 0.3, 0.3)
    """Reflectance of the ground, which brightens the sky; in [0, 1]. The ground itself is black."""
    sky_scale: float = 1.0
    """Factor on the sky's radiance, 0 for none."""
    sun_scale: float = 1.0
    """Factor on the sun's radiance, 0 for none."""
    sun_aperture: float = 0.5358
    """Angular diameter of the sun in degrees; its irradiance does not depend on it."""


class _Table(NamedTuple):
    """Contents of TABLE, float64."""

    sky: np.ndarray
    """(10, 2, 3, 6, 10) by turbidity 1 to 10, albedo 0 or 1, channel, control point of the Bezier
    curve, and parameter: A to I of the paper's eq. 8, and the factor of all."""
    sun: np.ndarray
    """(10, N, 3) irradiance, W m^-2 nm^-1, by turbidity, elevation and channel."""
    sun_elevations: np.ndarray
    """(N,) degrees."""


def bake_hosek_sky(settings: HosekSettings, height: int | None = None) -> Environment:
    """Environment of `height` rows and twice as many columns; black below the horizon.

    The sun is at least three pixels wide; where that is wider than the real sun, its radiance is
    lowered to keep its irradiance. Without `height` as many rows as that needs, within HEIGHTS.
    Black if the sun is not above the horizon. ValueError as for `sky_radiance`.
    """
    frame = up_rotation(settings.zenith)
    sun = np.array(settings.sun_direction, dtype=np.float64) @ frame
    sun /= np.linalg.norm(sun)
    radius = math.radians(settings.sun_aperture / 2.0)
    if height is None:
        needed = math.ceil(MIN_SUN_RADIUS * math.pi / radius) if settings.sun_scale > 0.0 else 0
        height = HEIGHTS[1] if needed > HEIGHTS[0] else HEIGHTS[0]
    directions, solid_angles = texel_grid(height)
    image = np.zeros((height, 2 * height, 3), np.float32)
    upper = slice(0, height // 2)
    if settings.sky_scale > 0.0:
        sky = sky_radiance(directions[upper], sun, settings.turbidity, settings.albedo)
        image[upper] = settings.sky_scale * sky
    if settings.sun_scale > 0.0:
        elevation = math.degrees(math.asin(min(max(sun[1], -1.0), 1.0)))
        coverage = sun_coverage(directions, sun, radius)
        irradiance = settings.sun_scale * sun_irradiance(elevation, settings.turbidity)
        # What the horizon hides of the disk is lost, so the whole disk is the divisor.
        share = coverage[upper] / np.sum(coverage * solid_angles)
        image[upper] += share[..., None] * irradiance
    return Environment(
        image=image,
        to_world=None if np.allclose(frame, np.eye(3)) else frame,
        name=f"Hosek-Wilkie sky, turbidity {settings.turbidity:g}",
    )


def sky_radiance(
    directions: np.ndarray, sun: np.ndarray, turbidity: float, albedo: RGB
) -> np.ndarray:
    """(..., 3) linear RGB >= 0 of the sky without the sun, W m^-2 sr^-1 nm^-1 (2012, eq. 8).

    Args:
        directions: (..., 3) unit, y up; 0 is returned below the horizon.
        sun: (3,) unit direction towards the sun; the sky is black if it is not above the horizon.
        turbidity: within TURBIDITIES, else ValueError.
        albedo: of the ground, per channel, in [0, 1], else ValueError.
    """
    if min(albedo) < 0.0 or max(albedo) > 1.0:
        raise ValueError(f"albedo {albedo} is outside [0, 1]")
    nodes = _between_turbidities(_table().sky, turbidity)
    radiance = np.zeros(directions.shape)
    if sun[1] <= 0.0:
        return radiance
    curves = np.tensordot(bernstein(math.degrees(math.asin(min(sun[1], 1.0)))), nodes, (0, 2))
    cos_theta = np.maximum(directions[..., 1], 0.0)
    cos_gamma = np.clip(directions @ sun, -1.0, 1.0)
    gamma, square, root = np.arccos(cos_gamma), cos_gamma**2, np.sqrt(cos_theta)
    for channel in range(3):
        weight = albedo[channel]
        black, white = curves[:, channel]
        a, b, c, d, e, f, g, h, i, scale = (1.0 - weight) * black + weight * white
        base = 1.0 + h * h - 2.0 * h * cos_gamma
        gradient = 1.0 + a * np.exp(b / (cos_theta + HORIZON_OFFSET))
        around_sun = d * np.exp(e * gamma) + g * (1.0 + square) / (base * np.sqrt(base))
        value = scale * gradient * (c + around_sun + f * square + i * root)
        radiance[..., channel] = np.where(directions[..., 1] >= 0.0, np.maximum(value, 0.0), 0.0)
    return radiance


def sun_irradiance(elevation: float, turbidity: float) -> np.ndarray:
    """(3,) irradiance >= 0, W m^-2 nm^-1, of a plane that faces the sun (2013).

    Args:
        elevation: of the sun in degrees; below 2 the sun is as bright as at 2, as in Mitsuba, and
            black at 0 and below.
        turbidity: within TURBIDITIES, else ValueError.
    """
    nodes = _between_turbidities(_table().sun, turbidity)
    if elevation <= 0.0:
        return np.zeros(3)
    heights = _table().sun_elevations
    values = np.array([np.interp(elevation, heights, nodes[:, c]) for c in range(3)])
    return np.maximum(values, 0.0)


def bernstein(elevation: float) -> np.ndarray:
    """(6,) weights of the control points at an elevation of the sun in degrees, 0 to 90."""
    x = (elevation / 90.0) ** (1.0 / 3.0)
    return np.array(
        [
            math.comb(ELEVATION_DEGREE, k) * (1.0 - x) ** (ELEVATION_DEGREE - k) * x**k
            for k in range(ELEVATION_DEGREE + 1)
        ]
    )


def _between_turbidities(values: np.ndarray, turbidity: float) -> np.ndarray:
    """Linear interpolation along axis 0, which is turbidity 1 to 10."""
    if not TURBIDITIES[0] <= turbidity <= TURBIDITIES[1]:
        raise ValueError(f"turbidity {turbidity:g} is outside {TURBIDITIES}")
    low = min(int(turbidity), 9)
    mixed: np.ndarray = values[low - 1] + (turbidity - low) * (values[low] - values[low - 1])
    return mixed


@functools.cache
def _table() -> _Table:
    with np.load(TABLE) as file:
        return _Table(*(file[name].astype(np.float64) for name in _Table._fields))
