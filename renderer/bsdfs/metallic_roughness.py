"""glTF 2.0 metallic-roughness: GGX reflection over a diffuse base, mixed by `metallic`, and layers.

Device code. glTF 2.0 specification, appendix B.3, with separable instead of height-correlated Smith
shadowing and a base that conserves energy (`base_transmittance`). Transmission
(KHR_materials_transmission) is that of a thin wall, tinted by the base colour: undeflected where
the surface is smooth, else blurred as the reflection is. Specular, anisotropy and diffuse
transmission by the Khronos extensions of these names; clear coat and sheen in
`renderer.bsdfs.layers`.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.fresnel import fresnel_schlick
from renderer.bsdfs.fresnel import reflect
from renderer.bsdfs.layers import coat_alpha
from renderer.bsdfs.layers import coat_fresnel
from renderer.bsdfs.layers import coat_transmittance_of_layer
from renderer.bsdfs.layers import coat_value
from renderer.bsdfs.layers import sheen_transmittance
from renderer.bsdfs.layers import sheen_value
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
from renderer.sampling.warp import square_to_cosine_hemisphere
from renderer.tables.layout import GGX

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)

SMOOTH_ALPHA = 2e-3  # width below which transmission is undeflected, a delta lobe


@ti.func
def normal_reflectance(bsdf: BSDF) -> vec3:
    """F0: reflectance of the dielectric, mixed with the base colour by `metallic`."""
    root = (bsdf.ior - 1.0) / (bsdf.ior + 1.0)
    dielectric = ti.min(bsdf.specular * (root * root), 1.0) * bsdf.specular_weight
    return (1.0 - bsdf.metallic) * dielectric + bsdf.metallic * bsdf.reflectance


@ti.func
def surface_fresnel(bsdf: BSDF, cosine: ti.f32) -> vec3:
    """Reflectance of the surface under the layers."""
    f90 = (1.0 - bsdf.metallic) * bsdf.specular_weight + bsdf.metallic
    f0 = normal_reflectance(bsdf)
    rise = fresnel_schlick(cosine, vec3(0.0))
    return f0 + (f90 - f0) * rise


@ti.func
def base_transmittance(bsdf: BSDF, wi: vec3, wo: vec3) -> vec3:
    """Fraction of light that passes the surface to the diffuse base and back, in [0, 1].

    The specification takes 1 - F at the half vector, which creates energy at grazing angles (albedo
    up to 1.7); the larger reflectance of the two directions keeps it below 1 and stays reciprocal.
    """
    return 1.0 - surface_fresnel(bsdf, ti.min(wi.z, abs(wo.z)))


@ti.func
def lobe_probabilities(bsdf: BSDF, wi: vec3) -> vec4:
    """Probabilities of the (specular, diffuse, transmitted, coat) lobes, by their albedo at wi."""
    specular = surface_fresnel(bsdf, wi.z).max()
    rest = (1.0 - specular) * (1.0 - bsdf.metallic)
    through = bsdf.diffuse_transmission * bsdf.transmittance.max()
    base = (1.0 - bsdf.diffuse_transmission) * bsdf.reflectance.max() + through
    coat = 0.0
    if bsdf.is_layered == 1:
        coat = coat_fresnel(bsdf, wi.z)
    weights = vec4(
        specular,
        rest * base * (1.0 - bsdf.transmission) + 0.5 * bsdf.sheen_color.max(),
        rest * bsdf.reflectance.max() * bsdf.transmission,
        coat,
    )
    return weights / ti.max(weights.sum(), 1e-8)


@ti.func
def turned(w: vec3, angle: ti.f32) -> vec3:
    """Direction in a frame whose x axis is turned by `angle` towards y."""
    c, s = ti.cos(angle), ti.sin(angle)
    return vec3(c * w.x + s * w.y, c * w.y - s * w.x, w.z)


@ti.func
def metallic_eval(tables: ti.template(), bsdf: BSDF, wi_any: vec3, wo_any: vec3) -> BSDFValue:
    """All lobes but an undeflected transmission, times cosine; pdf of their mixture."""
    result = no_value()
    wi, wo = turned(wi_any, bsdf.rotation), turned(wo_any, bsdf.rotation)
    if wi.z > 0.0 and wo.z != 0.0:
        is_reflected = wo.z > 0.0
        mirrored = vec3(wo.x, wo.y, abs(wo.z))  # thin transmission is a mirrored reflection
        m = (wi + mirrored).normalized()
        cos_m = wi.dot(m)
        p = lobe_probabilities(bsdf, wi)
        f = surface_fresnel(bsdf, cos_m)
        d = normal_density(m, bsdf.alpha, GGX)
        facets = d * shadowing(wi, mirrored, m, bsdf.alpha, GGX) / (4.0 * wi.z)
        facet_pdf = visible_normal_pdf(wi, m, bsdf.alpha) / (4.0 * cos_m)
        cosine_pdf = mirrored.z / pi
        base = (1.0 - bsdf.metallic) * (1.0 - bsdf.transmission) * cosine_pdf
        base_color = base_transmittance(bsdf, wi, wo) * base
        if is_reflected:
            part = 1.0 - bsdf.diffuse_transmission
            result.value = f * facets + base_color * bsdf.reflectance * part
            result.pdf = p[0] * facet_pdf + p[1] * part * cosine_pdf
        else:
            part = bsdf.diffuse_transmission
            result.value = base_color * bsdf.transmittance * part
            result.pdf = p[1] * part * cosine_pdf
            if bsdf.alpha.max() > SMOOTH_ALPHA:
                fraction = (1.0 - bsdf.metallic) * bsdf.transmission * facets
                result.value += (1.0 - f) * bsdf.reflectance * fraction
                result.pdf += p[2] * facet_pdf
        if bsdf.is_layered == 1:
            result.value *= sheen_transmittance(tables, bsdf, wi, wo)
            if is_reflected and bsdf.sheen_color.max() > 0.0:
                result.value += sheen_value(bsdf, wi, wo, m)
            result.value *= coat_transmittance_of_layer(bsdf, wi, wo)
            if is_reflected and bsdf.clearcoat > 0.0:
                result.value += vec3(coat_value(bsdf, wi, wo, m))
                result.pdf += p[3] * visible_normal_pdf(wi, m, coat_alpha(bsdf)) / (4.0 * cos_m)
    return result


@ti.func
def metallic_sample(tables: ti.template(), bsdf: BSDF, wi_any: vec3, u: vec3) -> BSDFSample:
    """Choose a lobe, then sample its direction."""
    result = no_sample()
    wi = turned(wi_any, bsdf.rotation)
    if wi.z > 0.0:
        p = lobe_probabilities(bsdf, wi)
        flip = vec3(1.0, 1.0, -1.0)
        if u.x < p[0]:
            m = sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z))
            wo = reflect(wi, m)
            if wo.z > 0.0:
                result = direction_sample(wo)
        elif u.x < p[0] + p[2]:
            if bsdf.alpha.max() > SMOOTH_ALPHA:
                m = sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z))
                mirrored = reflect(wi, m)
                if mirrored.z > 0.0:
                    result = direction_sample(mirrored * flip)
            else:
                fraction = (1.0 - bsdf.metallic) * bsdf.transmission / p[2]
                if bsdf.is_layered == 1:
                    fraction *= sheen_transmittance(tables, bsdf, wi, -wi)
                    fraction *= coat_transmittance_of_layer(bsdf, wi, -wi)
                f = surface_fresnel(bsdf, wi.z)
                result = delta_sample(-wi, p[2], (1.0 - f) * bsdf.reflectance * fraction)
        elif u.x < p[0] + p[2] + p[3]:
            m = sample_visible_normal(wi, coat_alpha(bsdf), vec2(u.y, u.z))
            wo = reflect(wi, m)
            if wo.z > 0.0:
                result = direction_sample(wo)
        else:
            wo = square_to_cosine_hemisphere(vec2(u.y, u.z))
            rest = (u.x - p[0] - p[2] - p[3]) / ti.max(p[1], 1e-8)
            if rest < bsdf.diffuse_transmission:
                wo = wo * flip
            result = direction_sample(wo)
    result.wo = turned(result.wo, -bsdf.rotation)
    return result
