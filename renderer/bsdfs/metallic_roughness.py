"""glTF 2.0 metallic-roughness: GGX reflection over a diffuse base, mixed by `metallic`.

Device code. glTF 2.0 specification, appendix B.3, with separable instead of height-correlated Smith
shadowing and a base that conserves energy (`base_transmittance`). Transmission
(KHR_materials_transmission) is that of a thin wall: undeflected, tinted by the base colour; its
blur by roughness is not modelled.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.fresnel import fresnel_schlick
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
from renderer.sampling.warp import cosine_hemisphere_pdf
from renderer.sampling.warp import square_to_cosine_hemisphere
from renderer.tables.layout import GGX

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def normal_reflectance(bsdf: BSDF) -> vec3:
    """F0: reflectance of the dielectric, mixed with the base colour by `metallic`."""
    root = (bsdf.ior - 1.0) / (bsdf.ior + 1.0)
    return (1.0 - bsdf.metallic) * root * root + bsdf.metallic * bsdf.reflectance


@ti.func
def base_transmittance(bsdf: BSDF, wi: vec3, wo: vec3) -> vec3:
    """Fraction of light that passes the surface to the diffuse base and back, in [0, 1].

    The specification takes 1 - F at the half vector, which creates energy at grazing angles (albedo
    up to 1.7); the larger reflectance of the two directions keeps it below 1 and stays reciprocal.
    """
    f0 = normal_reflectance(bsdf)
    return 1.0 - fresnel_schlick(ti.min(wi.z, wo.z), f0)


@ti.func
def lobe_probabilities(bsdf: BSDF, wi: vec3) -> vec3:
    """Probabilities of the (specular, diffuse, transmitted) lobes, by their albedo at wi; sum 1."""
    specular = fresnel_schlick(wi.z, normal_reflectance(bsdf)).max()
    rest = (1.0 - specular) * (1.0 - bsdf.metallic) * bsdf.reflectance.max()
    weights = vec3(specular, rest * (1.0 - bsdf.transmission), rest * bsdf.transmission)
    return weights / ti.max(weights.sum(), 1e-8)


@ti.func
def metallic_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Specular plus diffuse, times cosine; pdf of the mixture of visible normals and cosine."""
    result = no_value()
    if wi.z > 0.0 and wo.z > 0.0:
        m = (wi + wo).normalized()
        cos_m = wi.dot(m)
        p = lobe_probabilities(bsdf, wi)
        f = fresnel_schlick(cos_m, normal_reflectance(bsdf))
        d = normal_density(m, bsdf.alpha, GGX)
        g = shadowing(wi, wo, m, bsdf.alpha, GGX)
        fraction = (1.0 - bsdf.metallic) * (1.0 - bsdf.transmission) * wo.z / pi
        base = base_transmittance(bsdf, wi, wo) * bsdf.reflectance * fraction
        result.value = f * (d * g / (4.0 * wi.z)) + base
        specular_pdf = visible_normal_pdf(wi, m, bsdf.alpha) / (4.0 * cos_m)
        result.pdf = p.x * specular_pdf + p.y * cosine_hemisphere_pdf(wo)
    return result


@ti.func
def metallic_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Choose a lobe, then sample its direction."""
    result = no_sample()
    if wi.z > 0.0:
        p = lobe_probabilities(bsdf, wi)
        if u.x >= p.x + p.y and p.z > 0.0:
            f = fresnel_schlick(wi.z, normal_reflectance(bsdf))
            fraction = (1.0 - bsdf.metallic) * bsdf.transmission / p.z
            result = delta_sample(-wi, p.z, (1.0 - f) * bsdf.reflectance * fraction)
        elif u.x < p.x:
            m = sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z))
            result = direction_sample(reflect(wi, m))
        else:
            result = direction_sample(square_to_cosine_hemisphere(vec2(u.y, u.z)))
    return result
