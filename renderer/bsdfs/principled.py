"""Disney's principled BSDF (Burley 2012, 2015): solid, with a lobe of rough glass, and thin.

Device code. The lobes are combined as in Mitsuba 3 (`principled`, `principledthin`): a microfacet
lobe that reflects and refracts, a clear coat, a diffuse lobe with retro-reflection or flattened
subsurface scattering, and sheen. Solid surfaces scatter from behind only through their glass lobe;
`wi.z < 0` is inside. Thin sheets look equal from both sides.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.dielectric import generalized_half_vector
from renderer.bsdfs.dielectric import relative_index
from renderer.bsdfs.fresnel import fresnel_dielectric
from renderer.bsdfs.fresnel import reflect
from renderer.bsdfs.fresnel import refract
from renderer.bsdfs.microfacet import normal_density
from renderer.bsdfs.microfacet import sample_visible_normal
from renderer.bsdfs.microfacet import shadowing
from renderer.bsdfs.microfacet import visible_normal_pdf
from renderer.bsdfs.records import BSDF
from renderer.bsdfs.records import BSDFSample
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import direction_sample
from renderer.bsdfs.records import no_sample
from renderer.bsdfs.records import no_value
from renderer.bsdfs.texture import LUMINANCE
from renderer.sampling.warp import square_to_cosine_hemisphere
from renderer.tables.layout import GGX

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

COAT_REFLECTANCE = 0.04  # of the clear coat at normal incidence
COAT_STRENGTH = 0.25  # of a clear coat of 1
COAT_MASKING = 0.25  # width for masking and shadowing of the clear coat
COAT_WIDTHS = (0.1, 0.001)  # of gloss 0 and 1
MIN_WIDTH = 1e-3


@ti.func
def schlick_weight(cosine: ti.f32) -> ti.f32:
    """(1 - cosine)^5 with the cosine clamped to [0, 1]."""
    m = ti.min(ti.max(1.0 - cosine, 0.0), 1.0)
    m2 = m * m
    return m2 * m2 * m


@ti.func
def two_sided_schlick(cos_i: ti.f32, f0: vec3, eta: ti.f32) -> vec3:
    """Schlick's reflectance with the cosine of the less dense side; eta is inside over outside,
    cos_i < 0 arrives from inside.
    """
    c = abs(cos_i)
    relative = ti.select(cos_i >= 0.0, eta, 1.0 / eta)
    if relative < 1.0:
        c = ti.sqrt(ti.max(0.0, 1.0 - (1.0 - c * c) / (relative * relative)))
    return f0 + (1.0 - f0) * schlick_weight(c)


@ti.func
def hue(color: vec3) -> vec3:
    """The colour at luminance 1; white for black."""
    luminance = LUMINANCE.dot(color)
    return ti.select(luminance > 0.0, color / ti.max(luminance, 1e-20), vec3(1.0))


@ti.func
def tinted_reflectance(ior: ti.f32, color: vec3) -> vec3:
    """Reflectance at normal incidence with the hue of `color`."""
    root = (ior - 1.0) / (ior + 1.0)
    return hue(color) * (root * root)


@ti.func
def main_reflectance(bsdf: BSDF, cos_m: ti.f32, is_front: ti.i32) -> vec3:
    """Fresnel factor of the main lobe's reflection at a facet; cos_m is with wi's side."""
    dielectric = fresnel_dielectric(cos_m, ti.select(is_front == 1, bsdf.ior, 1.0 / bsdf.ior))
    result = vec3((1.0 - bsdf.metallic) * bsdf.transmission * dielectric)
    if is_front == 1:
        part = 1.0 - bsdf.metallic
        result = vec3(part * (1.0 - bsdf.spec_tint) * dielectric)
        result += bsdf.metallic * two_sided_schlick(cos_m, bsdf.reflectance, bsdf.ior)
        tinted = tinted_reflectance(bsdf.ior, bsdf.reflectance)
        result += part * bsdf.spec_tint * two_sided_schlick(cos_m, tinted, bsdf.ior)
    return result


@ti.func
def diffuse_lobe(bsdf: BSDF, wi: vec3, wo: vec3, cos_d: ti.f32) -> ti.f32:
    """Diffuse reflection over base colour and cosine, times pi; cos_d is between wo and the half
    vector (Burley 2012, section 5.3, and 2015).
    """
    i, o = abs(wi.z), abs(wo.z)
    fi, fo = schlick_weight(i), schlick_weight(o)
    retro = 2.0 * bsdf.roughness * cos_d * cos_d
    result = (1.0 - 0.5 * fi) * (1.0 - 0.5 * fo)
    result += retro * (fo + fi + fo * fi * (retro - 1.0))
    if bsdf.flatness > 0.0:
        f90 = 0.5 * retro
        shape = (1.0 + (f90 - 1.0) * fo) * (1.0 + (f90 - 1.0) * fi)
        flat = 1.25 * (shape * (1.0 / (i + o) - 0.5) + 0.5)
        result += bsdf.flatness * (flat - result)
    return result


@ti.func
def sheen_lobe(bsdf: BSDF, cos_d: ti.f32) -> vec3:
    """Sheen over the cosine."""
    tint = 1.0 + bsdf.sheen_tint * (hue(bsdf.reflectance) - 1.0)
    return tint * (bsdf.sheen * schlick_weight(abs(cos_d)))


@ti.func
def coat_width(bsdf: BSDF) -> ti.f32:
    """Width of the clear coat's distribution."""
    return COAT_WIDTHS[0] + bsdf.clearcoat_gloss * (COAT_WIDTHS[1] - COAT_WIDTHS[0])


@ti.func
def coat_density(m: vec3, width: ti.f32) -> ti.f32:
    """Density of normals of the clear coat (GTR with exponent 1, Burley 2012, B.2), m.z > 0."""
    a2 = width * width
    return (a2 - 1.0) / (pi * ti.log(a2) * (1.0 + (a2 - 1.0) * m.z * m.z))


@ti.func
def sample_coat_normal(width: ti.f32, u: vec2) -> vec3:
    """Normal with density `coat_density` times its z."""
    a2 = width * width
    z = ti.sqrt(ti.max(0.0, (1.0 - ti.pow(a2, 1.0 - u.x)) / (1.0 - a2)))
    r = ti.sqrt(ti.max(0.0, 1.0 - z * z))
    return vec3(r * ti.cos(2.0 * pi * u.y), r * ti.sin(2.0 * pi * u.y), ti.max(z, 1e-4))


# ---- Solid surfaces ------------------------------------------------------------------------------


@ti.func
def solid_probabilities(bsdf: BSDF, wi: vec3) -> vec3:
    """Probabilities of the (main, coat, diffuse) lobes, by rough estimates of their albedo."""
    result = vec3(1.0, 0.0, 0.0)
    if wi.z > 0.0:
        part = 1.0 - bsdf.metallic
        glass = part * bsdf.transmission
        main = main_reflectance(bsdf, wi.z, 1).max()
        main += glass * (1.0 - fresnel_dielectric(wi.z, bsdf.ior))
        coat = COAT_STRENGTH * bsdf.clearcoat * (0.1 + schlick_weight(wi.z))
        diffuse = part * (1.0 - bsdf.transmission) * bsdf.reflectance.max()
        diffuse += 0.3 * part * bsdf.sheen
        weights = vec3(main, coat, diffuse)
        result = weights / ti.max(weights.sum(), 1e-8)
    return result


@ti.func
def reflection_probability(bsdf: BSDF, cos_m: ti.f32, is_front: ti.i32) -> ti.f32:
    """Probability that the main lobe reflects at a facet instead of refracting."""
    glass = (1.0 - bsdf.metallic) * bsdf.transmission
    result = 1.0
    if glass > 0.0:
        r = main_reflectance(bsdf, cos_m, is_front).max()
        eta = ti.select(is_front == 1, bsdf.ior, 1.0 / bsdf.ior)
        t = glass * (1.0 - fresnel_dielectric(cos_m, eta))
        result = ti.select(r + t > 0.0, r / ti.max(r + t, 1e-20), 1.0)
    return result


@ti.func
def principled_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Value and density of all lobes of a solid surface."""
    result = no_value()
    glass = (1.0 - bsdf.metallic) * bsdf.transmission
    is_front = ti.cast(wi.z > 0.0, ti.i32)
    if wi.z * wo.z != 0.0 and (is_front == 1 or glass > 0.0):
        eta = relative_index(bsdf, wi)
        m = generalized_half_vector(wi, wo, eta)
        up = ti.select(wi.z > 0.0, wi, -wi)
        i, o = wi.dot(m), wo.dot(m)
        p = solid_probabilities(bsdf, wi)
        q = reflection_probability(bsdf, abs(i), is_front)
        d = normal_density(m, bsdf.alpha, GGX)
        g = shadowing(wi, wo, m, bsdf.alpha, GGX)
        density = 0.0
        if i * wi.z > 0.0 and o * wo.z > 0.0:
            density = p.x * visible_normal_pdf(up, m, bsdf.alpha)
        if wi.z * wo.z < 0.0:
            if glass > 0.0:
                root = i + eta * o
                f = fresnel_dielectric(i, eta)
                fraction = glass * (1.0 - f) * d * g * abs(i * o / (wi.z * root * root))
                result.value = ti.sqrt(bsdf.reflectance) * fraction
                result.pdf = (1.0 - q) * density * abs(eta * eta * o / (root * root))
        else:
            f = main_reflectance(bsdf, abs(i), is_front)
            result.value = f * (d * g / (4.0 * abs(wi.z)))
            result.pdf = q * density / (4.0 * abs(o))
            if is_front == 1:
                part = 1.0 - bsdf.metallic
                diffuse = part * (1.0 - bsdf.transmission) * diffuse_lobe(bsdf, wi, wo, o)
                result.value += bsdf.reflectance * (diffuse * wo.z / pi)
                result.value += sheen_lobe(bsdf, o) * (part * wo.z)
                result.pdf += p.z * wo.z / pi
                if bsdf.clearcoat > 0.0:
                    width = coat_width(bsdf)
                    coat_d = coat_density(m, width)
                    f0 = vec3(COAT_REFLECTANCE)
                    coat = two_sided_schlick(i, f0, bsdf.ior).x * coat_d
                    coat *= shadowing(wi, wo, m, vec2(COAT_MASKING), GGX)
                    result.value += vec3(COAT_STRENGTH * bsdf.clearcoat * coat * wo.z)
                    result.pdf += p.y * coat_d * m.z / (4.0 * abs(o))
    return result


@ti.func
def principled_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Choose a lobe by u.x and sample its direction."""
    result = no_sample()
    is_front = ti.cast(wi.z > 0.0, ti.i32)
    glass = (1.0 - bsdf.metallic) * bsdf.transmission
    if wi.z != 0.0 and (is_front == 1 or glass > 0.0):
        p = solid_probabilities(bsdf, wi)
        side = ti.select(wi.z > 0.0, 1.0, -1.0)
        if u.x < p.x:
            m = side * sample_visible_normal(side * wi, bsdf.alpha, vec2(u.y, u.z))
            wo = reflect(wi, m)
            is_valid = wo.z * wi.z > 0.0
            if u.x / p.x >= reflection_probability(bsdf, abs(wi.dot(m)), is_front):
                wo = refract(wi, m, relative_index(bsdf, wi))
                is_valid = wo.z * wi.z < 0.0
            if is_valid:
                result = direction_sample(wo)
        elif u.x < p.x + p.y:
            m = sample_coat_normal(coat_width(bsdf), vec2(u.y, u.z))
            wo = reflect(wi, m)
            if wo.z > 0.0:
                result = direction_sample(wo)
        else:
            result = direction_sample(square_to_cosine_hemisphere(vec2(u.y, u.z)))
    return result


# ---- Thin sheets ---------------------------------------------------------------------------------


@ti.func
def sheet_transmission_width(bsdf: BSDF) -> vec2:
    """Microfacet widths of the transmission, narrower than those of the reflection (Burley 2015,
    section 5.3).
    """
    scale = 0.65 * bsdf.ior - 0.35
    return ti.max(bsdf.alpha * (scale * scale), MIN_WIDTH)


@ti.func
def thin_probabilities(bsdf: BSDF, wi: vec3) -> vec3:
    """Probabilities of the (specular reflection, specular transmission, diffuse) lobes."""
    f = fresnel_dielectric(wi.z, bsdf.ior)
    tint = bsdf.reflectance.max()
    diffuse = (1.0 - bsdf.transmission) * (bsdf.reflectance.max() + 0.3 * bsdf.sheen)
    weights = vec3(bsdf.transmission * f, bsdf.transmission * (1.0 - f) * tint, diffuse)
    return weights / ti.max(weights.sum(), 1e-8)


@ti.func
def thin_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Value and density of all lobes of a thin sheet, wi.z > 0."""
    result = no_value()
    if wi.z > 0.0 and wo.z != 0.0:
        is_reflected = wo.z > 0.0
        mirrored = vec3(wo.x, wo.y, abs(wo.z))  # transmission is a mirrored reflection
        m = (wi + mirrored).normalized()
        cos_m = wi.dot(m)
        p = thin_probabilities(bsdf, wi)
        through = 0.5 * bsdf.diffuse_transmission
        base = (1.0 - bsdf.transmission) * mirrored.z
        alpha = bsdf.alpha
        f = vec3(fresnel_dielectric(cos_m, bsdf.ior))
        tinted = two_sided_schlick(cos_m, tinted_reflectance(bsdf.ior, bsdf.reflectance), bsdf.ior)
        probability, lobe = p.x, f + bsdf.spec_tint * (tinted - f)
        if not is_reflected:
            alpha = sheet_transmission_width(bsdf)
            probability, lobe = p.y, (1.0 - f) * bsdf.reflectance
        d = normal_density(m, alpha, GGX)
        g = shadowing(wi, mirrored, m, alpha, GGX)
        if is_reflected or wo.dot(m) < 0.0:  # as Mitsuba cuts the transmitted lobe
            result.value = bsdf.transmission * lobe * (d * g / (4.0 * wi.z))
            result.pdf = probability * visible_normal_pdf(wi, m, alpha) / (4.0 * cos_m)
        if is_reflected:
            diffuse = (1.0 - through) * diffuse_lobe(bsdf, wi, wo, cos_m)
            result.value += bsdf.reflectance * (base * diffuse / pi)
            result.value += sheen_lobe(bsdf, cos_m) * (base * (1.0 - through))
            result.pdf += p.z * (1.0 - through) * mirrored.z / pi
        else:
            result.value += bsdf.reflectance * (base * through / pi)
            result.pdf += p.z * through * mirrored.z / pi
    return result


@ti.func
def thin_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Choose a lobe of a thin sheet by u.x and sample its direction, wi.z > 0."""
    result = no_sample()
    if wi.z > 0.0:
        p = thin_probabilities(bsdf, wi)
        flip = vec3(1.0, 1.0, -1.0)
        if u.x < p.x + p.y:
            is_reflected = u.x < p.x
            alpha = ti.select(is_reflected, bsdf.alpha, sheet_transmission_width(bsdf))
            m = sample_visible_normal(wi, alpha, vec2(u.y, u.z))
            wo = reflect(wi, m)
            if wo.z > 0.0 and (is_reflected or (wo * flip).dot(m) < 0.0):
                result = direction_sample(ti.select(is_reflected, wo, wo * flip))
        else:
            wo = square_to_cosine_hemisphere(vec2(u.y, u.z))
            rest = (u.x - p.x - p.y) / ti.max(p.z, 1e-8)
            if rest < 0.5 * bsdf.diffuse_transmission:
                wo = wo * flip
            result = direction_sample(wo)
    return result
