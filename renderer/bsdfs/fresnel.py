"""Fresnel reflectance of smooth interfaces, and refraction.

Device code.
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


@ti.func
def fresnel_dielectric(cos_i: ti.f32, eta: ti.f32) -> ti.f32:
    """Unpolarised reflectance in [0, 1] for |cos_i| on the side of incidence; eta is transmitted
    over incident.
    """
    c = ti.min(abs(cos_i), 1.0)
    sin2_t = (1.0 - c * c) / (eta * eta)
    reflectance = 1.0
    if sin2_t < 1.0:
        cos_t = ti.sqrt(1.0 - sin2_t)
        parallel = (eta * c - cos_t) / (eta * c + cos_t)
        perpendicular = (c - eta * cos_t) / (c + eta * cos_t)
        reflectance = 0.5 * (parallel * parallel + perpendicular * perpendicular)
    return reflectance


@ti.func
def fresnel_conductor(cos_i: ti.f32, eta: vec3, k: vec3) -> vec3:
    """Unpolarised reflectance of a metal with index eta + i k (Born and Wolf; arranged as in
    PBRT-3, 8.2.1).
    """
    c2 = cos_i * cos_i
    s2 = 1.0 - c2
    eta2, k2 = eta * eta, k * k
    t0 = eta2 - k2 - s2
    a2_plus_b2 = ti.sqrt(ti.max(t0 * t0 + 4.0 * eta2 * k2, 0.0))
    t1 = a2_plus_b2 + c2
    a = ti.sqrt(ti.max(0.5 * (a2_plus_b2 + t0), 0.0))
    t2 = 2.0 * a * cos_i
    perpendicular = (t1 - t2) / (t1 + t2)
    t3 = c2 * a2_plus_b2 + s2 * s2
    t4 = t2 * s2
    parallel = perpendicular * (t3 - t4) / (t3 + t4)
    return 0.5 * (parallel + perpendicular)


@ti.func
def fresnel_schlick(cos_i: ti.f32, f0: vec3) -> vec3:
    """Reflectance by Schlick's approximation (1994); f0 is that at normal incidence."""
    m = ti.min(ti.max(1.0 - cos_i, 0.0), 1.0)
    m2 = m * m
    return f0 + (1.0 - f0) * (m2 * m2 * m)


@ti.func
def reflect(wi: vec3, m: vec3) -> vec3:
    """Mirror direction; both directions point away from the surface."""
    return 2.0 * wi.dot(m) * m - wi


@ti.func
def refract(wi: vec3, m: vec3, eta: ti.f32) -> vec3:
    """Refracted direction at an interface with unit normal m on wi's side; eta is transmitted over
    incident.

    The caller ensures that there is no total internal reflection.
    """
    c = wi.dot(m)
    cos_t = ti.sqrt(ti.max(0.0, 1.0 - (1.0 - c * c) / (eta * eta)))
    return (c / eta - cos_t) * m - wi / eta
