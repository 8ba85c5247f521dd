"""Emitters: choose one, sample a direction to it, and the density of having done so.

Device code. The choice is an alias table over all emitters; `pmf` below is its probability. Area
emitters shine from their front, or from both sides where their record says so.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.alias_lookup import choose
from renderer.bsdfs.fetch import fetch_opacity
from renderer.bsdfs.texture import row_xyz
from renderer.bsdfs.texture import sample_texture
from renderer.bsdfs.texture import word_bits
from renderer.emitters.environment import EnvironmentValue
from renderer.emitters.environment import look_up_environment
from renderer.emitters.environment import sample_environment
from renderer.geometry.frame import make_frame
from renderer.geometry.interaction import SurfaceInteraction
from renderer.geometry.primitives import barycentric_to_uv
from renderer.geometry.primitives import sphere_uv
from renderer.geometry.ray import INFINITY
from renderer.sampling.warp import cone_pdf
from renderer.sampling.warp import square_to_cone
from renderer.sampling.warp import square_to_disk
from renderer.sampling.warp import square_to_sphere
from renderer.sampling.warp import square_to_triangle
from renderer.tables.layout import AREA_EMITTER
from renderer.tables.layout import DIRECTIONAL_EMITTER
from renderer.tables.layout import DISK
from renderer.tables.layout import EMITTER_ROWS
from renderer.tables.layout import ENVIRONMENT_EMITTER
from renderer.tables.layout import GEOMETRY_ROWS
from renderer.tables.layout import KIND_MASK
from renderer.tables.layout import MASKED_BIT
from renderer.tables.layout import POINT_EMITTER
from renderer.tables.layout import SPHERE
from renderer.tables.layout import TRIANGLE

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)

SHADOW_SHARE = 0.9999  # a shadow ray stops this share of the way, short of the emitter itself


@ti.dataclass
class EmitterSample:
    """A direction towards light."""

    direction: vec3  # world, unit, from the shaded point to the light
    distance: ti.f32  # how far a shadow ray must be free
    radiance: (
        vec3  # arriving along the direction; a delta emitter's irradiance or intensity / distance^2
    )
    pdf: (
        ti.f32
    )  # per solid angle, choice included; a delta emitter: of the choice; 0: no light from here
    is_delta: ti.i32


@ti.func
def emitted_radiance(tables: ti.template(), emitter: ti.i32, uv: vec2, cos_front: ti.f32) -> vec3:
    """Radiance of an area emitter; `cos_front` is the cosine with the normal of its front."""
    base = emitter * EMITTER_ROWS
    row = tables.emitters[base + 1]
    is_two_sided = tables.emitters[base + 2][0] > 0.0
    radiance = vec3(0.0)
    if cos_front > 0.0 or is_two_sided:
        radiance = row_xyz(row)
        texture = word_bits(row[3])
        if texture >= 0:
            radiance *= row_xyz(sample_texture(tables, texture, uv))
    return radiance


@ti.func
def sphere_one_minus_cos(center: vec3, radius: ti.f32, p: vec3) -> ti.f32:
    """1 - cos of the half angle under which a sphere is seen from outside; -1 from inside."""
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
    """Density per solid angle, choice included, of sampling the point at p + t direction with
    normal ng.
    """
    base = emitter * EMITTER_ROWS
    pmf, area = tables.emitters[base][2], tables.emitters[base][3]
    geometry = word_bits(tables.emitters[base][1]) * GEOMETRY_ROWS
    density = t * t / (ti.max(abs(ng.dot(direction)), 1e-8) * area)
    if (word_bits(tables.geometry[geometry][3]) & KIND_MASK) == SPHERE:
        center, radius = row_xyz(tables.geometry[geometry]), tables.geometry[geometry + 1][0]
        one_minus_cos = sphere_one_minus_cos(center, radius, p)
        if one_minus_cos > 0.0:
            density = cone_pdf(one_minus_cos)
    return pmf * density


@ti.func
def sample_sphere_point(center: vec3, radius: ti.f32, p: vec3, u: vec2) -> vec3:
    """A point of the sphere: inside the cone it fills from outside, anywhere on it from within."""
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


@ti.func
def sample_area(tables: ti.template(), emitter: ti.i32, p: vec3, u: vec2) -> EmitterSample:
    """A point of an area emitter, seen from p."""
    primitive = word_bits(tables.emitters[emitter * EMITTER_ROWS][1])
    geometry = primitive * GEOMETRY_ROWS
    head, row1, row2 = (
        tables.geometry[geometry],
        tables.geometry[geometry + 1],
        tables.geometry[geometry + 2],
    )
    kind = word_bits(head[3]) & KIND_MASK
    point, ng, uv = vec3(0.0), vec3(0.0), vec2(0.0)
    if kind == SPHERE:
        point = sample_sphere_point(row_xyz(head), row1[0], p, u)
        outward = (point - row_xyz(head)).normalized()
        ng = ti.select(row1[1] > 0.0, -outward, outward)
        uv = sphere_uv(tables, primitive, outward)
    else:
        b = u
        if kind == TRIANGLE:
            b = square_to_triangle(u)
        elif kind == DISK:
            b = 0.5 + 0.5 * square_to_disk(u)
        point = row_xyz(head) + b.x * row_xyz(row1) + b.y * row_xyz(row2)
        ng = row_xyz(row1).cross(row_xyz(row2)).normalized()
        uv = barycentric_to_uv(tables, primitive, b)
    to_light = point - p
    distance = to_light.norm()
    direction = to_light / ti.max(distance, 1e-20)
    cos_front = -ng.dot(direction)
    radiance = emitted_radiance(tables, emitter, uv, cos_front)
    if (word_bits(head[3]) & MASKED_BIT) != 0:
        # The shadow ray ends before the emitter, so what there is of it counts here.
        radiance *= fetch_opacity(tables, word_bits(row1[3]), uv)
    pdf = area_pdf(tables, emitter, p, direction, distance, ng)
    if abs(cos_front) < 1e-6:
        pdf = 0.0
    return EmitterSample(
        direction=direction,
        distance=distance * SHADOW_SHARE,
        radiance=radiance,
        pdf=pdf,
        is_delta=0,
    )


@ti.func
def angle_of(cosine: ti.f32) -> ti.f32:
    """Arc cosine to 7e-5 rad (Abramowitz and Stegun 4.4.45), without a call of the library."""
    x = ti.min(abs(cosine), 1.0)
    angle = 1.5707288 + x * (-0.2121144 + x * (0.0742610 - x * 0.0187293))
    angle *= ti.sqrt(1.0 - x)
    return ti.select(cosine < 0.0, pi - angle, angle)


@ti.func
def spot_falloff(tables: ti.template(), base: ti.i32, cosine: ti.f32) -> ti.f32:
    """Share of a spot's intensity at an angle to its axis: as KHR_lights_punctual has it the
    square of the way between two cosines, or as Mitsuba has it the way between two angles.
    """
    cos_inner, cos_outer = tables.emitters[base + 2][3], tables.emitters[base + 3][3]
    edge = tables.emitters[base + 4]
    share = (cosine - cos_outer) / ti.max(cos_inner - cos_outer, 1e-4)
    is_lit = share > 0.0
    share *= share
    if edge[0] > 0.0:
        share = (edge[1] - angle_of(cosine)) * edge[2]
    return ti.select(is_lit, ti.min(ti.max(share, 0.0), 1.0), 0.0)


@ti.func
def sample_point(tables: ti.template(), emitter: ti.i32, p: vec3) -> EmitterSample:
    """Towards a point or spot light."""
    base = emitter * EMITTER_ROWS
    axis = row_xyz(tables.emitters[base + 3])
    to_light = row_xyz(tables.emitters[base + 2]) - p
    distance = ti.max(to_light.norm(), 1e-10)
    direction = to_light / distance
    falloff = spot_falloff(tables, base, -direction.dot(axis))
    radiance = row_xyz(tables.emitters[base + 1]) * (falloff / (distance * distance))
    return EmitterSample(
        direction=direction,
        distance=distance * SHADOW_SHARE,
        radiance=radiance,
        pdf=tables.emitters[base][2],
        is_delta=1,
    )


@ti.func
def sample_emitter(tables: ti.template(), p: vec3, u: vec4) -> EmitterSample:
    """Choose an emitter with u.x and sample it from p with u.y and u.z; u.w supplies low bits."""
    result = EmitterSample(
        direction=vec3(0.0, 0.0, 1.0), distance=0.0, radiance=vec3(0.0), pdf=0.0, is_delta=0
    )
    if tables.emitter_count > 0:
        choice = choose(tables.emitter_alias, 0, tables.emitter_count, u.x, u.w)
        emitter = choice.index
        base = emitter * EMITTER_ROWS
        kind = word_bits(tables.emitters[base][0])
        if kind == AREA_EMITTER:
            result = sample_area(tables, emitter, p, vec2(u.y, u.z))
        elif kind == ENVIRONMENT_EMITTER:
            value = sample_environment(tables, vec3(u.y, u.z, u.w))
            result.direction = value.direction
            result.distance = INFINITY
            result.radiance = value.radiance
            result.pdf = tables.emitters[base][2] * value.pdf
        elif kind == POINT_EMITTER:
            result = sample_point(tables, emitter, p)
        elif kind == DIRECTIONAL_EMITTER:
            result.direction = row_xyz(tables.emitters[base + 2])
            result.distance = INFINITY
            result.radiance = row_xyz(tables.emitters[base + 1])
            result.pdf = tables.emitters[base][2]
            result.is_delta = 1
    return result


@ti.func
def hit_emitter_pdf(
    tables: ti.template(), si: SurfaceInteraction, p: vec3, direction: vec3
) -> ti.f32:
    """Density with which `sample_emitter` from p finds the hit si; 0 if it never does."""
    return area_pdf(tables, si.emitter, p, direction, (si.p - p).norm(), si.ng)


@ti.func
def escaped_light(tables: ti.template(), direction: vec3) -> EnvironmentValue:
    """Light from a direction that leaves the scene; its pdf is that of `sample_emitter`, choice
    included.
    """
    value = look_up_environment(tables, direction)
    if value.pdf > 0.0:
        value.pdf *= tables.emitters[tables.environment_emitter * EMITTER_ROWS][2]
    return value
