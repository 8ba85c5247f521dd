"""Metal: a perfect mirror, or isotropic microfacets (Walter 2007, eq. 20), GGX or Beckmann.

Device code; BSDFs follow the contract in `renderer.bsdfs.records`. The Fresnel term is that of a
complex index. Single scattering between facets only: rough metal loses some energy.
"""

import taichi as ti

from renderer.bsdfs.fresnel import fresnel_conductor
from renderer.bsdfs.fresnel import reflect
from renderer.bsdfs.microfacet import normal_density
from renderer.bsdfs.microfacet import sample_visible_normal
from renderer.bsdfs.microfacet import shadowing
from renderer.bsdfs.microfacet import visible_normal_pdf
from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFSample
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import delta_sample
from renderer.bsdfs.records import direction_sample
from renderer.bsdfs.records import no_sample
from renderer.bsdfs.records import no_value

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def conductor_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Sample the mirror direction, a delta lobe, weighted by the reflectance; `u` is unused."""
    result = no_sample()
    if wi.z > 0.0:
        weight = bsdf.reflectance * fresnel_conductor(wi.z, bsdf.eta, bsdf.k)
        result = delta_sample(vec3(-wi.x, -wi.y, wi.z), 1.0, weight)
    return result


@ti.func
def rough_conductor_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Value R F D G / (4 cos(theta_i)), in which cos(theta_o) has cancelled, with the reflectance
    R; pdf of GGX's visible normals, also for Beckmann, times the Jacobian 1 / (4 wi.m) of
    reflection, with the half vector m.
    """
    result = no_value()
    if wi.z > 0.0 and wo.z > 0.0:
        m = (wi + wo).normalized()
        cos_m = wi.dot(m)
        d = normal_density(m, bsdf.alpha, bsdf.distribution)
        g = shadowing(wi, wo, m, bsdf.alpha, bsdf.distribution)
        f = fresnel_conductor(cos_m, bsdf.eta, bsdf.k)
        result.value = bsdf.reflectance * f * (d * g / (4.0 * wi.z))
        result.pdf = visible_normal_pdf(wi, m, bsdf.alpha) / (4.0 * cos_m)
    return result


@ti.func
def rough_conductor_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Reflect about a visible normal: a direction without pdf, perhaps below the surface."""
    result = no_sample()
    if wi.z > 0.0:
        m = sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z))
        result = direction_sample(reflect(wi, m))
    return result
