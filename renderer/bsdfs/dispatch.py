"""Dispatch of BSDF functions by kind, and the two sides of a surface.

Device code. See `renderer.bsdfs.records` for the contract. Opaque BSDFs are black from behind
unless they are two-sided.
"""

import taichi as ti

from renderer.bsdfs.coating import coated_value
from renderer.bsdfs.coating import coating_probability
from renderer.bsdfs.coating import coating_sample
from renderer.bsdfs.coating import direction_inside
from renderer.bsdfs.coating import fetch_coating
from renderer.bsdfs.coating import sample_leaving
from renderer.bsdfs.conductor import conductor_sample
from renderer.bsdfs.conductor import rough_conductor_eval
from renderer.bsdfs.conductor import rough_conductor_sample
from renderer.bsdfs.dielectric import dielectric_sample
from renderer.bsdfs.dielectric import rough_dielectric_eval
from renderer.bsdfs.dielectric import rough_dielectric_sample
from renderer.bsdfs.dielectric import thin_dielectric_sample
from renderer.bsdfs.diffuse import diffuse_eval
from renderer.bsdfs.diffuse import diffuse_sample
from renderer.bsdfs.fresnel import fresnel_conductor
from renderer.bsdfs.metallic_roughness import metallic_eval
from renderer.bsdfs.metallic_roughness import metallic_sample
from renderer.bsdfs.metallic_roughness import normal_reflectance
from renderer.bsdfs.plastic import plastic_eval
from renderer.bsdfs.plastic import plastic_sample
from renderer.bsdfs.principled import main_reflectance
from renderer.bsdfs.principled import principled_eval
from renderer.bsdfs.principled import principled_sample
from renderer.bsdfs.principled import thin_eval
from renderer.bsdfs.principled import thin_sample
from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFPair
from renderer.bsdfs.records import BSDFSample
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import no_sample
from renderer.bsdfs.records import no_value
from renderer.bsdfs.rough_diffuse import rough_diffuse_eval
from renderer.tables.layout import CONDUCTOR
from renderer.tables.layout import DIELECTRIC
from renderer.tables.layout import DIFFUSE
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import PLASTIC
from renderer.tables.layout import PRINCIPLED
from renderer.tables.layout import PRINCIPLED_THIN
from renderer.tables.layout import ROUGH_CONDUCTOR
from renderer.tables.layout import ROUGH_DIELECTRIC
from renderer.tables.layout import ROUGH_DIFFUSE
from renderer.tables.layout import THIN_DIELECTRIC

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def side_sign(bsdf: BSDF, wi: vec3) -> ti.f32:
    """Factor on local z: -1 if wi sees the back of a surface that is two-sided or a thin wall
    (`transmission` > 0), whose z axis is then flipped; else 1, always for solid glass.
    """
    is_opaque = bsdf.kind != DIELECTRIC and bsdf.kind != ROUGH_DIELECTRIC
    if bsdf.kind == PRINCIPLED:
        is_opaque = bsdf.transmission == 0.0
    # A thin transmissive wall is two-sided even if the scene file culls back faces.
    is_turned = bsdf.is_two_sided == 1 or bsdf.kind == PRINCIPLED_THIN
    is_turned = is_turned or bsdf.transmission > 0.0 or bsdf.diffuse_transmission > 0.0
    return ti.select(is_opaque and is_turned and wi.z < 0.0, -1.0, 1.0)


@ti.func
def terminator(bsdf: BSDF, wo: vec3) -> ti.f32:
    """Factor in [0, 1] on light along wo where a normal is mapped: 0 if only one of the mapped and
    the smooth normal faces it, else a soft shadow instead of a hard edge (Estevez, Lecocq and
    Stein, "A Microfacet-Based Shadowing Function to Solve the Bump Terminator Problem", 2019).
    """
    result = 1.0
    tilt = bsdf.smooth_normal.z  # cosine between both normals
    if tilt < 0.99999:
        cosine = wo.dot(bsdf.smooth_normal)
        if cosine * wo.z <= 0.0:
            result = 0.0
        else:
            t2 = tilt * tilt
            alpha2 = ti.min(0.125 * (1.0 - t2) / ti.max(t2, 1e-6), 1.0)
            c2 = ti.min(cosine * cosine, 1.0)
            result = 2.0 / (1.0 + ti.sqrt(1.0 + alpha2 * (1.0 - c2) / ti.max(c2, 1e-12)))
    return result


@ti.func
def is_large(kind: ti.i32) -> ti.i32:
    """1 for kinds whose evaluation is large code, called in one place of the path kernel."""
    return (
        kind == METALLIC_ROUGHNESS
        or kind == PRINCIPLED
        or kind == PRINCIPLED_THIN
        or kind == ROUGH_DIELECTRIC
        or kind == ROUGH_DIFFUSE
    )


@ti.func
def eval_small(tables: ti.template(), bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Evaluate a BSDF of a kind that is not large."""
    result = no_value()
    if bsdf.kind == DIFFUSE:
        result = diffuse_eval(bsdf, wi, wo)
    elif bsdf.kind == ROUGH_CONDUCTOR:
        result = rough_conductor_eval(bsdf, wi, wo)
    elif bsdf.kind == PLASTIC:
        result = plastic_eval(tables, bsdf, wi, wo)
    return result


@ti.func
def eval_large(tables: ti.template(), bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Evaluate a BSDF of a large kind."""
    result = no_value()
    if bsdf.kind == ROUGH_DIFFUSE:
        result = rough_diffuse_eval(bsdf, wi, wo)
    elif bsdf.kind == ROUGH_DIELECTRIC:
        result = rough_dielectric_eval(bsdf, wi, wo)
    elif bsdf.kind == METALLIC_ROUGHNESS:
        result = metallic_eval(tables, bsdf, wi, wo)
    elif bsdf.kind == PRINCIPLED:
        result = principled_eval(bsdf, wi, wo)
    elif bsdf.kind == PRINCIPLED_THIN:
        result = thin_eval(bsdf, wi, wo)
    return result


@ti.func
def eval_any(tables: ti.template(), bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Evaluate a BSDF of any kind, with its coating."""
    coating = fetch_coating(tables, bsdf.coating)
    inside_i, inside_o = wi, wo
    if bsdf.coating >= 0:
        inside_i, inside_o = direction_inside(coating, wi), direction_inside(coating, wo)
    result = no_value()
    if is_large(bsdf.kind):
        result = eval_large(tables, bsdf, inside_i, inside_o)
    else:
        result = eval_small(tables, bsdf, inside_i, inside_o)
    if bsdf.coating >= 0:
        probability = coating_probability(tables, coating, wi, bsdf_albedo(bsdf))
        result = coated_value(tables, coating, probability, wi, wo, result)
    return result


@ti.func
def bsdf_eval_pair(
    tables: ti.template(), bsdf: BSDF, wi_any: vec3, first: vec3, second: vec3
) -> BSDFPair:
    """Evaluate a BSDF of any kind for two directions, by the contract of `x_eval`.

    Large kinds and coated surfaces are evaluated in a loop, so that Taichi inlines their code once.
    """
    sign = vec3(1.0, 1.0, side_sign(bsdf, wi_any))
    wi = wi_any * sign
    result = BSDFPair(first=no_value(), second=no_value())
    if is_large(bsdf.kind) or bsdf.coating >= 0:
        for index in range(2):
            wo = first
            if index == 1:
                wo = second
            value = eval_any(tables, bsdf, wi, wo * sign)
            if index == 0:
                result.first = value
            else:
                result.second = value
    else:
        result.first = eval_small(tables, bsdf, wi, first * sign)
        result.second = eval_small(tables, bsdf, wi, second * sign)
    result.first.value *= terminator(bsdf, first)
    result.second.value *= terminator(bsdf, second)
    return result


@ti.func
def bsdf_sample(tables: ti.template(), bsdf: BSDF, wi_any: vec3, u_any: vec3) -> BSDFSample:
    """Sample a BSDF of any kind, by the contract of `x_sample`; see `completed`."""
    sign = vec3(1.0, 1.0, side_sign(bsdf, wi_any))
    outside = wi_any * sign
    wi, u = outside, u_any
    coating = fetch_coating(tables, bsdf.coating)
    probability = 0.0  # of sampling the coating
    if bsdf.coating >= 0:
        probability = coating_probability(tables, coating, outside, bsdf_albedo(bsdf))
        wi = direction_inside(coating, outside)
        u.x = (u.x - probability) / ti.max(1.0 - probability, 1e-7)
    result = no_sample()
    if u_any.x < probability:
        result = coating_sample(coating, probability, outside, vec2(u_any.y, u_any.z))
    elif bsdf.kind == DIFFUSE or bsdf.kind == ROUGH_DIFFUSE:
        result = diffuse_sample(u)
    elif bsdf.kind == CONDUCTOR:
        result = conductor_sample(bsdf, wi, u)
    elif bsdf.kind == ROUGH_CONDUCTOR:
        result = rough_conductor_sample(bsdf, wi, u)
    elif bsdf.kind == DIELECTRIC:
        result = dielectric_sample(bsdf, wi, u)
    elif bsdf.kind == THIN_DIELECTRIC:
        result = thin_dielectric_sample(bsdf, wi, u)
    elif bsdf.kind == ROUGH_DIELECTRIC:
        result = rough_dielectric_sample(bsdf, wi, u)
    elif bsdf.kind == PLASTIC:
        result = plastic_sample(tables, bsdf, wi, u)
    elif bsdf.kind == METALLIC_ROUGHNESS:
        result = metallic_sample(tables, bsdf, wi, u)
    elif bsdf.kind == PRINCIPLED:
        result = principled_sample(bsdf, wi, u)
    elif bsdf.kind == PRINCIPLED_THIN:
        result = thin_sample(bsdf, wi, u)
    if bsdf.coating >= 0 and u_any.x >= probability:
        result = sample_leaving(tables, coating, probability, outside, result)
    result.wo *= sign
    return result


@ti.func
def completed(bsdf: BSDF, sample: BSDFSample, at: BSDFValue) -> BSDFSample:
    """A sample with pdf and weight; `at` is the BSDF evaluated at its direction."""
    result = sample
    if result.is_delta == 0:
        if at.pdf > 0.0:
            result.pdf = at.pdf
            result.weight = at.value / at.pdf
    else:
        result.weight *= terminator(bsdf, result.wo)
    return result


@ti.func
def bsdf_albedo(bsdf: BSDF) -> vec3:
    """Albedo feature in [0, 1]: diffuse reflectance, also of plastic's base; metal: reflectance F0
    at normal incidence; metallic-roughness: F0 + (1 - F0) (1 - metallic) base colour; principled:
    the same with its base colour, which also tints its glass; glass: transmittance factor.
    """
    albedo = bsdf.reflectance
    if bsdf.kind == CONDUCTOR or bsdf.kind == ROUGH_CONDUCTOR:
        albedo = bsdf.reflectance * fresnel_conductor(1.0, bsdf.eta, bsdf.k)
    elif bsdf.kind == DIELECTRIC or bsdf.kind == THIN_DIELECTRIC or bsdf.kind == ROUGH_DIELECTRIC:
        albedo = bsdf.transmittance
    elif bsdf.kind == METALLIC_ROUGHNESS:
        f0 = normal_reflectance(bsdf)
        albedo = f0 + (1.0 - f0) * (1.0 - bsdf.metallic) * bsdf.reflectance
    elif bsdf.kind == PRINCIPLED:
        f0 = main_reflectance(bsdf, 1.0, 1)
        albedo = f0 + (1.0 - f0) * (1.0 - bsdf.metallic) * bsdf.reflectance
    return ti.min(ti.max(albedo, 0.0), 1.0)
