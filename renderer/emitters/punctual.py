"""Punctual lights: point, spot and directional.

Device code.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.texture import TexturePoint
from renderer.bsdfs.texture import sample_texture
from renderer.emitters.records import SHADOW_RAY_FRACTION
from renderer.emitters.records import EmitterSample
from renderer.geometry.ray import INFINITY
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import row_xyz
from renderer.tables.layout import COSINE_SQUARED_FALLOFF
from renderer.tables.layout import SMOOTH_STEP_FALLOFF
from renderer.tables.layout import EmitterSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.func
def angle_of(cosine: ti.f32) -> ti.f32:
    """Arc cosine in radians, error below 7e-5 (Abramowitz and Stegun 4.4.45)."""
    x = ti.min(abs(cosine), 1.0)
    angle = 1.5707288 + x * (-0.2121144 + x * (0.0742610 - x * 0.0187293))
    angle *= ti.sqrt(1.0 - x)
    return ti.select(cosine < 0.0, pi - angle, angle)


@ti.func
def spot_falloff(tables: ti.template(), emitter: ti.i32, cosine: ti.f32) -> ti.f32:
    """Factor in [0, 1] on a spot's intensity at an angle to its axis: the square of a ramp between
    two cosines (KHR_lights_punctual) or its smooth step (pbrt), or a ramp between two angles
    (Mitsuba).
    """
    cos_inner = read_float(tables.emitters, emitter, EmitterSlot.COS_INNER)
    cos_outer = read_float(tables.emitters, emitter, EmitterSlot.COS_OUTER)
    ramp = (cosine - cos_outer) / ti.max(cos_inner - cos_outer, 1e-4)
    is_lit = ramp > 0.0
    kind = read_bits(tables.emitters, emitter, EmitterSlot.FALLOFF)
    if kind == SMOOTH_STEP_FALLOFF:
        ramp = ti.min(ramp, 1.0)
        ramp *= ramp * (3.0 - 2.0 * ramp)
    elif kind == COSINE_SQUARED_FALLOFF:
        ramp *= ramp
    else:
        outer = read_float(tables.emitters, emitter, EmitterSlot.OUTER_ANGLE)
        inverse_width = read_float(tables.emitters, emitter, EmitterSlot.INVERSE_WIDTH)
        ramp = (outer - angle_of(cosine)) * inverse_width
    return ti.select(is_lit, ti.min(ti.max(ramp, 0.0), 1.0), 0.0)


@ti.func
def projected_image(
    tables: ti.template(), emitter: ti.i32, texture: ti.i32, direction: vec3
) -> vec3:
    """Factor of a light's image on its intensity along a direction away from it."""
    x = read_vec3(tables.emitters, emitter, EmitterSlot.IMAGE_X).dot(direction)
    y = read_vec3(tables.emitters, emitter, EmitterSlot.IMAGE_Y).dot(direction)
    z = read_vec3(tables.emitters, emitter, EmitterSlot.SPOT_AXIS).dot(direction)
    factor = vec3(0.0)
    if z > 1e-6:
        u = 0.5 + read_float(tables.emitters, emitter, EmitterSlot.IMAGE_SCALE_X) * x / z
        v = 0.5 + read_float(tables.emitters, emitter, EmitterSlot.IMAGE_SCALE_Y) * y / z
        is_projector = read_float(tables.emitters, emitter, EmitterSlot.IS_PROJECTOR) > 0.0
        if not is_projector or ti.min(u, v, 1.0 - u, 1.0 - v) >= 0.0:
            point = TexturePoint(uv=vec2(u, v), primitive=-1, b=vec2(0.0))
            factor = row_xyz(sample_texture(tables, texture, point))
        if is_projector:
            factor /= z * z * z
    return factor


@ti.func
def sample_point(tables: ti.template(), emitter: ti.i32, p: vec3) -> EmitterSample:
    """Direction from p to a point or spot light."""
    axis = read_vec3(tables.emitters, emitter, EmitterSlot.SPOT_AXIS)
    to_light = read_vec3(tables.emitters, emitter, EmitterSlot.POSITION) - p
    distance = ti.max(to_light.norm(), 1e-10)
    direction = to_light / distance
    falloff = spot_falloff(tables, emitter, -direction.dot(axis))
    intensity = read_vec3(tables.emitters, emitter, EmitterSlot.RADIANCE)
    texture = read_bits(tables.emitters, emitter, EmitterSlot.TEXTURE)
    if texture >= 0:
        intensity *= projected_image(tables, emitter, texture, -direction)
    return EmitterSample(
        direction=direction,
        distance=distance * SHADOW_RAY_FRACTION,
        radiance=intensity * (falloff / (distance * distance)),
        pdf=read_float(tables.emitters, emitter, EmitterSlot.PMF),
        is_delta=1,
    )


@ti.func
def sample_directional(tables: ti.template(), emitter: ti.i32) -> EmitterSample:
    """Direction to a directional light, the same for all points."""
    return EmitterSample(
        direction=read_vec3(tables.emitters, emitter, EmitterSlot.TO_LIGHT),
        distance=INFINITY,
        radiance=read_vec3(tables.emitters, emitter, EmitterSlot.RADIANCE),
        pdf=read_float(tables.emitters, emitter, EmitterSlot.PMF),
        is_delta=1,
    )
