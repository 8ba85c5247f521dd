"""What a ray found: position, normals, texture coordinates and material of a hit.

Device code.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_mapped_normal
from renderer.bsdfs.fetch import has_normal_map
from renderer.bsdfs.texture import row_xyz
from renderer.bsdfs.texture import word_bits
from renderer.geometry.frame import ShadingFrame
from renderer.geometry.frame import make_frame
from renderer.geometry.primitives import sphere_axis
from renderer.geometry.primitives import sphere_uv
from renderer.geometry.ray import Hit
from renderer.geometry.ray import Ray
from renderer.tables.layout import GEOMETRY_ROWS
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import SHADING_ROWS
from renderer.tables.layout import SPHERE

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

ORIGIN_OFFSET = 1e-5  # share of the largest coordinate by which a ray starts off its surface
SCENE_OFFSET = 1e-7  # the same relative to the scene's radius, for hits near the origin


@ti.dataclass
class SurfaceInteraction:
    """A hit, ready for shading."""

    p: vec3
    ng: vec3  # geometric normal, unit, front side
    frame: ShadingFrame  # around the shading normal
    uv: vec2
    wi: vec3  # towards where the ray came from, in the frame
    t: ti.f32
    primitive: ti.i32
    material: ti.i32
    emitter: ti.i32  # -1: none


@ti.func
def offset_origin(tables: ti.template(), p: vec3, ng: vec3, direction: vec3) -> vec3:
    """Start of a ray that leaves p: moved off the surface to the side it goes to."""
    size = ti.max(abs(p.x), abs(p.y), abs(p.z))
    distance = size * ORIGIN_OFFSET + tables.radius * SCENE_OFFSET
    return p + ng * ti.select(ng.dot(direction) >= 0.0, distance, -distance)


@ti.func
def tangent_frame(n: vec3, along: vec3, handedness: ti.f32) -> ShadingFrame:
    """Frame around n whose s follows `along`; arbitrary where that is n or 0.

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
    """Normal in the world of one in the frame; the frame's own where that faces away from
    `towards`.
    """
    n = frame.to_world(mapped).normalized()
    return ti.select(n.dot(towards) * frame.n.dot(towards) > 0.0, n, frame.n)


@ti.func
def make_interaction(tables: ti.template(), ray: Ray, hit: Hit) -> SurfaceInteraction:
    """Look the hit primitive up."""
    base = hit.primitive * GEOMETRY_ROWS
    head, row1, row2 = tables.geometry[base], tables.geometry[base + 1], tables.geometry[base + 2]
    material = word_bits(row1[3])
    p = ray.origin + hit.t * ray.direction
    ng, n, uv = vec3(0.0), vec3(0.0), vec2(0.0)
    along, handedness = vec3(0.0), 1.0  # the way u increases
    if (word_bits(head[3]) & KIND_MASK) == SPHERE:
        outward = (p - row_xyz(head)).normalized()
        p = row_xyz(head) + outward * row1[0]
        uv = sphere_uv(tables, hit.primitive, outward)
        ng = ti.select(row1[1] > 0.0, -outward, outward)
        n = ng
        x, y = sphere_axis(tables, hit.primitive, 0), sphere_axis(tables, hit.primitive, 1)
        along = y * x.dot(outward) - x * y.dot(outward)
    else:
        e1, e2 = row_xyz(row1), row_xyz(row2)
        p = row_xyz(head) + hit.uv.x * e1 + hit.uv.y * e2
        ng = e1.cross(e2).normalized()
        shading = hit.primitive * SHADING_ROWS
        s0, s1 = tables.shading[shading], tables.shading[shading + 1]
        s2, s3 = tables.shading[shading + 2], tables.shading[shading + 3]
        b1, b2 = hit.uv.x, hit.uv.y
        n = row_xyz(s0) + b1 * (row_xyz(s1) - row_xyz(s0)) + b2 * (row_xyz(s2) - row_xyz(s0))
        n = n.normalized()
        uv0 = vec2(s0[3], s1[3])
        duv1, duv2 = vec2(s2[3], s3[0]) - uv0, vec2(s3[1], s3[2]) - uv0
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
        primitive=hit.primitive,
        material=material,
        emitter=word_bits(row2[3]),
    )
