"""Intersection of a ray with one primitive: planes, spheres, flat shapes, opacity tests.

Device code.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_opacity
from renderer.bsdfs.texture import TexturePoint
from renderer.geometry.ray import INFINITY
from renderer.geometry.ray import Ray
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.sampling.sampler import hash_to_unit
from renderer.tables.layout import DISK
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import MASKED_BIT
from renderer.tables.layout import RECTANGLE
from renderer.tables.layout import SPHERE
from renderer.tables.layout import GeometrySlot
from renderer.tables.layout import ShadingSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

EDGE = (
    1e-6  # barycentric; triangles overlap by rounding, so that no ray slips through a shared edge
)
TAU = 6.283185307
CORNER_UV_SLOTS = (
    (ShadingSlot.U0, ShadingSlot.V0),
    (ShadingSlot.U1, ShadingSlot.V1),
    (ShadingSlot.U2, ShadingSlot.V2),
)
SELF_HIT_FRACTION = 1e-4  # t / radius of a sphere, below which a hit is the ray's own origin


@ti.func
def hit_plane(tables: ti.template(), primitive: ti.i32, origin: vec3, direction: vec3) -> vec3:
    """(t, a, b) where the ray meets v0 + a edge1 + b edge2 (Moeller and Trumbore 1997)."""
    v0 = read_vec3(tables.geometry, primitive, GeometrySlot.ORIGIN)
    e1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
    e2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
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
    center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
    radius = read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
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
        start = t_min + SELF_HIT_FRACTION * radius
        t = ti.select(t0 > start, t0, ti.select(t1 > start, t1, INFINITY))
    return t


@ti.func
def passes_by_opacity(tables: ti.template(), ray: Ray, point: TexturePoint, side: ti.u32) -> ti.i32:
    """1 if the ray passes through by opacity, at random; a sphere's two sides are independent."""
    material = read_bits(tables.geometry, point.primitive, GeometrySlot.MATERIAL)
    u = hash_to_unit(ray.key ^ (side * ti.u32(0x85EBCA6B)), ti.cast(point.primitive, ti.u32))
    return u >= fetch_opacity(tables, material, point)


@ti.func
def sphere_uv(tables: ti.template(), primitive: ti.i32, n: vec3) -> vec2:
    """(longitude, latitude) in [0, 1]^2 of the outward direction n, around the sphere's z axis."""
    x = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_X).dot(n)
    y = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_Y).dot(n)
    z = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_Z).dot(n)
    phi = ti.atan2(y, x)
    latitude = ti.acos(ti.min(ti.max(z, -1.0), 1.0))
    return vec2(ti.select(phi < 0.0, phi + TAU, phi) / TAU, 1.0 - latitude * 2.0 / TAU)


@ti.func
def sphere_uv_at(tables: ti.template(), primitive: ti.i32, p: vec3) -> vec2:
    """Texture coordinates of a point on a sphere."""
    center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
    outward = (p - center).normalized()
    return sphere_uv(tables, primitive, outward)


@ti.func
def corner_uv(tables: ti.template(), primitive: ti.i32, corner: ti.template()) -> vec2:
    """Texture coordinates of corner 0, 1 or 2 of a triangle or flat shape."""
    slots = ti.static(CORNER_UV_SLOTS[corner])
    u = read_float(tables.shading, primitive, slots[0])
    return vec2(u, read_float(tables.shading, primitive, slots[1]))


@ti.func
def barycentric_to_uv(tables: ti.template(), primitive: ti.i32, b: vec2) -> vec2:
    """Texture coordinates at b = (b1, b2) of a triangle, or (a, b) of a flat shape."""
    uv0 = corner_uv(tables, primitive, 0)
    duv1 = corner_uv(tables, primitive, 1) - uv0
    duv2 = corner_uv(tables, primitive, 2) - uv0
    return uv0 + b.x * duv1 + b.y * duv2


@ti.func
def hit_flat(tables: ti.template(), primitive: ti.i32, kind: ti.i32, ray: Ray) -> vec3:
    """(t, a, b) on a rectangle, disk or triangle, t = INFINITY for a miss."""
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
    INFINITY. A ray that passes a sphere's first side by opacity is tested against its second side.
    """
    word = read_bits(tables.geometry, primitive, GeometrySlot.KIND)
    kind = word & KIND_MASK
    t, t_min = INFINITY, 0.0
    for side in range(2):
        b = vec2(0.0)
        if kind == SPHERE:
            t = hit_sphere(tables, primitive, ray, t_min)
        else:
            plane = hit_flat(tables, primitive, kind, ray)
            t = plane.x
            b = vec2(plane.y, plane.z)
        if t >= t_best or (word & MASKED_BIT) == 0:
            break
        point = TexturePoint(uv=vec2(0.0), primitive=primitive, b=b)
        if kind == SPHERE:
            point.uv = sphere_uv_at(tables, primitive, ray.origin + t * ray.direction)
        else:
            point.uv = barycentric_to_uv(tables, primitive, b)
        if not passes_by_opacity(tables, ray, point, ti.cast(side, ti.u32)):
            break
        t_min = t
        t = INFINITY
        if kind != SPHERE:
            break
    return ti.select(t < t_best, t, INFINITY)
