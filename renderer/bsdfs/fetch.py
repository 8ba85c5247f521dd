"""Materials: from a table row and texture coordinates to evaluated BSDF parameters, opacity, normal
map.

Device code.
"""

import taichi as ti

from renderer.bsdfs.records import Bsdf
from renderer.bsdfs.texture import row_xyz
from renderer.bsdfs.texture import sample_rgb
from renderer.bsdfs.texture import sample_texture
from renderer.bsdfs.texture import word_bits
from renderer.tables.layout import MATERIAL_ROWS
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import NONLINEAR_FLAG
from renderer.tables.layout import TWO_SIDED_FLAG

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

MIN_ALPHA = 1e-3  # a glTF roughness of 0 still gets a lobe of finite density


@ti.func
def fetch_bsdf(tables: ti.template(), material: ti.i32, uv: vec2) -> Bsdf:
    """Parameters of a material at uv."""
    base = material * MATERIAL_ROWS
    head, shape = tables.materials[base], tables.materials[base + 1]
    color, specular = tables.materials[base + 2], tables.materials[base + 3]
    mix = tables.materials[base + 7]
    flags = word_bits(head[1])
    bsdf = Bsdf(
        kind=word_bits(head[0]),
        distribution=word_bits(head[2]),
        table=word_bits(head[3]),
        is_two_sided=flags & TWO_SIDED_FLAG,
        is_nonlinear=(flags & NONLINEAR_FLAG) // NONLINEAR_FLAG,
        alpha=shape[0],
        ior=shape[1],
        internal=shape[2],
        reflectance=sample_rgb(tables, word_bits(color[3]), row_xyz(color), uv),
        specular=row_xyz(specular),
        transmittance=row_xyz(tables.materials[base + 4]),
        eta=row_xyz(tables.materials[base + 5]),
        k=row_xyz(tables.materials[base + 6]),
        metallic=mix[0],
        transmission=mix[2],
    )
    if bsdf.kind == METALLIC_ROUGHNESS:
        roughness = mix[1]
        texture = word_bits(tables.materials[base + 6][3])
        if texture >= 0:
            texel = sample_texture(tables, texture, uv)
            roughness *= texel[1]
            bsdf.metallic *= texel[2]
        bsdf.alpha = ti.max(roughness * roughness, MIN_ALPHA)
    return bsdf


@ti.func
def fetch_opacity(tables: ti.template(), material: ti.i32, uv: vec2) -> ti.f32:
    """Share of the surface that is there, in [0, 1]; 0 or 1 where the material has a cutoff."""
    base = material * MATERIAL_ROWS
    opacity = tables.materials[base + 7][3]
    texture = word_bits(tables.materials[base + 4][3])
    if texture >= 0:
        channel = word_bits(tables.materials[base + 5][3])
        texel = sample_texture(tables, texture, uv)
        value = texel[3]
        for c in ti.static(range(3)):
            if channel == c:
                value = texel[c]
        opacity *= value
    cutoff = tables.materials[base + 8][0]
    if cutoff >= 0.0:
        opacity = ti.select(opacity >= cutoff, 1.0, 0.0)
    return opacity


@ti.func
def fetch_mapped_normal(tables: ti.template(), material: ti.i32, uv: vec2) -> vec3:
    """Tangent-space normal of the normal map, (0, 0, 1) without one."""
    base = material * MATERIAL_ROWS
    texture = word_bits(tables.materials[base + 3][3])
    normal = vec3(0.0, 0.0, 1.0)
    if texture >= 0:
        scale = tables.materials[base + 1][3]
        texel = 2.0 * row_xyz(sample_texture(tables, texture, uv)) - 1.0
        normal = vec3(texel.x * scale, texel.y * scale, ti.max(texel.z, 1e-3)).normalized()
    return normal


@ti.func
def has_normal_map(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 where the material perturbs its normal."""
    return word_bits(tables.materials[material * MATERIAL_ROWS + 3][3]) >= 0
