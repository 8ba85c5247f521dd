"""Area emitters: emitted radiance, sampling by area or by cone, and the density of both.

Device code. An area emitter emits from its front, from both sides, or parallel light along its
normals. Of parallel light a point receives what leaves one point of the surface, a delta emitter.
"""

import taichi as ti

from renderer.bsdfs.fetch import fetch_opacity
from renderer.bsdfs.texture import TexturePoint
from renderer.bsdfs.texture import sample_texture
from renderer.emitters.records import SHADOW_RAY_FRACTION
from renderer.emitters.records import EmitterSample
from renderer.geometry.frame import make_frame
from renderer.geometry.primitives import barycentric_to_uv
from renderer.geometry.primitives import sphere_uv
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import row_xyz
from renderer.sampling.warp import cone_pdf
from renderer.sampling.warp import square_to_cone
from renderer.sampling.warp import square_to_disk
from renderer.sampling.warp import square_to_sphere
from renderer.sampling.warp import square_to_triangle
from renderer.tables.layout import DISK
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import MASKED_BIT
from renderer.tables.layout import PARALLEL
from renderer.tables.layout import SPHERE
from renderer.tables.layout import TRIANGLE
from renderer.tables.layout import EmitterSlot
from renderer.tables.layout import GeometrySlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def emitted_radiance(
    tables: ti.template(), emitter: ti.i32, point: TexturePoint, cos_front: ti.f32
) -> vec3:
    """Radiance of an area emitter; `cos_front` is the cosine with the normal of its front.

    Where that is above PARALLEL, the irradiance of parallel light across its direction.
    """
    radiance = vec3(0.0)
    if cos_front > read_float(tables.emitters, emitter, EmitterSlot.MIN_COSINE):
        radiance = read_vec3(tables.emitters, emitter, EmitterSlot.RADIANCE)
        texture = read_bits(tables.emitters, emitter, EmitterSlot.TEXTURE)
        if texture >= 0:
            radiance *= row_xyz(sample_texture(tables, texture, point))
    return radiance


@ti.func
def sphere_one_minus_cos(center: vec3, radius: ti.f32, p: vec3) -> ti.f32:
    """1 - cos of the half angle that a sphere subtends from a point outside; -1 from inside."""
    sin2 = radius * radius / (center - p).norm_sqr()
    result = -1.0
    if sin2 < 0.9999:
        # Exact for distant spheres, where 1 - sqrt(1 - x) would cancel.
        result = sin2 / (1.0 + ti.sqrt(1.0 - sin2))
    return result


@ti.func
def area_pdf(
    tables: ti.template(), emitter: ti.i32, p: vec3, direction: vec3, t: ti.f32, ng: vec3
) -> ti.f32:
    """Density per solid angle of `sample_area` from p at p + t direction with geometric normal
    ng, times the probability of choosing the emitter.
    """
    pmf = read_float(tables.emitters, emitter, EmitterSlot.PMF)
    area = read_float(tables.emitters, emitter, EmitterSlot.AREA)
    primitive = read_bits(tables.emitters, emitter, EmitterSlot.PRIMITIVE)
    density = t * t / (ti.max(abs(ng.dot(direction)), 1e-8) * area)
    if (read_bits(tables.geometry, primitive, GeometrySlot.KIND) & KIND_MASK) == SPHERE:
        center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
        radius = read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
        one_minus_cos = sphere_one_minus_cos(center, radius, p)
        if one_minus_cos > 0.0:
            density = cone_pdf(one_minus_cos)
    return pmf * density


@ti.func
def sample_sphere_point(center: vec3, radius: ti.f32, p: vec3, u: vec2) -> vec3:
    """Point of a sphere: uniform in the subtended cone if p is outside, by area if p is inside."""
    point = center + radius * square_to_sphere(u)
    one_minus_cos = sphere_one_minus_cos(center, radius, p)
    if one_minus_cos > 0.0:
        to_center = center - p
        distance = to_center.norm()
        w = square_to_cone(u, one_minus_cos)
        # Distance along w to the sphere's near side, by the law of cosines.
        half_chord = ti.sqrt(ti.max(radius * radius - distance * distance * (1.0 - w.z * w.z), 0.0))
        point = p + make_frame(to_center / distance).to_world(w) * (distance * w.z - half_chord)
        point = center + (point - center).normalized() * radius
    return point


@ti.dataclass
class BeamStart:
    """Where the parallel light that reaches a point leaves a primitive."""

    position: vec3
    ng: vec3  # direction of the light
    b: vec2  # coordinates on the primitive, as those of a hit
    spread: ti.f32  # irradiance at the point over that at the primitive; 0: no light arrives


@ti.func
def beam_start(tables: ti.template(), primitive: ti.i32, kind: ti.i32, p: vec3) -> BeamStart:
    """Start of the light along the normals of a primitive that reaches p."""
    result = BeamStart(position=vec3(0.0), ng=vec3(0.0, 0.0, 1.0), b=vec2(0.0), spread=0.0)
    if kind == SPHERE:
        center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
        radius = read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
        distance = (p - center).norm()
        if distance > radius:
            result.ng = (p - center) / distance
            result.position = center + radius * result.ng
            result.spread = (radius / distance) * (radius / distance)
    else:
        edge1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
        edge2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
        offset = p - read_vec3(tables.geometry, primitive, GeometrySlot.ORIGIN)
        n = edge1.cross(edge2)
        area2 = ti.max(n.norm_sqr(), 1e-30)
        b = vec2(offset.cross(edge2).dot(n), edge1.cross(offset).dot(n)) / area2
        is_inside = b.x >= 0.0 and b.y >= 0.0 and b.x <= 1.0 and b.y <= 1.0
        if kind == TRIANGLE:
            is_inside = is_inside and b.x + b.y <= 1.0
        elif kind == DISK:
            is_inside = (b - 0.5).norm_sqr() <= 0.25
        if is_inside and offset.dot(n) > 0.0:
            result.b, result.ng, result.spread = b, n / ti.sqrt(area2), 1.0
            result.position = p - result.ng * offset.dot(result.ng)
    return result


@ti.func
def sample_area(tables: ti.template(), emitter: ti.i32, p: vec3, u: vec2) -> EmitterSample:
    """Sample a point of an area emitter, seen from p."""
    primitive = read_bits(tables.emitters, emitter, EmitterSlot.PRIMITIVE)
    kind_word = read_bits(tables.geometry, primitive, GeometrySlot.KIND)
    kind = kind_word & KIND_MASK
    position, ng = vec3(0.0), vec3(0.0)
    point = TexturePoint(uv=vec2(0.0), primitive=primitive, b=vec2(0.0))
    is_parallel = read_float(tables.emitters, emitter, EmitterSlot.MIN_COSINE) >= PARALLEL
    spread = 1.0
    if is_parallel:
        beam = beam_start(tables, primitive, kind, p)
        position, ng, spread = beam.position, beam.ng, beam.spread
        point.b, point.uv = beam.b, barycentric_to_uv(tables, primitive, beam.b)
        if kind == SPHERE:
            point.uv = sphere_uv(tables, primitive, ng)
    elif kind == SPHERE:
        center = read_vec3(tables.geometry, primitive, GeometrySlot.CENTER)
        radius = read_float(tables.geometry, primitive, GeometrySlot.RADIUS)
        position = sample_sphere_point(center, radius, p, u)
        outward = (position - center).normalized()
        is_flipped = read_float(tables.geometry, primitive, GeometrySlot.IS_FLIPPED) > 0.0
        ng = ti.select(is_flipped, -outward, outward)
        point.uv = sphere_uv(tables, primitive, outward)
    else:
        b = u
        if kind == TRIANGLE:
            b = square_to_triangle(u)
        elif kind == DISK:
            b = 0.5 + 0.5 * square_to_disk(u)
        edge1 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE1)
        edge2 = read_vec3(tables.geometry, primitive, GeometrySlot.EDGE2)
        position = read_vec3(tables.geometry, primitive, GeometrySlot.ORIGIN)
        position = position + b.x * edge1 + b.y * edge2
        ng = edge1.cross(edge2).normalized()
        point.b, point.uv = b, barycentric_to_uv(tables, primitive, b)
    to_light = position - p
    distance = to_light.norm()
    direction = to_light / ti.max(distance, 1e-20)
    cos_front = -ng.dot(direction)
    if is_parallel:
        cos_front = PARALLEL + 1.0
    radiance = spread * emitted_radiance(tables, emitter, point, cos_front)
    if (kind_word & MASKED_BIT) != 0:
        # The shadow ray ends before the emitter, so the emitter's own opacity is applied here.
        material = read_bits(tables.geometry, primitive, GeometrySlot.MATERIAL)
        radiance *= fetch_opacity(tables, material, point)
    pdf = area_pdf(tables, emitter, p, direction, distance, ng)
    if is_parallel:
        pdf = ti.select(spread > 0.0, read_float(tables.emitters, emitter, EmitterSlot.PMF), 0.0)
    if abs(cos_front) < 1e-6:
        pdf = 0.0
    return EmitterSample(
        direction=direction,
        distance=distance * SHADOW_RAY_FRACTION,
        radiance=radiance,
        pdf=pdf,
        is_delta=ti.cast(is_parallel, ti.i32),
    )
