"""Shadow terminator of mapped normals, and light that leaks through the smooth surface."""

import numpy as np
import taichi as ti

from renderer.bsdfs.dispatch import terminator
from renderer.bsdfs.records import BSDF

vec3 = ti.types.vector(3, ti.f32)
vectors = ti.types.ndarray(dtype=vec3, ndim=1)
scalars = ti.types.ndarray(dtype=ti.f32, ndim=1)


@ti.kernel
def terminators(smooth_normal: vec3, wo: vectors, out: scalars):
    """`terminator` for each direction."""
    for i in wo:
        bsdf = BSDF(smooth_normal=smooth_normal)
        out[i] = terminator(bsdf, wo[i])


def _factors(tilt: float, angles: np.ndarray) -> np.ndarray:
    """Factors for directions at `angles` from the mapped normal, the smooth one at -tilt."""
    wo = np.stack([np.sin(angles), 0 * angles, np.cos(angles)], 1).astype(np.float32)
    out = np.zeros(len(wo), np.float32)
    terminators(vec3(-np.sin(tilt), 0.0, np.cos(tilt)), wo, out)
    return out


def test_factor_is_one_without_a_tilt() -> None:
    assert (_factors(0.0, np.linspace(-1.5, 1.5, 20)) == 1.0).all()


def test_factor_matches_the_published_formula() -> None:
    tilt, angles = 0.5, np.linspace(-1.5, 1.0, 20)
    alpha2 = min(0.125 * np.tan(tilt) ** 2, 1.0)
    expected = 2 / (1 + np.sqrt(1 + alpha2 * np.tan(angles + tilt) ** 2))
    np.testing.assert_allclose(_factors(tilt, angles), expected, rtol=1e-4)


def test_light_from_below_the_smooth_surface_is_blocked() -> None:
    # 80 degrees from the mapped normal, so 109 degrees from the smooth one.
    assert _factors(0.5, np.radians([80.0]))[0] == 0.0
