"""Glass: smooth, thin (a pane), and rough (Walter 2007).

Device code. `wi.z < 0`: the path arrives from inside, and the relative index is inverted.
Transmission scales radiance by 1 / eta^2 (Veach 1997, eq. 5.12); leaving the glass again cancels
the factor.
"""

import taichi as ti

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
from renderer.bsdfs.records import delta_sample
from renderer.bsdfs.records import direction_sample
from renderer.bsdfs.records import no_sample
from renderer.bsdfs.records import no_value

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def relative_index(bsdf: BSDF, wi: vec3) -> ti.f32:
    """Transmitted over incident index, for incidence from wi's side."""
    return ti.select(wi.z > 0.0, bsdf.ior, 1.0 / bsdf.ior)


@ti.func
def dielectric_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Reflect with probability F, refract otherwise; two delta lobes."""
    eta = relative_index(bsdf, wi)
    f = fresnel_dielectric(wi.z, eta)
    up = ti.select(wi.z > 0.0, 1.0, -1.0)
    result = delta_sample(vec3(-wi.x, -wi.y, wi.z), f, bsdf.specular)
    if u.x >= f:
        wo = refract(wi, vec3(0.0, 0.0, up), eta)
        result = delta_sample(wo, 1.0 - f, bsdf.transmittance / (eta * eta))
    return result


@ti.func
def thin_dielectric_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Sample a thin sheet: R' = 2 R / (1 + R) sums internal reflections; no deflection."""
    r = fresnel_dielectric(wi.z, bsdf.ior)
    f = 2.0 * r / (1.0 + r)
    result = delta_sample(vec3(-wi.x, -wi.y, wi.z), f, bsdf.specular)
    if u.x >= f:
        result = delta_sample(-wi, 1.0 - f, bsdf.transmittance)
    return result


@ti.func
def generalized_half_vector(wi: vec3, wo: vec3, eta: ti.f32) -> vec3:
    """Facet normal (z > 0) that turns wi into wo, by reflection or refraction (Walter 2007, eq. 13
    and 16).
    """
    h = wi + wo
    if wi.z * wo.z < 0.0:
        h = wi + wo * eta
    m = h.normalized()
    return ti.select(m.z < 0.0, -m, m)


@ti.func
def rough_dielectric_eval(bsdf: BSDF, wi: vec3, wo: vec3) -> BSDFValue:
    """Walter 2007, eq. 20 and 21, times |cos(theta_o)|, radiance scaled on transmission; pdf of
    visible normals times the Fresnel choice times the Jacobian (eq. 14 and 17).
    """
    result = no_value()
    if wi.z * wo.z != 0.0:
        eta = relative_index(bsdf, wi)
        m = generalized_half_vector(wi, wo, eta)
        d = normal_density(m, bsdf.alpha, bsdf.distribution)
        g = shadowing(wi, wo, m, bsdf.alpha, bsdf.distribution)
        i, o = wi.dot(m), wo.dot(m)
        f = fresnel_dielectric(i, eta)
        up = ti.select(wi.z > 0.0, wi, -wi)
        density = 0.0
        if i * wi.z > 0.0 and o * wo.z > 0.0:
            density = visible_normal_pdf(up, m, bsdf.alpha)
        if wi.z * wo.z > 0.0:
            result.value = bsdf.specular * (f * d * g / (4.0 * abs(wi.z)))
            result.pdf = f * density / (4.0 * abs(o))
        else:
            root = i + eta * o
            # eta^2 of the Jacobian cancels with the 1 / eta^2 of radiance.
            fraction = (1.0 - f) * d * g * abs(i * o / (wi.z * root * root))
            result.value = bsdf.transmittance * fraction
            result.pdf = (1.0 - f) * density * abs(eta * eta * o / (root * root))
    return result


@ti.func
def rough_dielectric_sample(bsdf: BSDF, wi: vec3, u: vec3) -> BSDFSample:
    """Reflect or refract at a visible normal."""
    eta = relative_index(bsdf, wi)
    side = ti.select(wi.z > 0.0, 1.0, -1.0)
    m = side * sample_visible_normal(side * wi, bsdf.alpha, vec2(u.y, u.z))
    wo = reflect(wi, m)
    is_valid = wo.z * wi.z > 0.0
    if u.x >= fresnel_dielectric(wi.dot(m), eta):
        wo = refract(wi, m, eta)
        is_valid = wo.z * wi.z < 0.0
    result = no_sample()
    if is_valid:
        result = direction_sample(wo)
    return result
