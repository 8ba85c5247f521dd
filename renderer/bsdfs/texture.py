"""Texture lookup: images and checkerboards.

Device code.
"""

import taichi as ti

from renderer.tables.layout import CHECKERBOARD
from renderer.tables.layout import CLAMP_FLAG
from renderer.tables.layout import MIRROR_FLAG
from renderer.tables.layout import NEAREST_FLAG
from renderer.tables.layout import RGBE_FLAG
from renderer.tables.layout import SRGB_FLAG
from renderer.tables.layout import TEXTURE_ROWS

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)


@ti.func
def word_bits(word: ti.f32) -> ti.i32:
    """The integer that rides in a float word."""
    return ti.bit_cast(word, ti.i32)


@ti.func
def row_xyz(row: vec4) -> vec3:
    """First three words."""
    return vec3(row[0], row[1], row[2])


@ti.func
def wrap_texel(i: ti.i32, size: ti.i32, flags: ti.i32) -> ti.i32:
    """Texel index inside [0, size)."""
    result = i % size
    if (flags & CLAMP_FLAG) != 0:
        result = ti.min(ti.max(i, 0), size - 1)
    elif (flags & MIRROR_FLAG) != 0:
        twice = i % (2 * size)
        result = ti.min(twice, 2 * size - 1 - twice)
    return result


@ti.func
def fetch_texel(tables: ti.template(), index: ti.i32, flags: ti.i32) -> vec4:
    """Linear RGBA of one packed texel, in [0, 1] unless its colours share an exponent."""
    word = tables.texels[index]
    rgba = vec4(0.0)
    for c in ti.static(range(4)):
        byte = (word >> (8 * c)) & 255
        rgba[c] = ti.cast(byte, ti.f32) / 255.0
        if ti.static(c < 3):
            if (flags & SRGB_FLAG) != 0:
                rgba[c] = tables.byte_decode[byte]
    if (flags & RGBE_FLAG) != 0:
        scale = tables.byte_decode[256 + ((word >> 24) & 255)]
        rgba = vec4(rgba[0] * scale, rgba[1] * scale, rgba[2] * scale, 1.0)
    return rgba


@ti.func
def sample_image(tables: ti.template(), base: ti.i32, flags: ti.i32, uv: vec2) -> vec4:
    """Filtered texel at uv, v upwards, texel centres at half integers."""
    header = tables.textures[base]
    offset, width, height = word_bits(header[1]), word_bits(header[2]), word_bits(header[3])
    is_nearest = (flags & NEAREST_FLAG) != 0
    shift = ti.select(is_nearest, 0.0, 0.5)
    x = uv.x * width - shift
    y = (1.0 - uv.y) * height - shift
    column, line = ti.cast(ti.floor(x), ti.i32), ti.cast(ti.floor(y), ti.i32)
    fx, fy = x - column, y - line
    if is_nearest:
        fx, fy = 0.0, 0.0
    result = vec4(0.0)
    for corner in range(4):
        dx, dy = corner & 1, corner >> 1
        weight = ti.select(dx == 1, fx, 1.0 - fx) * ti.select(dy == 1, fy, 1.0 - fy)
        if weight > 0.0:
            texel = wrap_texel(line + dy, height, flags) * width + wrap_texel(
                column + dx, width, flags
            )
            result += weight * fetch_texel(tables, offset + texel, flags)
    return result


@ti.func
def sample_texture(tables: ti.template(), texture: ti.i32, uv: vec2) -> vec4:
    """Linear RGBA of texture number `texture` >= 0 at uv."""
    base = texture * TEXTURE_ROWS
    factor = tables.textures[base + 1]
    row0, row1 = tables.textures[base + 3], tables.textures[base + 4]
    at = vec2(row0[0] * uv.x + row0[1] * uv.y + row0[2], row1[0] * uv.x + row1[1] * uv.y + row1[2])
    result = factor
    if word_bits(tables.textures[base][0]) == CHECKERBOARD:
        # Two by two fields over the unit square.
        cell = ti.cast(ti.floor(2.0 * at.x), ti.i32) + ti.cast(ti.floor(2.0 * at.y), ti.i32)
        if (cell & 1) != 0:
            result = tables.textures[base + 2]
    else:
        result *= sample_image(tables, base, word_bits(row0[3]), at)
    return result


@ti.func
def sample_rgb(tables: ti.template(), texture: ti.i32, constant: vec3, uv: vec2) -> vec3:
    """A colour parameter: the constant, or the texture where there is one."""
    result = constant
    if texture >= 0:
        result = row_xyz(sample_texture(tables, texture, uv))
    return result
