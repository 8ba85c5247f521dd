"""Integrates how much light a rough dielectric coat lets through, for the plastic BSDF.

Host code. Visible normals of GGX or Beckmann are integrated by quadrature; masked light is lost, as
in the BSDF itself (single scattering), so coat and base together never create energy.
"""

from __future__ import annotations

import functools

import numpy as np

from renderer.bsdf_plastic import TABLE_SIZE
from scenes.materials import Distribution

QUADRATURE = 48  # Gauss-Legendre nodes per dimension


def fresnel(cos_i: np.ndarray, eta: float) -> np.ndarray:
    """Unpolarised reflectance; eta is transmitted over incident."""
    c = np.clip(np.abs(cos_i), 0.0, 1.0)
    sin2_t = (1 - c**2) / eta**2
    cos_t = np.sqrt(np.clip(1 - sin2_t, 0, None))
    parallel = (eta * c - cos_t) / (eta * c + cos_t)
    perpendicular = (c - eta * cos_t) / (c + eta * cos_t)
    return np.where(sin2_t >= 1, 1.0, 0.5 * (parallel**2 + perpendicular**2))


def smooth_internal_reflectance(ior: float) -> float:
    """Hemispherical reflectance of the smooth interface seen from inside, cosine-weighted."""
    mu, weight = _quadrature(512)
    return float(np.sum(2 * mu * fresnel(mu, 1 / ior) * weight))


def coat_transmittance_table(alpha: float, ior: float, distribution: Distribution) -> np.ndarray:
    """(TABLE_SIZE,) transmittance in [0, 1] over cos(theta) from 0 to 1."""
    mu = np.maximum(np.linspace(0, 1, TABLE_SIZE), 1e-3)
    return _directional(mu, alpha, ior, distribution, is_transmitted=True).astype(np.float32)


def rough_internal_reflectance(alpha: float, ior: float, distribution: Distribution) -> float:
    """Hemispherical reflectance of the rough interface seen from inside, cosine-weighted."""
    mu, weight = _quadrature(64)
    return float(
        np.sum(
            2 * mu * weight * _directional(mu, alpha, 1 / ior, distribution, is_transmitted=False)
        )
    )


@functools.cache
def _quadrature(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return (nodes + 1) / 2, weights / 2


def _directional(
    mu: np.ndarray, alpha: float, eta: float, distribution: Distribution, is_transmitted: bool
) -> np.ndarray:
    """Share of light from cos(theta) = mu that is reflected (or transmitted), (N,).

    The GGX case integrates over visible normals (Heitz 2018), where the weight is F G1(wo);
    Beckmann is reached by the ratio of densities.
    """
    u, weight = _quadrature(QUADRATURE)
    u1, u2 = np.meshgrid(u, u, indexing="ij")
    result = np.empty_like(mu)
    for index, cos_theta in enumerate(mu):
        wi = np.array([np.sqrt(1 - cos_theta**2), 0.0, cos_theta])
        m = _visible_normals(wi, alpha, u1, u2)
        wo = _scatter(wi, m, eta, is_transmitted)
        f = fresnel(m @ wi, eta)
        share = (1 - f if is_transmitted else f) * _g1(wo, m, alpha, distribution)
        if distribution is Distribution.BECKMANN:
            share = share * _beckmann_over_ggx(m, alpha) * _g1(wi, m, alpha, distribution)
            share = share / np.maximum(_g1(wi, m, alpha, Distribution.GGX), 1e-12)
        result[index] = np.sum(weight[:, None] * weight[None, :] * share)
    return np.clip(result, 0.0, 1.0)


def _visible_normals(wi: np.ndarray, alpha: float, u1: np.ndarray, u2: np.ndarray) -> np.ndarray:
    """GGX normals (..., 3) seen from wi (Heitz 2018, listing 1); wi lies in the xz plane."""
    v = np.array([alpha * wi[0], 0.0, wi[2]])
    v = v / np.linalg.norm(v)
    t1 = np.array([0.0, 1.0, 0.0]) if v[0] > 1e-7 else np.array([1.0, 0.0, 0.0])
    t2 = np.cross(v, t1)
    r, angle = np.sqrt(u1), 2 * np.pi * u2
    p1 = r * np.cos(angle)
    s = 0.5 * (1 + v[2])
    p2 = (1 - s) * np.sqrt(1 - p1**2) + s * r * np.sin(angle)
    p3 = np.sqrt(np.clip(1 - p1**2 - p2**2, 0, None))
    n = p1[..., None] * t1 + p2[..., None] * t2 + p3[..., None] * v
    m = np.stack([alpha * n[..., 0], alpha * n[..., 1], np.maximum(n[..., 2], 1e-7)], axis=-1)
    return m / np.linalg.norm(m, axis=-1, keepdims=True)


def _scatter(wi: np.ndarray, m: np.ndarray, eta: float, is_transmitted: bool) -> np.ndarray:
    """Reflected or refracted directions (..., 3)."""
    c = m @ wi
    if not is_transmitted:
        return 2 * c[..., None] * m - wi
    cos_t = np.sqrt(np.clip(1 - (1 - c**2) / eta**2, 0, None))
    return (c / eta - cos_t)[..., None] * m - wi / eta


def _g1(w: np.ndarray, m: np.ndarray, alpha: float, distribution: Distribution) -> np.ndarray:
    """Smith masking, as `microfacet.smith_g1`."""
    z = w[..., 2]
    side = np.sum(w * m, axis=-1) * z > 0
    tan = np.sqrt(np.clip(1 - z**2, 0, None)) / np.maximum(np.abs(z), 1e-9)
    if distribution is Distribution.GGX:
        g = 2 / (1 + np.sqrt(1 + (alpha * tan) ** 2))
    else:
        a = 1 / np.maximum(alpha * tan, 1e-9)
        g = np.where(a < 1.6, (3.535 * a + 2.181 * a**2) / (1 + 2.276 * a + 2.577 * a**2), 1.0)
    return np.where(side, g, 0.0)


def _beckmann_over_ggx(m: np.ndarray, alpha: float) -> np.ndarray:
    """Ratio of the normal densities."""
    x = (1 - m[..., 2] ** 2) / (m[..., 2] * alpha) ** 2
    return np.exp(-x) * (1 + x) ** 2
