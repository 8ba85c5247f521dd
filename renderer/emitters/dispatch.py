"""Emitter sampling: choose an emitter, sample a direction to it, compute the density of both.

Device code. An emitter is chosen by an alias table over all emitters; the pmf in its row is the
probability of that choice.
"""

import taichi as ti

from renderer.bsdfs.alias_lookup import choose
from renderer.emitters.area import area_pdf
from renderer.emitters.area import sample_area
from renderer.emitters.environment import EnvironmentValue
from renderer.emitters.environment import look_up_environment
from renderer.emitters.environment import sample_environment
from renderer.emitters.punctual import sample_directional
from renderer.emitters.punctual import sample_point
from renderer.emitters.records import EmitterSample
from renderer.emitters.records import no_emitter_sample
from renderer.geometry.interaction import SurfaceInteraction
from renderer.geometry.ray import INFINITY
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.tables.layout import AREA_EMITTER
from renderer.tables.layout import DIRECTIONAL_EMITTER
from renderer.tables.layout import ENVIRONMENT_EMITTER
from renderer.tables.layout import POINT_EMITTER
from renderer.tables.layout import EmitterSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)


@ti.func
def sample_emitter(tables: ti.template(), p: vec3, u: vec4) -> EmitterSample:
    """Choose an emitter with u.x and sample it from p with u.y and u.z; u.w: low-order bits."""
    result = no_emitter_sample()
    if tables.emitter_count > 0:
        choice = choose(tables.emitter_alias, 0, tables.emitter_count, u.x, u.w)
        emitter = choice.index
        kind = read_bits(tables.emitters, emitter, EmitterSlot.KIND)
        if kind == AREA_EMITTER:
            result = sample_area(tables, emitter, p, vec2(u.y, u.z))
        elif kind == ENVIRONMENT_EMITTER:
            value = sample_environment(tables, vec3(u.y, u.z, u.w))
            result.direction = value.direction
            result.distance = INFINITY
            result.radiance = value.radiance
            result.pdf = read_float(tables.emitters, emitter, EmitterSlot.PMF) * value.pdf
        elif kind == POINT_EMITTER:
            result = sample_point(tables, emitter, p)
        elif kind == DIRECTIONAL_EMITTER:
            result = sample_directional(tables, emitter)
    return result


@ti.func
def hit_emitter_pdf(
    tables: ti.template(), si: SurfaceInteraction, p: vec3, direction: vec3
) -> ti.f32:
    """Density per solid angle of `sample_emitter` from p at the hit si; 0 if never chosen."""
    return area_pdf(tables, si.emitter, p, direction, (si.p - p).norm(), si.ng)


@ti.func
def escaped_light(tables: ti.template(), direction: vec3) -> EnvironmentValue:
    """Environment light along a ray that leaves the scene; its pdf is that of `sample_emitter`,
    including the choice of emitter.
    """
    value = look_up_environment(tables, direction)
    if value.pdf > 0.0:
        value.pdf *= read_float(tables.emitters, tables.environment_emitter, EmitterSlot.PMF)
    return value
