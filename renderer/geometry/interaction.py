"""Surface interaction: position, normals, texture coordinates and material of a hit.

Device code.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_mapped_normal
from renderer.bsdfs.fetch import fetch_slope
from renderer.bsdfs.fetch import has_bump_map
from renderer.bsdfs.fetch import has_normal_map
from renderer.bsdfs.fetch import is_composed
from renderer.bsdfs.fetch import is_oriented
from renderer.bsdfs.fetch import resolve_layers
from renderer.bsdfs.texture import TexturePoint
from renderer.bsdfs.texture import attribute_at
from renderer.geometry.frame import ShadingFrame
from renderer.geometry.frame import make_frame
from renderer.geometry.primitives import TAU
from renderer.geometry.primitives import barycentric_to_uv
from renderer.geometry.primitives import corner_uv
from renderer.geometry.primitives import sphere_uv
from renderer.geometry.ray import Hit
from renderer.geometry.ray import Ray
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import row_xyz
from renderer.sampling.sampler import hash_to_unit
from renderer.tables.layout import BITANGENT_FLAG
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import SPHERE
from renderer.tables.layout import TANGENTS_FLAG
from renderer.tables.layout import GeometrySlot
from renderer.tables.layout import MaterialSlot
from renderer.tables.layout import ShadingSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)

ORIGIN_OFFSET = 1e-5  # offset of a ray's origin from its surface / largest coordinate
BLEND_SALT = 0x9E3779B9  # makes the choice of a blend independent of the opacity test
SCENE_OFFSET = 1e-7  # added offset / scene radius, for hits near the world's origin


@ti.dataclass
class SurfaceInteraction:
    """Hit record for shading."""

    p: vec3
    ng: vec3  # geometric normal, unit, front side
    frame: ShadingFrame  # around the shading normal
    smooth_normal: vec3  # normal before normal and bump maps, in the frame
    point: TexturePoint
    wi: vec3  # unit direction to the ray's origin, in the frame
    t: ti.f32
    primitive: ti.i32
    material: ti.i32  # of a blend, the one that was chosen; below a coating
    coating: ti.i32  # material row of the coating, -1: none
    emitter: ti.i32  # -1: none


@ti.func
def offset_origin(tables: ti.template(), p: vec3, ng: vec3, direction: vec3) -> vec3:
    """Origin of a ray that leaves p: p moved off the surface to the side of `direction`."""
    size = ti.max(abs(p.x), abs(p.y), abs(p.z))
    distance = size * ORIGIN_OFFSET + tables.radius * SCENE_OFFSET
    return p + ng * ti.select(ng.dot(direction) >= 0.0, distance, -distance)


@ti.func
def tangent_frame(n: vec3, along: vec3) -> ShadingFrame:
    """Frame around n whose s is `along` projected; arbitrary if `along` is 0 or parallel to n."""
    frame = make_frame(n)
    s = along - n * n.dot(along)
    length = s.norm_sqr()
    if length > 1e-20 and length > 1e-12 * along.norm_sqr():
        frame.s = s.normalized()
        frame.t = n.cross(frame.s)
    return frame


@ti.func
def bump_normal(n: vec3, along_u: vec3, along_v: vec3, slope: vec2) -> vec3:
    """Unit normal of the surface raised along n; `along_u` and `along_v` are its derivatives by u
    and v, `slope` those of the height (Blinn 1978). It stays on n's side.
    """
    du = along_u + n * (slope.x - n.dot(along_u))
    dv = along_v + n * (slope.y - n.dot(along_v))
    raised = du.cross(dv)
    raised *= ti.select(raised.dot(n) < 0.0, -1.0, 1.0)
    result = n
    if raised.norm_sqr() > 1e-30:
        result = raised.normalized()
    return result


@ti.func
def facing(n: vec3, smooth: vec3, towards: vec3, keeps_tangents: ti.i32) -> vec3:
    """The mapped normal n if it faces `towards` as the smooth one does, else n mirrored at that.

    With `keeps_tangents`, n seen from behind is first mirrored at the smooth normal.
    """
    mirrored = 2.0 * smooth.dot(n) * smooth - n
    is_behind = smooth.dot(towards) < 0.0
    is_turned = is_behind and keeps_tangents != 0
    result = ti.select(is_turned, mirrored, n)
    if (result.dot(towards) < 0.0) != is_behind:
        result = ti.select(is_turned, n, mirrored)
    return result


@ti.dataclass
class Derivatives:
    """Derivatives of a surface's position by texture coordinates; 0 without these."""

    u: vec3
    v: vec3
    handedness: ti.f32  # -1 where texture coordinates are mirrored, else 1


@ti.func
def sphere_derivatives(tables: ti.template(), primitive: ti.i32, n: vec3) -> Derivatives:
    """Derivatives where the outward direction is n."""
    radius = read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
    x = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_X)
    y = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_Y)
    z = read_vec3(tables.shading, primitive, ShadingSlot.AXIS_Z)
    sx, sy, sz = x.dot(n), y.dot(n), z.dot(n)
    across = ti.sqrt(ti.max(sx * sx + sy * sy, 1e-12))
    return Derivatives(
        u=(y * sx - x * sy) * (TAU * radius),
        v=(z * across - (x * sx + y * sy) * (sz / across)) * (0.5 * TAU * radius),
        handedness=1.0,
    )


@ti.func
def flat_derivatives(tables: ti.template(), primitive: ti.i32) -> Derivatives:
    """Derivatives of a triangle, rectangle or disk."""
    e1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
    e2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
    uv0 = corner_uv(tables, primitive, 0)
    duv1 = corner_uv(tables, primitive, 1) - uv0
    duv2 = corner_uv(tables, primitive, 2) - uv0
    determinant = duv1.x * duv2.y - duv1.y * duv2.x
    result = Derivatives(u=vec3(0.0), v=vec3(0.0), handedness=1.0)
    if determinant <= 0.0:
        result.handedness = -1.0
    if abs(determinant) > 1e-20:
        result.u = (e1 * duv2.y - e2 * duv1.y) / determinant
        result.v = (e2 * duv1.x - e1 * duv2.x) / determinant
    return result


@ti.func
def surface_derivatives(tables: ti.template(), point: TexturePoint, n: vec3) -> Derivatives:
    """Derivatives at a point; n is the outward direction of a sphere. The tangent attribute, if the
    primitive has it, replaces the direction of the derivative by u, and the handedness.
    """
    result = Derivatives()
    kind = read_bits(tables.geometry, point.primitive, GeometrySlot.KIND) & KIND_MASK
    if kind == SPHERE:
        result = sphere_derivatives(tables, point.primitive, n)
    else:
        result = flat_derivatives(tables, point.primitive)
    if tables.tangent_attribute >= 0:
        tangent = attribute_at(tables, tables.tangent_attribute, point, vec4(0.0))
        along = row_xyz(tangent)
        if along.norm_sqr() > 0.0:
            result.u = along * ti.max(result.u.norm(), 1e-6)
            result.handedness = ti.select(tangent[3] > 0.0, 1.0, -1.0)
    return result


@ti.func
def oriented_frame(
    tables: ti.template(),
    material: ti.i32,
    point: TexturePoint,
    smooth: vec3,
    outward: vec3,
    towards: vec3,
) -> ShadingFrame:
    """Shading frame along the texture coordinates, with the normal of normal and bump maps.

    As in glTF, its third axis is the bitangent, towards which an anisotropy is rotated.
    """
    n = smooth
    along = surface_derivatives(tables, point, outward)
    flags = read_bits(tables.materials, material, MaterialSlot.FLAGS)
    if has_normal_map(tables, material):
        frame = tangent_frame(n, along.u)
        if (flags & BITANGENT_FLAG) == 0:
            frame.t *= along.handedness
        mapped = frame.to_world(fetch_mapped_normal(tables, material, point)).normalized()
        n = facing(mapped, n, towards, flags & TANGENTS_FLAG)
    if has_bump_map(tables, material):
        raised = bump_normal(n, along.u, along.v, fetch_slope(tables, material, point))
        n = facing(raised, n, towards, flags & TANGENTS_FLAG)
    frame = tangent_frame(n, along.u)
    if (flags & BITANGENT_FLAG) == 0:
        frame.t *= along.handedness  # left-handed where coordinates are mirrored
    return frame


@ti.func
def make_interaction(tables: ti.template(), ray: Ray, hit: Hit) -> SurfaceInteraction:
    """Compute the surface interaction of a hit from the scene tables."""
    primitive = hit.primitive
    material = read_bits(tables.geometry, primitive, GeometrySlot.MATERIAL)
    p = ray.origin + hit.t * ray.direction
    ng, n, uv, outward = vec3(0.0), vec3(0.0), vec2(0.0), vec3(0.0)
    if (read_bits(tables.geometry, primitive, GeometrySlot.KIND) & KIND_MASK) == SPHERE:
        center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
        outward = (p - center).normalized()
        p = center + outward * read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
        uv = sphere_uv(tables, primitive, outward)
        is_flipped = read_float(tables.geometry, primitive, GeometrySlot.IS_FLIPPED) > 0.0
        ng = ti.select(is_flipped, -outward, outward)
        n = ng
    else:
        origin = read_vec3(tables.geometry, primitive, GeometrySlot.ORIGIN)
        e1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
        e2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
        b1, b2 = hit.uv.x, hit.uv.y
        p = origin + b1 * e1 + b2 * e2
        ng = e1.cross(e2).normalized()
        n0 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL0)
        n1 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL1)
        n2 = read_vec3(tables.shading, primitive, ShadingSlot.NORMAL2)
        n = (n0 + b1 * (n1 - n0) + b2 * (n2 - n0)).normalized()
        uv = barycentric_to_uv(tables, primitive, hit.uv)
    point = TexturePoint(uv=uv, primitive=primitive, b=hit.uv)
    coating = -1
    if is_composed(tables, material):
        u_blend = hash_to_unit(ray.key ^ ti.u32(BLEND_SALT), ti.cast(primitive, ti.u32))
        is_front = ti.cast(ng.dot(ray.direction) < 0.0, ti.i32)
        layers = resolve_layers(tables, material, point, is_front, u_blend)
        material, coating = layers.base, layers.coating
    frame, smooth_normal = make_frame(n), vec3(0.0, 0.0, 1.0)
    if is_oriented(tables, material):
        frame = oriented_frame(tables, material, point, n, outward, -ray.direction)
        smooth_normal = frame.to_local(n)
    return SurfaceInteraction(
        p=p,
        ng=ng,
        frame=frame,
        smooth_normal=smooth_normal,
        point=point,
        wi=frame.to_local(-ray.direction),
        t=hit.t,
        primitive=primitive,
        material=material,
        coating=coating,
        emitter=read_bits(tables.geometry, primitive, GeometrySlot.EMITTER),
    )
