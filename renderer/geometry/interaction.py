"""Surface interaction: position, normals, texture coordinates and material of a hit.

Device code.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_mapped_normal
from renderer.bsdfs.fetch import has_normal_map
from renderer.geometry.frame import ShadingFrame
from renderer.geometry.frame import make_frame
from renderer.geometry.primitives import corner_uv
from renderer.geometry.primitives import sphere_uv
from renderer.geometry.ray import Hit
from renderer.geometry.ray import Ray
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import SPHERE
from renderer.tables.layout import GeometrySlot
from renderer.tables.layout import ShadingSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

ORIGIN_OFFSET = 1e-5  # offset of a ray's origin from its surface / largest coordinate
SCENE_OFFSET = 1e-7  # added offset / scene radius, for hits near the world's origin


@ti.dataclass
class SurfaceInteraction:
    """Hit record for shading."""

    p: vec3
    ng: vec3  # geometric normal, unit, front side
    frame: ShadingFrame  # around the shading normal
    uv: vec2
    wi: vec3  # unit direction to the ray's origin, in the frame
    t: ti.f32
    primitive: ti.i32
    material: ti.i32
    emitter: ti.i32  # -1: none


@ti.func
def offset_origin(tables: ti.template(), p: vec3, ng: vec3, direction: vec3) -> vec3:
    """Origin of a ray that leaves p: p moved off the surface to the side of `direction`."""
    size = ti.max(abs(p.x), abs(p.y), abs(p.z))
    distance = size * ORIGIN_OFFSET + tables.radius * SCENE_OFFSET
    return p + ng * ti.select(ng.dot(direction) >= 0.0, distance, -distance)


@ti.func
def tangent_frame(n: vec3, along: vec3, handedness: ti.f32) -> ShadingFrame:
    """Frame around n whose s is `along` projected; s is arbitrary if `along` is parallel to n or 0.

    handedness: -1 where texture coordinates are mirrored, else 1.
    """
    frame = make_frame(n)
    s = along - n * n.dot(along)
    if s.norm_sqr() > 1e-20:
        frame.s = s.normalized()
        frame.t = n.cross(frame.s) * handedness
    return frame


@ti.func
def map_normal(frame: ShadingFrame, mapped: vec3, towards: vec3) -> vec3:
    """World-space normal of `mapped`, which is in the frame; the frame's n if only one of the two
    faces `towards`.
    """
    n = frame.to_world(mapped).normalized()
    return ti.select(n.dot(towards) * frame.n.dot(towards) > 0.0, n, frame.n)


@ti.func
def make_interaction(tables: ti.template(), ray: Ray, hit: Hit) -> SurfaceInteraction:
    """Compute the surface interaction of a hit from the scene tables."""
    primitive = hit.primitive
    material = read_bits(tables.geometry, primitive, GeometrySlot.MATERIAL)
    origin = read_vec3(tables.geometry, primitive, GeometrySlot.ORIGIN)
    e1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
    e2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
    p = ray.origin + hit.t * ray.direction
    ng, n, uv = vec3(0.0), vec3(0.0), vec2(0.0)
    along, handedness = vec3(0.0), 1.0  # dp/du; sign of the uv mapping
    if (read_bits(tables.geometry, primitive, GeometrySlot.KIND) & KIND_MASK) == SPHERE:
        center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
        outward = (p - center).normalized()
        p = center + outward * read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
        uv = sphere_uv(tables, primitive, outward)
        is_flipped = read_float(tables.geometry, primitive, GeometrySlot.IS_FLIPPED) > 0.0
        ng = ti.select(is_flipped, -outward, outward)
        n = ng
        x = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_X)
        y = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_Y)
        along = y * x.dot(outward) - x * y.dot(outward)
    else:
        b1, b2 = hit.uv.x, hit.uv.y
        p = origin + b1 * e1 + b2 * e2
        ng = e1.cross(e2).normalized()
        n0 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL0)
        n1 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL1)
        n2 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL2)
        n = (n0 + b1 * (n1 - n0) + b2 * (n2 - n0)).normalized()
        uv0 = corner_uv(tables, primitive, 0)
        duv1 = corner_uv(tables, primitive, 1) - uv0
        duv2 = corner_uv(tables, primitive, 2) - uv0
        uv = uv0 + b1 * duv1 + b2 * duv2
        determinant = duv1.x * duv2.y - duv1.y * duv2.x
        handedness = ti.select(determinant > 0.0, 1.0, -1.0)
        if abs(determinant) > 1e-20:
            along = (e1 * duv2.y - e2 * duv1.y) / determinant
    if has_normal_map(tables, material):
        frame = tangent_frame(n, along, handedness)
        n = map_normal(frame, fetch_mapped_normal(tables, material, uv), -ray.direction)
    frame = make_frame(n)
    return SurfaceInteraction(
        p=p,
        ng=ng,
        frame=frame,
        uv=uv,
        wi=frame.to_local(-ray.direction),
        t=hit.t,
        primitive=primitive,
        material=material,
        emitter=read_bits(tables.geometry, primitive, GeometrySlot.EMITTER),
    )
