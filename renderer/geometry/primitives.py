"""Ray against one primitive: planes, spheres, outlines and opacity.

Device code.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_opacity
from renderer.bsdfs.texture import row_xyz
from renderer.bsdfs.texture import word_bits
from renderer.geometry.ray import INFINITY
from renderer.geometry.ray import Ray
from renderer.sampling.sampler import hash_to_unit
from renderer.tables.layout import DISK
from renderer.tables.layout import GEOMETRY_ROWS
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import MASKED_BIT
from renderer.tables.layout import RECTANGLE
from renderer.tables.layout import SHADING_ROWS
from renderer.tables.layout import SPHERE

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

EDGE = (
    1e-6  # barycentric; triangles overlap by rounding, so that no ray slips through a shared edge
)
TAU = 6.283185307
START_SHARE = 1e-4  # of a sphere's radius: nearer hits are where the ray itself starts


@ti.func
def hit_plane(tables: ti.template(), primitive: ti.i32, origin: vec3, direction: vec3) -> vec3:
    """(t, a, b) where the ray meets v0 + a edge1 + b edge2 (Moeller and Trumbore 1997)."""
    v0 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS])
    e1 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS + 1])
    e2 = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS + 2])
    p = direction.cross(e2)
    inverse = 1.0 / e1.dot(p)
    s = origin - v0
    q = s.cross(e1)
    return vec3(e2.dot(q), s.dot(p), direction.dot(q)) * inverse


@ti.func
def hit_sphere(tables: ti.template(), primitive: ti.i32, ray: Ray, t_min: ti.f32) -> ti.f32:
    """Nearest t > t_min on the sphere, or INFINITY; discriminant as in Haines et al. 2019 (Ray
    Tracing Gems 7).
    """
    center = row_xyz(tables.geometry[primitive * GEOMETRY_ROWS])
    radius = tables.geometry[primitive * GEOMETRY_ROWS + 1][0]
    f = ray.origin - center
    b = -f.dot(ray.direction)
    nearest = f + b * ray.direction
    discriminant = radius * radius - nearest.norm_sqr()
    t = INFINITY
    if discriminant >= 0.0:
        c = f.norm_sqr() - radius * radius
        q = b + ti.select(b >= 0.0, 1.0, -1.0) * ti.sqrt(discriminant)
        t0, t1 = ti.min(c / q, q), ti.max(c / q, q)
        # A ray that starts on the sphere must not hit it where it starts.
        start = t_min + START_SHARE * radius
        t = ti.select(t0 > start, t0, ti.select(t1 > start, t1, INFINITY))
    return t


@ti.func
def is_absent(tables: ti.template(), primitive: ti.i32, ray: Ray, uv: vec2, side: ti.u32) -> ti.i32:
    """1 where the ray passes a partly transparent surface; a sphere's sides decide apart."""
    material = word_bits(tables.geometry[primitive * GEOMETRY_ROWS + 1][3])
    u = hash_to_unit(ray.key ^ (side * ti.u32(0x85EBCA6B)), ti.cast(primitive, ti.u32))
    return u >= fetch_opacity(tables, material, uv)


@ti.func
def sphere_axis(tables: ti.template(), primitive: ti.i32, axis: ti.i32) -> vec3:
    """Unit x, y or z axis of a sphere, in world space."""
    return row_xyz(tables.shading[primitive * SHADING_ROWS + axis])


@ti.func
def sphere_uv(tables: ti.template(), primitive: ti.i32, n: vec3) -> vec2:
    """Longitude and latitude around the sphere's z axis, v upwards, of an outward direction."""
    x, y = sphere_axis(tables, primitive, 0).dot(n), sphere_axis(tables, primitive, 1).dot(n)
    z = sphere_axis(tables, primitive, 2).dot(n)
    phi = ti.atan2(y, x)
    latitude = ti.acos(ti.min(ti.max(z, -1.0), 1.0))
    return vec2(ti.select(phi < 0.0, phi + TAU, phi) / TAU, 1.0 - latitude * 2.0 / TAU)


@ti.func
def sphere_uv_at(tables: ti.template(), primitive: ti.i32, p: vec3) -> vec2:
    """Texture coordinates of a point on a sphere."""
    outward = (p - row_xyz(tables.geometry[primitive * GEOMETRY_ROWS])).normalized()
    return sphere_uv(tables, primitive, outward)


@ti.func
def barycentric_to_uv(tables: ti.template(), primitive: ti.i32, b: vec2) -> vec2:
    """Texture coordinates of a triangle or flat shape."""
    base = primitive * SHADING_ROWS
    row0, row1 = tables.shading[base], tables.shading[base + 1]
    row2, row3 = tables.shading[base + 2], tables.shading[base + 3]
    uv0, uv1, uv2 = vec2(row0[3], row1[3]), vec2(row2[3], row3[0]), vec2(row3[1], row3[2])
    return uv0 + b.x * (uv1 - uv0) + b.y * (uv2 - uv0)


@ti.func
def hit_flat(tables: ti.template(), primitive: ti.i32, kind: ti.i32, ray: Ray) -> vec3:
    """(t, a, b) on a rectangle, disk or triangle, t = INFINITY outside of it."""
    plane = hit_plane(tables, primitive, ray.origin, ray.direction)
    a, b = plane.y, plane.z
    inside = ti.min(a, b, 1.0 - a - b) + EDGE
    if kind == RECTANGLE:
        inside = ti.min(a, b, 1.0 - a, 1.0 - b)
    elif kind == DISK:
        inside = 0.25 - (vec2(a, b) - 0.5).norm_sqr()
    if inside < 0.0 or plane.x <= 0.0:
        plane.x = INFINITY
    return plane


@ti.func
def hit_special(tables: ti.template(), primitive: ti.i32, ray: Ray, t_best: ti.f32) -> ti.f32:
    """t of a sphere, flat shape or partly transparent triangle if nearer than t_best, else
    INFINITY. Of a sphere the second side is met where the first one is absent.
    """
    word = word_bits(tables.geometry[primitive * GEOMETRY_ROWS][3])
    kind = word & KIND_MASK
    t, t_min = INFINITY, 0.0
    for side in range(2):
        uv = vec2(0.0)
        if kind == SPHERE:
            t = hit_sphere(tables, primitive, ray, t_min)
        else:
            plane = hit_flat(tables, primitive, kind, ray)
            t = plane.x
            uv = vec2(plane.y, plane.z)
        if t >= t_best or (word & MASKED_BIT) == 0:
            break
        if kind == SPHERE:
            uv = sphere_uv_at(tables, primitive, ray.origin + t * ray.direction)
        else:
            uv = barycentric_to_uv(tables, primitive, uv)
        if not is_absent(tables, primitive, ray, uv, ti.cast(side, ti.u32)):
            break
        t_min = t
        t = INFINITY
        if kind != SPHERE:
            break
    return ti.select(t < t_best, t, INFINITY)
