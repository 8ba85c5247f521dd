"""Texture lookup: images and checkerboards.

Device code.
"""

import taichi as ti

from renderer.rows import read_bits
from renderer.rows import read_vec4
from renderer.rows import row_xyz
from renderer.tables.layout import CHECKERBOARD
from renderer.tables.layout import CLAMP_FLAG
from renderer.tables.layout import MIRROR_FLAG
from renderer.tables.layout import NEAREST_FLAG
from renderer.tables.layout import RGBE_FLAG
from renderer.tables.layout import SRGB_FLAG
from renderer.tables.layout import TextureSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)


@ti.func
def wrap_texel(i: ti.i32, size: ti.i32, flags: ti.i32) -> ti.i32:
    """Map a texel index into [0, size): repeat, clamp or mirror, by `flags`."""
    result = i % size
    if (flags & CLAMP_FLAG) != 0:
        result = ti.min(ti.max(i, 0), size - 1)
    elif (flags & MIRROR_FLAG) != 0:
        twice = i % (2 * size)
        result = ti.min(twice, 2 * size - 1 - twice)
    return result


@ti.func
def fetch_texel(tables: ti.template(), index: ti.i32, flags: ti.i32) -> vec4:
    """Linear RGBA of one packed texel, in [0, 1] unless it is RGBE."""
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
def sample_image(tables: ti.template(), texture: ti.i32, flags: ti.i32, uv: vec2) -> vec4:
    """Filtered texel at uv, v upwards, texel centres at half integers."""
    offset = read_bits(tables.textures, texture, TextureSlot.FIRST_TEXEL)
    width = read_bits(tables.textures, texture, TextureSlot.WIDTH)
    height = read_bits(tables.textures, texture, TextureSlot.HEIGHT)
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
    to_u = read_vec4(tables.textures, texture, TextureSlot.U_TRANSFORM)
    to_v = read_vec4(tables.textures, texture, TextureSlot.V_TRANSFORM)
    at = vec2(to_u[0] * uv.x + to_u[1] * uv.y + to_u[2], to_v[0] * uv.x + to_v[1] * uv.y + to_v[2])
    result = vec4(0.0)
    if read_bits(tables.textures, texture, TextureSlot.KIND) == CHECKERBOARD:
        # 2 x 2 fields over the unit square.
        cell = ti.cast(ti.floor(2.0 * at.x), ti.i32) + ti.cast(ti.floor(2.0 * at.y), ti.i32)
        result = read_vec4(tables.textures, texture, TextureSlot.COLOR0)
        if (cell & 1) != 0:
            result = read_vec4(tables.textures, texture, TextureSlot.COLOR1)
    else:
        flags = read_bits(tables.textures, texture, TextureSlot.FLAGS)
        scale = read_vec4(tables.textures, texture, TextureSlot.SCALE)
        result = scale * sample_image(tables, texture, flags, at)
    return result


@ti.func
def sample_rgb(tables: ti.template(), texture: ti.i32, constant: vec3, uv: vec2) -> vec3:
    """Value of a colour parameter: the texture at uv if there is one, else the constant."""
    result = constant
    if texture >= 0:
        result = row_xyz(sample_texture(tables, texture, uv))
    return result
