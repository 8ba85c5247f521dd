"""Plastic: a smooth or rough dielectric coat over a diffuse base.

Device code. Light that enters the coat is attenuated by its transmittance T on the way in and out
and bounces inside, a geometric series with the coat's internal reflectance (as in Mitsuba's
`plastic` and `roughplastic`). T of a rough coat depends on the angle by a table that the host
integrates.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdf_record import Bsdf
from renderer.bsdf_record import BSDFSample
from renderer.bsdf_record import no_sample
from renderer.fresnel import fresnel_dielectric
from renderer.fresnel import reflect
from renderer.microfacet import normal_density
from renderer.microfacet import sample_visible_normal
from renderer.microfacet import shadowing
from renderer.microfacet import visible_normal_pdf
from renderer.table_layout import COAT_TABLE_SIZE
from renderer.warp import cosine_hemisphere_pdf
from renderer.warp import square_to_cosine_hemisphere

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def coat_transmittance(tables: ti.template(), bsdf: Bsdf, cos_theta: ti.f32) -> ti.f32:
    """Share of light from direction cos_theta that passes the coat, in [0, 1]."""
    result = 1.0 - fresnel_dielectric(cos_theta, bsdf.ior)
    if bsdf.alpha > 0.0:
        x = ti.min(ti.max(cos_theta, 0.0), 1.0) * (COAT_TABLE_SIZE - 1)
        i = ti.min(ti.cast(x, ti.i32), COAT_TABLE_SIZE - 2)
        t = x - i
        row = bsdf.table * COAT_TABLE_SIZE + i
        result = (1.0 - t) * tables.coat_transmittance[row] + t * tables.coat_transmittance[row + 1]
    return result


@ti.func
def base_eval(bsdf: Bsdf, cos_o: ti.f32, t_i: ti.f32, t_o: ti.f32) -> vec3:
    """Diffuse base seen through the coat, times cos(theta_o)."""
    inside = ti.select(
        bsdf.is_nonlinear == 1, bsdf.reflectance * bsdf.internal, vec3(bsdf.internal)
    )
    return bsdf.reflectance / (1.0 - inside) * (t_i * t_o * cos_o / (pi * bsdf.ior * bsdf.ior))


@ti.func
def coat_probability(bsdf: Bsdf, t_i: ti.f32) -> ti.f32:
    """Chance to sample the coat: its share of what is reflected, both lobes weighted by their
    albedo.
    """
    coat = (1.0 - t_i) * bsdf.specular.max()
    base = t_i * bsdf.reflectance.max()
    return ti.select(coat + base > 0.0, coat / (coat + base), 0.0)


@ti.func
def plastic_eval(tables: ti.template(), bsdf: Bsdf, wi: vec3, wo: vec3) -> vec3:
    """Base plus rough coat; a smooth coat is a delta lobe and gives 0."""
    value = vec3(0.0)
    if wi.z > 0.0 and wo.z > 0.0:
        t_i = coat_transmittance(tables, bsdf, wi.z)
        t_o = coat_transmittance(tables, bsdf, wo.z)
        value = base_eval(bsdf, wo.z, t_i, t_o)
        if bsdf.alpha > 0.0:
            m = (wi + wo).normalized()
            d = normal_density(m, bsdf.alpha, bsdf.distribution)
            g = shadowing(wi, wo, m, bsdf.alpha, bsdf.distribution)
            value += bsdf.specular * (
                fresnel_dielectric(wi.dot(m), bsdf.ior) * d * g / (4.0 * wi.z)
            )
    return value


@ti.func
def plastic_pdf(tables: ti.template(), bsdf: Bsdf, wi: vec3, wo: vec3) -> ti.f32:
    """Mixture of cosine-weighted base and visible normals of the coat."""
    pdf = 0.0
    if wi.z > 0.0 and wo.z > 0.0:
        p_coat = coat_probability(bsdf, coat_transmittance(tables, bsdf, wi.z))
        pdf = (1.0 - p_coat) * cosine_hemisphere_pdf(wo)
        if bsdf.alpha > 0.0:
            m = (wi + wo).normalized()
            pdf += p_coat * visible_normal_pdf(wi, m, bsdf.alpha) / (4.0 * wi.dot(m))
    return pdf


@ti.func
def plastic_sample(tables: ti.template(), bsdf: Bsdf, wi: vec3, u: vec3) -> BSDFSample:
    """Choose coat or base, then its direction."""
    result = no_sample()
    if wi.z > 0.0:
        p_coat = coat_probability(bsdf, coat_transmittance(tables, bsdf, wi.z))
        if u.x < p_coat and bsdf.alpha == 0.0:
            weight = bsdf.specular * (fresnel_dielectric(wi.z, bsdf.ior) / p_coat)
            result = BSDFSample(wo=vec3(-wi.x, -wi.y, wi.z), pdf=p_coat, weight=weight, is_delta=1)
        else:
            wo = square_to_cosine_hemisphere(vec2(u.y, u.z))
            if u.x < p_coat:
                wo = reflect(wi, sample_visible_normal(wi, bsdf.alpha, vec2(u.y, u.z)))
            pdf = plastic_pdf(tables, bsdf, wi, wo)
            if pdf > 0.0:
                weight = plastic_eval(tables, bsdf, wi, wo) / pdf
                result = BSDFSample(wo=wo, pdf=pdf, weight=weight, is_delta=0)
    return result
