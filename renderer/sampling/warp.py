"""Maps from the unit square to shapes, each with its density.

Device code. Every map is smooth almost everywhere, so that `pdf(map(u)) * |det d map / du| = 1` can
be tested.
"""

import taichi as ti
from taichi.math import pi

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def square_to_disk(u: vec2) -> vec2:
    """Uniform point of the unit disk (Shirley and Chiu 1997, concentric)."""
    a = 2.0 * u - 1.0
    radius, angle = a.x, 0.0
    if abs(a.x) > abs(a.y):
        angle = (pi / 4.0) * (a.y / a.x)
    elif a.y != 0.0:
        radius = a.y
        angle = pi / 2.0 - (pi / 4.0) * (a.x / a.y)
    return radius * vec2(ti.cos(angle), ti.sin(angle))


@ti.func
def square_to_cosine_hemisphere(u: vec2) -> vec3:
    """Direction around +z with density cos(theta) / pi (Malley's method)."""
    disk = square_to_disk(u)
    return vec3(disk.x, disk.y, ti.sqrt(ti.max(0.0, 1.0 - disk.norm_sqr())))


@ti.func
def cosine_hemisphere_pdf(w: vec3) -> ti.f32:
    """Density of `square_to_cosine_hemisphere` per solid angle; 0 below the horizon."""
    return ti.max(w.z, 0.0) / pi


@ti.func
def square_to_triangle(u: vec2) -> vec2:
    """Uniform barycentric coordinates (b1, b2) of a triangle (Heitz 2019, low distortion)."""
    b1, b2 = u.x, u.y
    if u.y > u.x:
        b1 = 0.5 * u.x
        b2 = u.y - b1
    else:
        b2 = 0.5 * u.y
        b1 = u.x - b2
    return vec2(b1, b2)


@ti.func
def square_to_sphere(u: vec2) -> vec3:
    """Uniform direction on the sphere, density 1 / (4 pi) per solid angle."""
    z = 1.0 - 2.0 * u.x
    r = ti.sqrt(ti.max(0.0, 1.0 - z * z))
    angle = 2.0 * pi * u.y
    return vec3(r * ti.cos(angle), r * ti.sin(angle), z)


@ti.func
def square_to_cone(u: vec2, one_minus_cos: ti.f32) -> vec3:
    """Uniform direction in the cone around +z; the argument 1 - cos(half angle) keeps thin cones
    exact.
    """
    h = u.x * one_minus_cos
    z = 1.0 - h
    r = ti.sqrt(ti.max(0.0, h * (2.0 - h)))
    angle = 2.0 * pi * u.y
    return vec3(r * ti.cos(angle), r * ti.sin(angle), z)


@ti.func
def cone_pdf(one_minus_cos: ti.f32) -> ti.f32:
    """Density of `square_to_cone` per solid angle, inside the cone."""
    return 1.0 / (2.0 * pi * one_minus_cos)
