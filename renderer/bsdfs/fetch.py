"""Material lookup: BSDF parameters, opacity and mapped normal at texture coordinates.

Device code.
"""

import taichi as ti

from renderer.bsdfs.records import BSDF
from renderer.bsdfs.texture import sample_rgb
from renderer.bsdfs.texture import sample_texture
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import row_xyz
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import NONLINEAR_FLAG
from renderer.tables.layout import TWO_SIDED_FLAG
from renderer.tables.layout import MaterialSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

MIN_ALPHA = 1e-3  # a glTF roughness of 0 still gets a lobe of finite density


@ti.func
def fetch_bsdf(tables: ti.template(), material: ti.i32, uv: vec2) -> BSDF:
    """BSDF parameters of a material at uv."""
    materials = ti.static(tables.materials)
    flags = read_bits(materials, material, MaterialSlot.FLAGS)
    color = read_vec3(materials, material, MaterialSlot.REFLECTANCE)
    color_texture = read_bits(materials, material, MaterialSlot.REFLECTANCE_TEXTURE)
    bsdf = BSDF(
        kind=read_bits(materials, material, MaterialSlot.KIND),
        distribution=read_bits(materials, material, MaterialSlot.DISTRIBUTION),
        table=read_bits(materials, material, MaterialSlot.COAT_TABLE),
        is_two_sided=flags & TWO_SIDED_FLAG,
        is_nonlinear=(flags & NONLINEAR_FLAG) // NONLINEAR_FLAG,
        alpha=read_float(materials, material, MaterialSlot.ALPHA),
        ior=read_float(materials, material, MaterialSlot.IOR),
        internal=read_float(materials, material, MaterialSlot.INTERNAL_REFLECTANCE),
        reflectance=sample_rgb(tables, color_texture, color, uv),
        specular=read_vec3(materials, material, MaterialSlot.SPECULAR),
        transmittance=read_vec3(materials, material, MaterialSlot.TRANSMITTANCE),
        eta=read_vec3(materials, material, MaterialSlot.ETA),
        k=read_vec3(materials, material, MaterialSlot.K),
        metallic=read_float(materials, material, MaterialSlot.METALLIC),
        transmission=read_float(materials, material, MaterialSlot.TRANSMISSION),
    )
    if bsdf.kind == METALLIC_ROUGHNESS:
        roughness = read_float(materials, material, MaterialSlot.ROUGHNESS)
        texture = read_bits(materials, material, MaterialSlot.METALLIC_ROUGHNESS_TEXTURE)
        if texture >= 0:
            texel = sample_texture(tables, texture, uv)
            roughness *= texel[1]
            bsdf.metallic *= texel[2]
        bsdf.alpha = ti.max(roughness * roughness, MIN_ALPHA)
    return bsdf


@ti.func
def fetch_opacity(tables: ti.template(), material: ti.i32, uv: vec2) -> ti.f32:
    """Opacity in [0, 1] at uv; 0 or 1 if the material has a cutoff."""
    opacity = read_float(tables.materials, material, MaterialSlot.OPACITY)
    texture = read_bits(tables.materials, material, MaterialSlot.OPACITY_TEXTURE)
    if texture >= 0:
        channel = read_bits(tables.materials, material, MaterialSlot.OPACITY_CHANNEL)
        texel = sample_texture(tables, texture, uv)
        value = texel[3]
        for c in ti.static(range(3)):
            if channel == c:
                value = texel[c]
        opacity *= value
    cutoff = read_float(tables.materials, material, MaterialSlot.OPACITY_CUTOFF)
    if cutoff >= 0.0:
        opacity = ti.select(opacity >= cutoff, 1.0, 0.0)
    return opacity


@ti.func
def fetch_mapped_normal(tables: ti.template(), material: ti.i32, uv: vec2) -> vec3:
    """Tangent-space normal of the normal map, (0, 0, 1) without one."""
    texture = read_bits(tables.materials, material, MaterialSlot.NORMAL_MAP)
    normal = vec3(0.0, 0.0, 1.0)
    if texture >= 0:
        scale = read_float(tables.materials, material, MaterialSlot.NORMAL_SCALE)
        texel = 2.0 * row_xyz(sample_texture(tables, texture, uv)) - 1.0
        normal = vec3(texel.x * scale, texel.y * scale, ti.max(texel.z, 1e-3)).normalized()
    return normal


@ti.func
def has_normal_map(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 if the material has a normal map."""
    return read_bits(tables.materials, material, MaterialSlot.NORMAL_MAP) >= 0
