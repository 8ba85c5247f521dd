"""Environment emitter: an equirectangular image, sampled in proportion to its brightness.

Device code. A constant environment is an image too. Directions map as in Mitsuba's `envmap`:
u = atan2(x, -z) / (2 pi), v = acos(y) / pi, v downwards, in the environment's own space.
"""

import taichi as ti
from taichi.math import pi

from renderer.bsdfs.alias_lookup import choose
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import read_vec4
from renderer.tables.layout import CELL_BITS
from renderer.tables.layout import CELL_ROWS
from renderer.tables.layout import EXPONENT_BIAS
from renderer.tables.layout import MANTISSA_BITS
from renderer.tables.layout import CellSlot
from renderer.tables.layout import EmitterSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
ivec2 = ti.types.vector(2, ti.i32)

MIN_SINE = 1e-6  # lower bound of sin(theta): it is 0 at the poles, and the pdf 1 / 0


@ti.func
def direction_to_uv(tables: ti.template(), direction: vec3) -> vec2:
    """World direction to image coordinates in [0, 1]^2."""
    emitter = tables.environment_emitter
    x = read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_X).dot(direction)
    y = read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_Y).dot(direction)
    z = read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_Z).dot(direction)
    u = ti.atan2(x, -z) / (2.0 * pi)
    return vec2(u - ti.floor(u), ti.acos(ti.min(ti.max(y, -1.0), 1.0)) / pi)


@ti.func
def uv_to_direction(tables: ti.template(), uv: vec2) -> vec3:
    """Inverse of `direction_to_uv`."""
    phi, theta = 2.0 * pi * uv.x, pi * uv.y
    s = ti.sin(theta)
    x, y, z = s * ti.sin(phi), ti.cos(theta), -s * ti.cos(phi)
    emitter = tables.environment_emitter
    return (
        read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_X) * x
        + read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_Y) * y
        + read_vec3(tables.emitters, emitter, EmitterSlot.AXIS_Z) * z
    )


@ti.func
def environment_width(tables: ti.template()) -> ti.i32:
    """Width of the environment image in pixels."""
    return read_bits(tables.emitters, tables.environment_emitter, EmitterSlot.WIDTH)


@ti.func
def environment_height(tables: ti.template()) -> ti.i32:
    """Height of the environment image in pixels."""
    return read_bits(tables.emitters, tables.environment_emitter, EmitterSlot.HEIGHT)


@ti.dataclass
class EnvironmentValue:
    """Radiance from a direction, and the pdf of sampling it."""

    direction: vec3  # world, unit
    radiance: vec3
    pdf: ti.f32  # density of `sample_environment`, per solid angle; 0 without an environment


@ti.func
def interpolate(tables: ti.template(), uv: vec2) -> vec3:
    """Bilinearly interpolated radiance at image coordinates."""
    width, height = environment_width(tables), environment_height(tables)
    x, y = uv.x * width - 0.5, uv.y * height - 0.5
    column, row = ti.cast(ti.floor(x), ti.i32), ti.cast(ti.floor(y), ti.i32)
    fx, fy = x - column, y - row
    radiance = vec3(0.0)
    for corner in range(4):
        dx, dy = corner & 1, corner >> 1
        line = ti.min(ti.max(row + dy, 0), height - 1)
        texel = tables.environment[line * width + (column + dx + width) % width]
        weight = ti.select(dx == 1, fx, 1.0 - fx) * ti.select(dy == 1, fy, 1.0 - fy)
        radiance += weight * texel_radiance(texel)
    return radiance


@ti.func
def texel_radiance(texel: ivec2) -> vec3:
    """Radiance of a texel, in the layout of `renderer.tables.environment_texels`."""
    mask = 2**MANTISSA_BITS - 1
    exponent = ((texel[0] >> 28) & 15) | (((texel[1] >> 28) & 15) << 4)
    # 2^(exponent - EXPONENT_BIAS), built from the bits of a float.
    scale = ti.bit_cast((exponent - EXPONENT_BIAS + 127) << 23, ti.f32)
    return scale * vec3(texel[0] & mask, (texel[0] >> MANTISSA_BITS) & mask, texel[1] & mask)


@ti.func
def texel_cell(texel: ivec2) -> ti.i32:
    """Index of the sampling cell of a texel."""
    return (texel[1] >> MANTISSA_BITS) & (2**CELL_BITS - 1)


@ti.func
def value_at(tables: ti.template(), uv: vec2, direction: vec3) -> EnvironmentValue:
    """Radiance and density at image coordinates."""
    width, height = environment_width(tables), environment_height(tables)
    column = ti.min(ti.cast(uv.x * width, ti.i32), width - 1)
    row = ti.min(ti.cast(uv.y * height, ti.i32), height - 1)
    sine = ti.max(ti.sin(pi * uv.y), MIN_SINE)
    cell = texel_cell(tables.environment[row * width + column])
    return EnvironmentValue(
        direction=direction,
        radiance=interpolate(tables, uv),
        pdf=read_float(tables.environment_cells, cell, CellSlot.DENSITY) / (2.0 * pi * pi * sine),
    )


@ti.func
def look_up_environment(tables: ti.template(), direction: vec3) -> EnvironmentValue:
    """Light from a world direction; black without an environment."""
    result = EnvironmentValue(direction=direction, radiance=vec3(0.0), pdf=0.0)
    if tables.environment_emitter >= 0:
        result = value_at(tables, direction_to_uv(tables, direction), direction)
    return result


@ti.func
def sample_environment(tables: ti.template(), u: vec3) -> EnvironmentValue:
    """Sample an image cell by u.y, and a point in it by u.x and the remainder of u.y; u.z supplies
    the low-order bits that the remainder lacks.
    """
    count = tables.environment_cells.shape[0] // CELL_ROWS
    choice = choose(tables.environment_alias, 0, count, u.y, u.z)
    cell = read_vec4(tables.environment_cells, choice.index, CellSlot.LEFT)
    uv = vec2(cell[0] + u.x * cell[2], cell[1] + choice.remainder * cell[3])
    return value_at(tables, uv, uv_to_direction(tables, uv))
