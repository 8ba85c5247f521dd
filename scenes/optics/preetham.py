"""Clear daylight: Preetham's sky and sun, baked into an equirectangular environment.

Host code. Preetham, Shirley and Smits, "A Practical Analytic Model for Daylight", SIGGRAPH 1999:
the sky by appendix A.2, the sun through its atmosphere (appendix A.1) at one wavelength per
channel. Left out: absorption by water vapour and mixed gases, limb darkening of the sun.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scenes.model.description import Environment
from scenes.optics.sky_image import sun_coverage
from scenes.optics.sky_image import texel_grid
from scenes.optics.sky_image import up_rotation

LUMINANCE_TO_RADIANCE = 1000.0 / (683.0 * 106.857)
"""kcd m^-2 to W m^-2 sr^-1 nm^-1 weighted by CIE Y: 683 lm/W, and Y's integral is 106.857 nm."""
WAVELENGTHS = np.array([0.610, 0.550, 0.465])
"""Micrometres: wavelengths that represent red, green and blue."""
SUN_IRRADIANCE = np.array([1.73, 1.87, 2.04])
"""W m^-2 nm^-1 at these wavelengths outside the atmosphere (ASTM E490)."""
OZONE_ABSORPTION = np.array([0.122, 0.085, 0.009])
"""cm^-1 at these wavelengths (Chappuis band)."""
OZONE_COLUMN = 0.35
"""cm at normal temperature and pressure."""
SUN_RADIUS = math.radians(0.2669)
"""Angular radius of the sun, radians."""
XYZ_TO_RGB = np.array(
    [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
)
"""CIE XYZ to linear RGB with Rec. 709 primaries (IEC 61966-2-1)."""


@dataclass(frozen=True)
class SkySettings:
    """Parameters of daylight."""

    sun_direction: tuple[float, float, float]
    """Towards the sun, world space; normalised when used."""
    zenith: tuple[float, float, float] = (0.0, 1.0, 0.0)
    """Up direction, world space; normalised when used."""
    turbidity: float = 3.0
    """Haze: 2 very clear, 3 clear, 6 hazy; the model is valid from 1.7 to 10."""
    sky_scale: float = 1.0
    """Factor on the sky's radiance, 0 for none."""
    sun_scale: float = 1.0
    """Factor on the sun's radiance, 0 for none."""
    ground_albedo: float = 0.0
    """Reflectance of the lower half, lit by the sky and the sun; 0 leaves it black."""


def bake_sky(settings: SkySettings, height: int = 512) -> Environment:
    """Environment of `height` rows and twice as many columns.

    The sun is at least three pixels wide; where that is wider than the real sun, its radiance is
    lowered to keep its irradiance.
    """
    frame = up_rotation(settings.zenith)
    sun = np.array(settings.sun_direction, dtype=np.float64) @ frame
    sun /= np.linalg.norm(sun)
    directions, solid_angles = texel_grid(height)
    image = np.zeros((height, 2 * height, 3))
    # The model ends at the horizon: for a lower sun the sky of a setting sun is used.
    high_sun = np.array([sun[0], max(sun[1], 0.01), sun[2]])
    high_sun /= np.linalg.norm(high_sun)
    upper = directions[..., 1] > 0.0
    image[upper] = settings.sky_scale * sky_radiance(
        directions[upper], high_sun, settings.turbidity
    )
    if sun[1] > 0.0:
        irradiance = settings.sun_scale * sun_irradiance(math.acos(sun[1]), settings.turbidity)
        image += _sun_disk(directions, solid_angles, sun)[..., None] * irradiance
    weights = np.where(upper, directions[..., 1] * solid_angles, 0.0)
    ground = settings.ground_albedo / math.pi * np.einsum("hw,hwc->c", weights, image)
    image[~upper] = ground
    return Environment(
        image=image.astype(np.float32),
        to_world=None if np.allclose(frame, np.eye(3)) else frame,
        name=f"sky, turbidity {settings.turbidity:g}",
    )


def sky_radiance(directions: np.ndarray, sun: np.ndarray, turbidity: float) -> np.ndarray:
    """(N, 3) linear RGB, W m^-2 sr^-1 nm^-1, for (N, 3) directions with y > 0 up."""
    theta_sun = math.acos(float(np.clip(sun[1], -1.0, 1.0)))
    cos_theta = np.maximum(directions[:, 1], 1e-3)
    gamma = np.arccos(np.clip(directions @ sun, -1.0, 1.0))
    zenith = _zenith(theta_sun, turbidity)
    values = []
    for coefficients, zenith_value in zip(_perez_coefficients(turbidity), zenith):
        here = _perez(coefficients, cos_theta, gamma)
        overhead = _perez(coefficients, np.ones(1), np.array([theta_sun]))
        values.append(zenith_value * here / overhead)
    luminance, x, y = values
    xyz = np.stack([x / y, np.ones_like(x), (1.0 - x - y) / y], axis=-1)
    rgb = (luminance * LUMINANCE_TO_RADIANCE)[:, None] * xyz @ XYZ_TO_RGB.T
    return np.maximum(rgb, 0.0)


def sun_irradiance(theta: float, turbidity: float) -> np.ndarray:
    """(3,) irradiance, W m^-2 nm^-1, of a plane facing the sun at zenith angle `theta`, radians."""
    degrees = math.degrees(theta)
    # Relative optical mass (Preetham 1999, appendix A.1).
    mass = 1.0 / (math.cos(theta) + 0.15 * (93.885 - degrees) ** -1.253)
    aerosol = 0.04608 * turbidity - 0.04586
    depth = (
        0.008735 * WAVELENGTHS**-4.08
        + aerosol * WAVELENGTHS**-1.3
        + OZONE_ABSORPTION * OZONE_COLUMN
    )
    return SUN_IRRADIANCE * np.exp(-depth * mass)


def _sun_disk(directions: np.ndarray, solid_angles: np.ndarray, sun: np.ndarray) -> np.ndarray:
    """(H, W) radiance of a disk that gives irradiance 1 to a plane that faces it."""
    coverage = sun_coverage(directions, sun, SUN_RADIUS)
    coverage = np.where(directions[..., 1] > 0.0, coverage, 0.0)
    total = float(np.sum(coverage * solid_angles * np.maximum(directions @ sun, 0.0)))
    return coverage / total if total > 0.0 else coverage


def _perez(c: np.ndarray, cos_theta: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    """Perez' distribution (Preetham 1999, eq. 3)."""
    gradient = 1.0 + c[0] * np.exp(c[1] / cos_theta)
    return gradient * (1.0 + c[2] * np.exp(c[3] * gamma) + c[4] * np.cos(gamma) ** 2)


def _perez_coefficients(turbidity: float) -> np.ndarray:
    """(3, 5) for luminance, x and y (Preetham 1999, appendix A.2)."""
    slopes = [
        [0.1787, -0.3554, -0.0227, 0.1206, -0.0670],
        [-0.0193, -0.0665, -0.0004, -0.0641, -0.0033],
        [-0.0167, -0.0950, -0.0079, -0.0441, -0.0109],
    ]
    offsets = [
        [-1.4630, 0.4275, 5.3251, -2.5771, 0.3703],
        [-0.2592, 0.0008, 0.2125, -0.8989, 0.0452],
        [-0.2608, 0.0092, 0.2102, -1.6537, 0.0529],
    ]
    return turbidity * np.array(slopes) + np.array(offsets)


def _zenith(theta: float, turbidity: float) -> tuple[float, float, float]:
    """Luminance in kcd m^-2 and chromaticity x, y overhead (Preetham 1999, appendix A.2)."""
    chi = (4.0 / 9.0 - turbidity / 120.0) * (math.pi - 2.0 * theta)
    luminance = (4.0453 * turbidity - 4.9710) * math.tan(chi) - 0.2155 * turbidity + 2.4192
    powers = np.array([theta**3, theta**2, theta, 1.0])
    haze = np.array([turbidity**2, turbidity, 1.0])
    x = [
        [0.00166, -0.00375, 0.00209, 0.0],
        [-0.02903, 0.06377, -0.03202, 0.00394],
        [0.11693, -0.21196, 0.06052, 0.25886],
    ]
    y = [
        [0.00275, -0.00610, 0.00317, 0.0],
        [-0.04214, 0.08970, -0.04153, 0.00516],
        [0.15346, -0.26756, 0.06670, 0.26688],
    ]
    return (
        max(luminance, 0.0),
        float(haze @ np.array(x) @ powers),
        float(haze @ np.array(y) @ powers),
    )
