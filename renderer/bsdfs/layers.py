"""Layers of the metallic-roughness material: clear coat and sheen.

Device code. KHR_materials_clearcoat and KHR_materials_sheen. What lies below is darkened by the
larger of the layer's reflectances at the two directions, which conserves energy and is reciprocal.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.fresnel import fresnel_schlick
from renderer.bsdfs.microfacet import normal_density
from renderer.bsdfs.microfacet import shadowing
from renderer.bsdfs.records import BSDF
from renderer.tables.layout import GGX
from renderer.tables.layout import SHEEN_TABLE_SIZE
from renderer.tables.sheen import MIN_WIDTH
from renderer.tables.sheen import SHADOWING_FIT

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

COAT_REFLECTANCE = 0.04  # of the clear coat at normal incidence, index 1.5
MIN_ALPHA = 1e-3


@ti.func
def coat_alpha(bsdf: BSDF) -> vec2:
    """Microfacet width of the clear coat."""
    return vec2(ti.max(bsdf.clearcoat_roughness * bsdf.clearcoat_roughness, MIN_ALPHA))


@ti.func
def coat_fresnel(bsdf: BSDF, cosine: ti.f32) -> ti.f32:
    """Reflectance of the clear coat, times its coverage."""
    return bsdf.clearcoat * fresnel_schlick(cosine, vec3(COAT_REFLECTANCE)).x


@ti.func
def coat_value(bsdf: BSDF, wi: vec3, wo: vec3, m: vec3) -> ti.f32:
    """Reflection of the clear coat with half vector m, times cosine."""
    alpha = coat_alpha(bsdf)
    d = normal_density(m, alpha, GGX)
    g = shadowing(wi, wo, m, alpha, GGX)
    return coat_fresnel(bsdf, wi.dot(m)) * d * g / (4.0 * wi.z)


@ti.func
def sheen_width(bsdf: BSDF) -> ti.f32:
    """Width of the sheen's distribution."""
    return ti.max(bsdf.sheen * bsdf.sheen, MIN_WIDTH)


@ti.func
def sheen_lambda(cosine: ti.f32, width: ti.f32) -> ti.f32:
    """Smith's auxiliary function, as `renderer.tables.sheen.sheen_shadowing`."""
    t = (1.0 - width) * (1.0 - width)
    a = t * SHADOWING_FIT[0][0] + (1.0 - t) * SHADOWING_FIT[1][0]
    b = t * SHADOWING_FIT[0][1] + (1.0 - t) * SHADOWING_FIT[1][1]
    c = t * SHADOWING_FIT[0][2] + (1.0 - t) * SHADOWING_FIT[1][2]
    d = t * SHADOWING_FIT[0][3] + (1.0 - t) * SHADOWING_FIT[1][3]
    e = t * SHADOWING_FIT[0][4] + (1.0 - t) * SHADOWING_FIT[1][4]
    x = ti.select(cosine < 0.5, cosine, 1.0 - cosine)
    logarithm = a / (1.0 + b * ti.pow(ti.max(x, 1e-6), c)) + d * x + e
    if cosine >= 0.5:
        middle = a / (1.0 + b * ti.pow(0.5, c)) + d * 0.5 + e
        logarithm = 2.0 * middle - logarithm
    return ti.exp(logarithm)


@ti.func
def sheen_value(bsdf: BSDF, wi: vec3, wo: vec3, m: vec3) -> vec3:
    """Reflection of the sheen with half vector m, times cosine."""
    width = sheen_width(bsdf)
    sine = ti.sqrt(ti.max(0.0, 1.0 - m.z * m.z))
    d = (2.0 + 1.0 / width) * ti.pow(ti.max(sine, 1e-6), 1.0 / width) / (2.0 * pi)
    g = 1.0 / (1.0 + sheen_lambda(wi.z, width) + sheen_lambda(wo.z, width))
    return bsdf.sheen_color * (d * g / (4.0 * wi.z))


@ti.func
def sheen_albedo(tables: ti.template(), bsdf: BSDF, cosine: ti.f32) -> ti.f32:
    """Fraction of light at `cosine` that white sheen reflects, interpolated in its table."""
    last = SHEEN_TABLE_SIZE - 1
    x = ti.min(ti.max(cosine, 0.0), 1.0) * last
    y = ti.min(ti.max(bsdf.sheen, 0.0), 1.0) * last
    i, j = ti.min(ti.cast(x, ti.i32), last - 1), ti.min(ti.cast(y, ti.i32), last - 1)
    fx, fy = x - i, y - j
    at = j * SHEEN_TABLE_SIZE + i
    lower = (1.0 - fx) * tables.sheen_albedo[at] + fx * tables.sheen_albedo[at + 1]
    at += SHEEN_TABLE_SIZE
    upper = (1.0 - fx) * tables.sheen_albedo[at] + fx * tables.sheen_albedo[at + 1]
    return (1.0 - fy) * lower + fy * upper


@ti.func
def coat_transmittance_of_layer(bsdf: BSDF, wi: vec3, wo: vec3) -> ti.f32:
    """Fraction of light that passes the clear coat both ways."""
    return 1.0 - coat_fresnel(bsdf, ti.min(abs(wi.z), abs(wo.z)))


@ti.func
def sheen_transmittance(tables: ti.template(), bsdf: BSDF, wi: vec3, wo: vec3) -> ti.f32:
    """Fraction of light that passes the sheen both ways."""
    result = 1.0
    strength = bsdf.sheen_color.max()
    if strength > 0.0:
        lost = ti.max(sheen_albedo(tables, bsdf, abs(wi.z)), sheen_albedo(tables, bsdf, abs(wo.z)))
        result = ti.max(1.0 - strength * lost, 0.0)
    return result
