"""Texture lookup: images, checkerboards, mesh attributes and their products.

Device code.
"""

from typing import NamedTuple

import taichi as ti

from renderer.rows import read_bits
from renderer.rows import read_vec4
from renderer.rows import row_xyz
from renderer.shared_func import shared_func
from renderer.tables.layout import ANGLE_CHANNEL
from renderer.tables.layout import ATTRIBUTE_ROWS
from renderer.tables.layout import ATTRIBUTE_TEXTURE
from renderer.tables.layout import CHANNEL_BITS
from renderer.tables.layout import CHECKERBOARD
from renderer.tables.layout import IMAGE_TEXTURE
from renderer.tables.layout import INVERTED_FLAG
from renderer.tables.layout import NEAREST_FLAG
from renderer.tables.layout import RGBE_FLAG
from renderer.tables.layout import SRGB_FLAG
from renderer.tables.layout import WRAP_BLACK
from renderer.tables.layout import WRAP_CLAMP
from renderer.tables.layout import WRAP_MIRROR
from renderer.tables.layout import WRAP_U_SHIFT
from renderer.tables.layout import WRAP_V_SHIFT
from renderer.tables.layout import ShadingSlot
from renderer.tables.layout import TextureSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)

f32_array = ti.types.ndarray(dtype=ti.f32, ndim=1)
i32_array = ti.types.ndarray(dtype=ti.i32, ndim=1)
vec4_array = ti.types.ndarray(dtype=vec4, ndim=1)

LUMINANCE = vec3(0.2126, 0.7152, 0.0722)


@ti.dataclass
class TexturePoint:
    """Point of a surface at which textures are looked up."""

    uv: vec2  # v upwards
    primitive: ti.i32  # -1: none, so without attributes
    b: vec2  # barycentric coordinates (b1, b2) on a triangle


@ti.dataclass
class TexelSlope:
    """Derivatives of an image at a point, RGBA per texel."""

    across: vec4  # to the right
    down: vec4


@ti.func
def wrap_texel(i: ti.i32, size: ti.i32, wrap: ti.i32) -> ti.i32:
    """Map a texel index into [0, size) by repetition, clamping or mirroring; -1: black."""
    result = i % size
    if wrap == WRAP_CLAMP:
        result = ti.min(ti.max(i, 0), size - 1)
    elif wrap == WRAP_MIRROR:
        twice = i % (2 * size)
        result = ti.min(twice, 2 * size - 1 - twice)
    elif wrap == WRAP_BLACK and (i < 0 or i >= size):
        result = -1
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
def image_position(tables: ti.template(), texture: ti.i32, flags: ti.i32, uv: vec2) -> vec2:
    """(x, y) of uv, v upwards, in texels from the centre of the upper left one; for the nearest
    texel from its corner.
    """
    width = read_bits(tables.textures, texture, TextureSlot.WIDTH)
    height = read_bits(tables.textures, texture, TextureSlot.HEIGHT)
    shift = ti.select((flags & NEAREST_FLAG) != 0, 0.0, 0.5)
    return vec2(uv.x * width - shift, (1.0 - uv.y) * height - shift)


@ti.func
def texel_at(
    tables: ti.template(), texture: ti.i32, flags: ti.i32, column: ti.i32, line: ti.i32
) -> vec4:
    """Texel at a position that may lie outside the image."""
    offset = read_bits(tables.textures, texture, TextureSlot.FIRST_TEXEL)
    width = read_bits(tables.textures, texture, TextureSlot.WIDTH)
    height = read_bits(tables.textures, texture, TextureSlot.HEIGHT)
    x = wrap_texel(column, width, (flags >> WRAP_U_SHIFT) & 3)
    y = wrap_texel(line, height, (flags >> WRAP_V_SHIFT) & 3)
    result = vec4(0.0)
    if x >= 0 and y >= 0:
        result = fetch_texel(tables, offset + y * width + x, flags)
    return result


@ti.func
def sample_image(tables: ti.template(), texture: ti.i32, flags: ti.i32, uv: vec2) -> vec4:
    """Filtered texel at uv, v upwards, texel centres at half integers."""
    at = image_position(tables, texture, flags, uv)
    column, line = ti.cast(ti.floor(at.x), ti.i32), ti.cast(ti.floor(at.y), ti.i32)
    fx, fy = at.x - column, at.y - line
    if (flags & NEAREST_FLAG) != 0:
        fx, fy = 0.0, 0.0
    result = vec4(0.0)
    for corner in range(4):
        dx, dy = corner & 1, corner >> 1
        weight = ti.select(dx == 1, fx, 1.0 - fx) * ti.select(dy == 1, fy, 1.0 - fy)
        if weight > 0.0:
            result += weight * texel_at(tables, texture, flags, column + dx, line + dy)
    return result


@ti.func
def image_slope(tables: ti.template(), texture: ti.i32, flags: ti.i32, uv: vec2) -> TexelSlope:
    """Derivatives of the bilinearly interpolated image by x and y, per texel; y downwards."""
    at = image_position(tables, texture, flags & ~NEAREST_FLAG, uv)
    column, line = ti.cast(ti.floor(at.x), ti.i32), ti.cast(ti.floor(at.y), ti.i32)
    fx, fy = at.x - column, at.y - line
    result = TexelSlope(across=vec4(0.0), down=vec4(0.0))
    for corner in range(4):
        dx, dy = corner & 1, corner >> 1
        texel = texel_at(tables, texture, flags, column + dx, line + dy)
        result.across += ti.select(dx == 1, texel, -texel) * ti.select(dy == 1, fy, 1.0 - fy)
        result.down += ti.select(dy == 1, texel, -texel) * ti.select(dx == 1, fx, 1.0 - fx)
    return result


@ti.func
def attribute_at(
    tables: ti.template(), attribute: ti.i32, point: TexturePoint, missing: vec4
) -> vec4:
    """Interpolated value of a mesh attribute; `missing` where the primitive has no attributes."""
    result = missing
    if point.primitive >= 0:
        first = read_bits(tables.shading, point.primitive, ShadingSlot.ATTRIBUTES)
        if first >= 0:
            row = first + ATTRIBUTE_ROWS * attribute
            b1, b2 = point.b.x, point.b.y
            result = (
                (1.0 - b1 - b2) * tables.attributes[row]
                + b1 * tables.attributes[row + 1]
                + b2 * tables.attributes[row + 2]
            )
    return result


@ti.func
def texture_uv(tables: ti.template(), texture: ti.i32, point: TexturePoint) -> vec2:
    """Transformed coordinates of a point in an image or checkerboard."""
    uv = point.uv
    if read_bits(tables.textures, texture, TextureSlot.KIND) == IMAGE_TEXTURE:
        attribute = read_bits(tables.textures, texture, TextureSlot.UV_ATTRIBUTE)
        if attribute >= 0:
            stored = attribute_at(tables, attribute, point, vec4(1.0))
            uv = vec2(stored[0], stored[1])
    to_u = row_xyz(read_vec4(tables.textures, texture, TextureSlot.U_TRANSFORM))
    to_v = row_xyz(read_vec4(tables.textures, texture, TextureSlot.V_TRANSFORM))
    at = vec3(uv.x, uv.y, 1.0)
    return vec2(to_u.dot(at), to_v.dot(at))


class TextureTables(NamedTuple):
    """Those of the scene tables that texture lookup reads."""

    textures: ti.Ndarray
    texels: ti.Ndarray
    byte_decode: ti.Ndarray
    shading: ti.Ndarray
    attributes: ti.Ndarray


@ti.func
def sample_texture(tables: ti.template(), first: ti.i32, point: TexturePoint) -> vec4:
    """Linear RGBA of texture number `first` >= 0 at a point, times its further factors."""
    return sample_texture_by_call(
        tables.textures,
        tables.texels,
        tables.byte_decode,
        tables.shading,
        tables.attributes,
        first,
        point,
    )


@shared_func
def sample_texture_by_call(
    textures: vec4_array,
    texels: i32_array,
    byte_decode: f32_array,
    shading: vec4_array,
    attributes: vec4_array,
    first: ti.i32,
    point: TexturePoint,
) -> vec4:
    """Compute `sample_texture` from the tables that it reads."""
    tables = ti.static(TextureTables(textures, texels, byte_decode, shading, attributes))
    result = vec4(1.0)
    texture = first
    while texture >= 0:
        kind = read_bits(tables.textures, texture, TextureSlot.KIND)
        value = read_vec4(tables.textures, texture, TextureSlot.SCALE)
        if kind == ATTRIBUTE_TEXTURE:
            attribute = read_bits(tables.textures, texture, TextureSlot.ATTRIBUTE)
            value *= attribute_at(tables, attribute, point, vec4(1.0))
        else:
            at = texture_uv(tables, texture, point)
            if kind == CHECKERBOARD:
                # 2 x 2 fields over the unit square.
                cell = ti.cast(ti.floor(2.0 * at.x), ti.i32) + ti.cast(ti.floor(2.0 * at.y), ti.i32)
                value = read_vec4(tables.textures, texture, TextureSlot.COLOR0)
                if (cell & 1) != 0:
                    value = read_vec4(tables.textures, texture, TextureSlot.COLOR1)
            else:
                flags = read_bits(tables.textures, texture, TextureSlot.FLAGS)
                value *= sample_image(tables, texture, flags, at)
        result *= value
        texture = read_bits(tables.textures, texture, TextureSlot.NEXT_FACTOR)
    return result


@ti.func
def channel_of(rgba: vec4, channel: ti.i32) -> ti.f32:
    """One channel of a texel, its luminance, or the angle of its direction."""
    value = LUMINANCE.dot(row_xyz(rgba))
    for c in ti.static(range(4)):
        if channel == c:
            value = rgba[c]
    if channel == ANGLE_CHANNEL:
        value = ti.atan2(2.0 * rgba[1] - 1.0, 2.0 * rgba[0] - 1.0)
    return value


@ti.func
def scalar_at(tables: ti.template(), code: ti.i32, constant: ti.f32, point: TexturePoint) -> ti.f32:
    """Value of a number parameter: its texture and channel if `code` >= 0, else the constant."""
    result = constant
    if code >= 0:
        rgba = sample_texture(tables, code >> CHANNEL_BITS, point)
        result = channel_of(rgba, code & (INVERTED_FLAG - 1))
        if (code & INVERTED_FLAG) != 0:
            result = 1.0 - result
    return result


@ti.func
def texture_slope(tables: ti.template(), code: ti.i32, point: TexturePoint) -> vec2:
    """Derivatives along u and v of a number read from an image; 0 for other textures."""
    texture = code >> CHANNEL_BITS
    channel = code & (INVERTED_FLAG - 1)
    result = vec2(0.0)
    if read_bits(tables.textures, texture, TextureSlot.KIND) == IMAGE_TEXTURE:
        flags = read_bits(tables.textures, texture, TextureSlot.FLAGS)
        at = texture_uv(tables, texture, point)
        slope = image_slope(tables, texture, flags, at)
        scale = read_vec4(tables.textures, texture, TextureSlot.SCALE)
        width = read_bits(tables.textures, texture, TextureSlot.WIDTH)
        height = read_bits(tables.textures, texture, TextureSlot.HEIGHT)
        along_x = channel_of(scale * slope.across, channel) * width
        along_y = -channel_of(scale * slope.down, channel) * height
        to_u = read_vec4(tables.textures, texture, TextureSlot.U_TRANSFORM)
        to_v = read_vec4(tables.textures, texture, TextureSlot.V_TRANSFORM)
        result = vec2(along_x * to_u[0] + along_y * to_v[0], along_x * to_u[1] + along_y * to_v[1])
    return result
