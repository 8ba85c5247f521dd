"""Plastic: a smooth or rough dielectric coat over a diffuse base.

Device code; BSDFs follow the contract in `renderer.bsdfs.records`. Light that enters the coat is
attenuated by its transmittance T on the way in and out and bounces inside, a geometric series with
the coat's internal reflectance (as in Mitsuba's `plastic` and `roughplastic`). For a rough coat, T
over the angle is a table that the host integrates (`renderer.tables.coats`).
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.fresnel import fresnel_dielectric
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
from renderer.tables.layout import COAT_TABLE_SIZE

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def rough_transmittance(tables: ti.template(), table: ti.i32, cosine: ti.f32) -> ti.f32:
    """Fraction of light from outside that passes a rough interface, interpolated in its table."""
    x = ti.min(ti.max(cosine, 0.0), 1.0) * (COAT_TABLE_SIZE - 1)
    i = ti.min(ti.cast(x, ti.i32), COAT_TABLE_SIZE - 2)
    t = x - i
    row = table * COAT_TABLE_SIZE + i
    return (1.0 - t) * tables.coat_transmittance[row] + t * tables.coat_transmittance[row + 1]


@ti.func
def coat_transmittance(tables: ti.template(), bsdf: BSDF, cos_theta: ti.f32) -> ti.f32:
    """Fraction of light from outside at `cos_theta` that passes the coat, in [0, 1]."""
    result = 1.0 - fresnel_dielectric(cos_theta, bsdf.ior)
    if bsdf.alpha.x > 0.0:
        result = rough_transmittance(tables, bsdf.table, cos_theta)
    return result


@ti.func
def base_eval(bsdf: BSDF, cos_o: ti.f32, t_i: ti.f32, t_o: ti.f32) -> vec3:
    """Diffuse base seen through the coat, times cos(theta_o), sr^-1.

    If `is_nonlinear`, the base tints each bounce inside the coat.

    Args:
        t_i, t_o: transmittance of the coat at wi and wo.
    """
    inside = ti.select(
        bsdf.is_nonlinear == 1, bsdf.reflectance * bsdf.internal, vec3(bsdf.internal)
    )
    return bsdf.reflectance / (1.0 - inside) * (t_i * t_o * cos_o / (pi * bsdf.ior * bsdf.ior))


@ti.func
def coat_probability(bsdf: BSDF, t_i: ti.f32) -> ti.f32:
    """Probability in [0, 1] of sampling the coat: its fraction of the estimated albedo.

    Args:
        t_i: transmittance of the coat at wi.
    """
    coat = (1.0 - t_i) * bsdf.specular.max()
    base = t_i * bsdf.reflectance.max()
    return ti.select(coat + base > 0.0, coat / (coat + base), 0.0)


@ti.func
def plastic_eval(tables: ti.template(), bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Base plus rough coat, times cos(theta_o); pdf of the mixture of cosine and the coat's visible
    normals. A smooth coat, a delta lobe, counts as 0 in both.
    """
    result = no_value()
    if wi.z > 0.0 and wo.z > 0.0:
        t_i = coat_transmittance(tables, bsdf, wi.z)
        t_o = coat_transmittance(tables, bsdf, wo.z)
        p_coat = coat_probability(bsdf, t_i)
        result.value = base_eval(bsdf, wo.z, t_i, t_o)
        result.pdf = (1.0 - p_coat) * cosine_hemisphere_pdf(wo)
        if bsdf.alpha.x > 0.0:
            m = (wi + wo).normalized()
            cos_m = wi.dot(m)
            d = normal_density(m, bsdf.alpha, bsdf.distribution)
            g = shadowing(wi, wo, m, bsdf.alpha, bsdf.distribution)
            f = fresnel_dielectric(cos_m, bsdf.ior)
            result.value += bsdf.specular * (f * d * g / (4.0 * wi.z))
            result.pdf += p_coat * visible_normal_pdf(wi, m, bsdf.alpha) / (4.0 * cos_m)
    return result


@ti.func
def plastic_sample(tables: ti.template(), bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Choose coat or base by u.x and sample its direction; complete only for a smooth coat."""
    result = no_sample()
    if wi.z > 0.0:
        p_coat = coat_probability(bsdf, coat_transmittance(tables, bsdf, wi.z))
        if u.x < p_coat and bsdf.alpha.x == 0.0:
            weight = bsdf.specular * (fresnel_dielectric(wi.z, bsdf.ior) / p_coat)
            result = delta_sample(vec3(-wi.x, -wi.y, wi.z), p_coat, weight)
        elif u.x < p_coat:
            m = sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z))
            result = direction_sample(reflect(wi, m))
        else:
            result = direction_sample(square_to_cosine_hemisphere(vec2(u.y, u.z)))
    return result
