"""Lambertian reflection: reflectance / pi on the upper side.

Device code.
"""

import taichi as ti

from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFSample
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import direction_sample
from renderer.sampling.warp import cosine_hemisphere_pdf
from renderer.sampling.warp import square_to_cosine_hemisphere

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def diffuse_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Value reflectance cos(theta_o) / pi, pdf cos(theta_o) / pi; 0 unless wi and wo are above."""
    pdf = ti.select(wi.z > 0.0, cosine_hemisphere_pdf(wo), 0.0)
    return BSDFValue(value=bsdf.reflectance * pdf, pdf=pdf)


@ti.func
def diffuse_sample(u: vec3) -> BSDFSample:
    """Sample a cosine-weighted direction."""
    return direction_sample(square_to_cosine_hemisphere(vec2(u.y, u.z)))
