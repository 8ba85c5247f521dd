"""Lambertian reflection: reflectance / pi on the upper side.

Device code.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdf_record import Bsdf
from renderer.bsdf_record import BSDFSample
from renderer.warp import cosine_hemisphere_pdf
from renderer.warp import square_to_cosine_hemisphere

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def diffuse_eval(bsdf: Bsdf, wi: vec3, wo: vec3) -> vec3:
    """Value times cosine; 0 unless both directions are above the surface."""
    return ti.select(wi.z > 0.0 and wo.z > 0.0, bsdf.reflectance * (wo.z / pi), vec3(0.0))


@ti.func
def diffuse_pdf(bsdf: Bsdf, wi: vec3, wo: vec3) -> ti.f32:
    """Cosine-weighted."""
    return ti.select(wi.z > 0.0, cosine_hemisphere_pdf(wo), 0.0)


@ti.func
def diffuse_sample(bsdf: Bsdf, wi: vec3, u: vec3) -> BSDFSample:
    """The weight is the reflectance itself."""
    wo = square_to_cosine_hemisphere(vec2(u.y, u.z))
    pdf = diffuse_pdf(bsdf, wi, wo)
    return BSDFSample(
        wo=wo, pdf=pdf, weight=ti.select(pdf > 0.0, bsdf.reflectance, vec3(0.0)), is_delta=0
    )
