"""Transmittance and internal reflectance of dielectric coats, for the plastic BSDF.

Host code. Visible normals of GGX or Beckmann are integrated by quadrature; masked light is lost, as
in the BSDF itself (single scattering), so coat and base together never create energy.
"""

from __future__ import annotations

import functools

import numpy as np

from renderer.tables.layout import COAT_TABLE_SIZE
from scenes.model.materials import Distribution

QUADRATURE = (48, 24)  # Gauss-Legendre nodes over squared radius and half of the azimuths


def fresnel(cos_i: np.ndarray, eta: float) -> np.ndarray:
    """Unpolarised reflectance in [0, 1], shape of `cos_i`, whose sign is ignored.

    Args:
        eta: transmitted over incident index.
    """
    c = np.clip(np.abs(cos_i), 0.0, 1.0)
    sin2_t = (1 - c**2) / eta**2
    cos_t = np.sqrt(np.clip(1 - sin2_t, 0, None))
    parallel = (eta * c - cos_t) / (eta * c + cos_t)
    perpendicular = (c - eta * cos_t) / (c + eta * cos_t)
    return np.where(sin2_t >= 1, 1.0, 0.5 * (parallel**2 + perpendicular**2))


def smooth_internal_reflectance(ior: float) -> float:
    """Hemispherical reflectance of the smooth interface seen from inside, cosine-weighted.

    Args:
        ior: index inside over outside.
    """
    mu, weight = _quadrature(512)
    return float(np.sum(2 * mu * fresnel(mu, 1 / ior) * weight))


def coat_transmittance_table(alpha: float, ior: float, distribution: Distribution) -> np.ndarray:
    """(COAT_TABLE_SIZE,) float32 transmittance in [0, 1] of light from outside, at equal steps of
    cos(theta) from 0 to 1.

    Args:
        alpha: microfacet width, > 0.
        ior: index inside over outside.
    """
    mu = np.maximum(np.linspace(0, 1, COAT_TABLE_SIZE), 1e-3)
    return _directional(mu, alpha, ior, distribution, is_transmitted=True).astype(np.float32)


def rough_internal_reflectance(alpha: float, ior: float, distribution: Distribution) -> float:
    """Hemispherical reflectance of the rough interface seen from inside, cosine-weighted.

    The mean over COAT_TABLE_SIZE equal steps of cos(theta), as Mitsuba 3.9.1's roughplastic takes
    it; it is 1 to 2 % below the integral. Arguments as for `coat_transmittance_table`.
    """
    mu = np.maximum(np.linspace(0, 1, COAT_TABLE_SIZE), 1e-3)
    reflectance = _directional(mu, alpha, 1 / ior, distribution, is_transmitted=False)
    return float(np.mean(2 * mu * reflectance))


@functools.cache
def _quadrature(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


def _directional(
    mu: np.ndarray, alpha: float, eta: float, distribution: Distribution, is_transmitted: bool
) -> np.ndarray:
    """(N,) fraction of light from cos(theta) = mu that is reflected (or transmitted).

    GGX is integrated over visible normals (Heitz 2018), where the weight is F G1(wo); Beckmann
    reweights these normals by the ratio of densities. The integrand is symmetric about the plane of
    incidence, so half of the azimuths suffice.
    """
    (radius, weight), (azimuth, weight2) = map(_quadrature, QUADRATURE)
    u1, u2 = np.meshgrid(radius, (azimuth - 0.5) / 2, indexing="ij")
    cos = mu[:, None, None]
    normal_z, cos_m = _visible_normals(cos, alpha, u1, u2)
    f = fresnel(cos_m, eta)
    if is_transmitted:
        cos_t = np.sqrt(np.clip(1 - (1 - cos_m**2) / eta**2, 0, None))
        out_z, out_m = (cos_m / eta - cos_t) * normal_z - cos / eta, -cos_t
    else:
        out_z, out_m = 2 * cos_m * normal_z - cos, cos_m
    fraction = (1 - f if is_transmitted else f) * _g1(out_z, out_m, alpha, distribution)
    if distribution is Distribution.BECKMANN:
        fraction *= _beckmann_over_ggx(normal_z, alpha) * _g1(cos, cos_m, alpha, distribution)
        fraction /= np.maximum(_g1(cos, cos_m, alpha, Distribution.GGX), 1e-12)
    return np.clip(np.einsum("nij,i,j->n", fraction, weight, weight2), 0.0, 1.0)


def _visible_normals(
    cos: np.ndarray, alpha: float, u1: np.ndarray, u2: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(z, cosine to the direction) of GGX normals visible from a direction in the xz plane (Heitz
    2018, listing 1).

    Args:
        cos: z of the direction, (N, 1, 1).
        u1, u2: (I, J) in the unit square.
    """
    sin = np.sqrt(1 - cos**2)
    length = np.sqrt((alpha * sin) ** 2 + cos**2)
    x, z = alpha * sin / length, cos / length  # stretched; the tangents are y and (-z, 0, x)
    r, angle = np.sqrt(u1), 2 * np.pi * u2
    p1 = r * np.cos(angle)
    s = 0.5 * (1 + z)
    p2 = (1 - s) * np.sqrt(1 - p1**2) + s * r * np.sin(angle)
    p3 = np.sqrt(np.clip(1 - p1**2 - p2**2, 0, None))
    normal_x, normal_z = alpha * (p3 * x - p2 * z), np.maximum(p2 * x + p3 * z, 1e-7)
    length = np.sqrt(normal_x**2 + (alpha * p1) ** 2 + normal_z**2)
    normal_z /= length
    return normal_z, normal_x / length * sin + normal_z * cos


def _g1(z: np.ndarray, cos_m: np.ndarray, alpha: float, distribution: Distribution) -> np.ndarray:
    """Smith masking as in `microfacet.smith_g1`, from a direction's z and cosine to the normal."""
    tan = np.sqrt(np.clip(1 - z**2, 0, None)) / np.maximum(np.abs(z), 1e-9)
    if distribution is Distribution.GGX:
        g = 2 / (1 + np.sqrt(1 + (alpha * tan) ** 2))
    else:
        a = 1 / np.maximum(alpha * tan, 1e-9)
        g = np.where(a < 1.6, (3.535 * a + 2.181 * a**2) / (1 + 2.276 * a + 2.577 * a**2), 1.0)
    return np.where(cos_m * z > 0, g, 0.0)


def _beckmann_over_ggx(z: np.ndarray, alpha: float) -> np.ndarray:
    """Ratio of the Beckmann to the GGX density of a normal with this z."""
    x = (1 - z**2) / (z * alpha) ** 2
    return np.exp(-x) * (1 + x) ** 2
