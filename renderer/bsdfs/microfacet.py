"""Anisotropic microfacet distributions, GGX and Beckmann; `alpha` is the width along x and y.

Device code. Both are sampled by GGX's visible normals (Heitz 2018): the ratio of Beckmann's
density to GGX's at equal alpha never exceeds 4 / e = 1.47, so one exact routine serves both and
weights stay small.
"""

import taichi as ti
from taichi.math import pi

from renderer.tables.layout import BECKMANN
from renderer.tables.layout import GGX

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def normal_density(m: vec3, alpha: vec2, distribution: ti.i32) -> ti.f32:
    """D(m), per solid angle of m (Walter 2007, eq. 25 and 33); 0 below the horizon."""
    density = 0.0
    if m.z > 0.0:
        c2 = m.z * m.z
        mx, my = m.x / alpha.x, m.y / alpha.y
        x = (mx * mx + my * my) / c2
        shape = 1.0 / ((1.0 + x) * (1.0 + x))
        if distribution == BECKMANN:
            shape = ti.exp(-x)
        density = shape / (pi * alpha.x * alpha.y * c2 * c2)
    return density


@ti.func
def smith_g1(w: vec3, m: vec3, alpha: vec2, distribution: ti.i32) -> ti.f32:
    """Masking of one direction in [0, 1] (Walter 2007, eq. 34 for GGX, eq. 27 for Beckmann)."""
    g = 0.0
    if w.dot(m) * w.z > 0.0:
        wx, wy = alpha.x * w.x, alpha.y * w.y
        tan2 = (wx * wx + wy * wy) / (w.z * w.z)  # with alpha^2 as a factor
        if distribution == BECKMANN:
            g = 1.0
            a = 1.0 / (ti.sqrt(tan2) + 1e-20)
            if a < 1.6:
                g = (3.535 * a + 2.181 * a * a) / (1.0 + 2.276 * a + 2.577 * a * a)
        else:
            g = 2.0 / (1.0 + ti.sqrt(1.0 + tan2))
    return g


@ti.func
def shadowing(wi: vec3, wo: vec3, m: vec3, alpha: vec2, distribution: ti.i32) -> ti.f32:
    """Separable Smith term G(wi, wo) in [0, 1] (Walter 2007, eq. 23)."""
    return smith_g1(wi, m, alpha, distribution) * smith_g1(wo, m, alpha, distribution)


@ti.func
def sample_visible_normal(wi: vec3, alpha: vec2, u: vec2) -> vec3:
    """Sample a GGX normal visible from wi, wi.z > 0 (Heitz 2018, listing 1)."""
    v = vec3(alpha.x * wi.x, alpha.y * wi.y, wi.z).normalized()
    length2 = v.x * v.x + v.y * v.y
    t1 = vec3(1.0, 0.0, 0.0)
    if length2 > 1e-14:
        t1 = vec3(-v.y, v.x, 0.0) / ti.sqrt(length2)
    t2 = v.cross(t1)
    r = ti.sqrt(u.x)
    angle = 2.0 * pi * u.y
    p1 = r * ti.cos(angle)
    s = 0.5 * (1.0 + v.z)
    p2 = (1.0 - s) * ti.sqrt(ti.max(0.0, 1.0 - p1 * p1)) + s * r * ti.sin(angle)
    n = p1 * t1 + p2 * t2 + ti.sqrt(ti.max(0.0, 1.0 - p1 * p1 - p2 * p2)) * v
    return vec3(alpha.x * n.x, alpha.y * n.y, ti.max(n.z, 1e-7)).normalized()


@ti.func
def visible_normal_pdf(wi: vec3, m: vec3, alpha: vec2) -> ti.f32:
    """Density of `sample_visible_normal` per solid angle of m (Heitz 2018, eq. 3)."""
    return normal_density(m, alpha, GGX) * smith_g1(wi, m, alpha, GGX) * abs(wi.dot(m)) / wi.z
