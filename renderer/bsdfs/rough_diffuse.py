"""Diffuse reflection of facets: the qualitative model with interreflection (Oren and Nayar 1994).

Device code; BSDFs follow the contract in `renderer.bsdfs.records`. `alpha.x` is the standard
deviation of the facets' slope angles in radians.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import no_value

vec3 = ti.types.vector(3, ti.f32)


@ti.func
def rough_diffuse_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Value times cos(theta_o); pdf cos(theta_o) / pi."""
    result = no_value()
    if wi.z > 0.0 and wo.z > 0.0:
        s2 = bsdf.alpha.x * bsdf.alpha.x
        theta_i, theta_o = ti.acos(ti.min(wi.z, 1.0)), ti.acos(ti.min(wo.z, 1.0))
        larger, smaller = ti.max(theta_i, theta_o), ti.min(theta_i, theta_o)
        sines = ti.sin(theta_i) * ti.sin(theta_o)
        cos_phi = 0.0
        if sines > 1e-8:
            cos_phi = ti.min(ti.max((wi.x * wo.x + wi.y * wo.y) / sines, -1.0), 1.0)
        ratio = 2.0 * smaller / pi
        bend = ti.sin(larger) - ti.select(cos_phi < 0.0, ratio * ratio * ratio, 0.0)
        c1 = 1.0 - 0.5 * s2 / (s2 + 0.33)
        c2 = 0.45 * s2 / (s2 + 0.09) * bend
        product = 4.0 * larger * smaller / (pi * pi)
        c3 = 0.125 * s2 / (s2 + 0.09) * product * product
        # The tangent of the smaller angle is finite, as that angle is at most the larger one.
        single = c1 + cos_phi * c2 * ti.min(ti.tan(smaller), 1e4)
        single += (1.0 - abs(cos_phi)) * c3 * ti.tan(0.5 * (larger + smaller))
        double = 0.17 * s2 / (s2 + 0.13) * (1.0 - cos_phi * ratio * ratio)
        result.value = bsdf.reflectance * (single + bsdf.reflectance * double) * (wo.z / pi)
        result.pdf = wo.z / pi
    return result
