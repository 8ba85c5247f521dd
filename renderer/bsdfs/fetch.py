"""Material lookup: BSDF parameters, opacity and perturbed normal at a point of a surface.

Device code.
"""

import taichi as ti

from renderer.bsdfs.records import BSDF
from renderer.bsdfs.texture import TexturePoint
from renderer.bsdfs.texture import sample_texture
from renderer.bsdfs.texture import scalar_at
from renderer.bsdfs.texture import texture_slope
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.rows import row_xyz
from renderer.rows import word_bits
from renderer.tables.layout import BLEND
from renderer.tables.layout import COATED
from renderer.tables.layout import DIFFUSE
from renderer.tables.layout import FIRST_COLOR_ROW
from renderer.tables.layout import FIRST_SCALAR_ROW
from renderer.tables.layout import LAYERED_FLAG
from renderer.tables.layout import MATERIAL_ROWS
from renderer.tables.layout import METALLIC_ROUGHNESS
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import NONLINEAR_FLAG
from renderer.tables.layout import ORIENTED_FLAG
from renderer.tables.layout import PRINCIPLED
from renderer.tables.layout import PRINCIPLED_THIN
from renderer.tables.layout import ROUGH_CONDUCTOR
from renderer.tables.layout import ROUGH_DIELECTRIC
from renderer.tables.layout import SCALARS
from renderer.tables.layout import SIDES
from renderer.tables.layout import TWO_SIDED_FLAG
from renderer.tables.layout import MaterialSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

MIN_ALPHA = 1e-3  # a roughness of 0 still gets a lobe of finite density
LAYER_DEPTH = 8  # maximum depth of blends and coatings inside of each other
SCALAR_COUNT = len(SCALARS)
scalars_vector = ti.types.vector(SCALAR_COUNT, ti.f32)
PLACE = {name: index for index, name in enumerate(SCALARS)}


@ti.dataclass
class Layers:
    """Rows of the material that scatters and of the coating over it."""

    base: ti.i32
    coating: ti.i32  # NO_INDEX: none


@ti.func
def is_composed(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 if the material refers to others."""
    kind = read_bits(tables.materials, material, MaterialSlot.KIND)
    return kind == BLEND or kind == SIDES or kind == COATED


@ti.func
def resolve_layers(
    tables: ti.template(), material: ti.i32, point: TexturePoint, is_front: ti.i32, u: ti.f32
) -> Layers:
    """The material itself, or one of the two of a blend, chosen at random by its weight with u, or
    that of the side; below a coating, the material with that coating, of several the innermost.
    """
    result = Layers(base=material, coating=NO_INDEX)
    rest = u
    for _ in range(LAYER_DEPTH):
        if not is_composed(tables, result.base):
            break
        kind = read_bits(tables.materials, result.base, MaterialSlot.KIND)
        weight = 1.0 - is_front
        if kind == BLEND:
            weight = read_scalar(tables, result.base, MaterialSlot.BLEND_WEIGHT, point)
            weight = ti.min(ti.max(weight, 0.0), 1.0)
        if kind == COATED:
            weight = 0.0
            result.coating = result.base
        if rest < weight:
            rest /= weight
            result.base = read_bits(tables.materials, result.base, MaterialSlot.SECOND)
        else:
            rest = (rest - weight) / ti.max(1.0 - weight, 1e-7)
            result.base = read_bits(tables.materials, result.base, MaterialSlot.FIRST)
    return result


@ti.func
def read_scalar(
    tables: ti.template(), material: ti.i32, slot: ti.template(), point: TexturePoint
) -> ti.f32:
    """A number of a material whose texture is in the word after `slot`."""
    row = tables.materials[material * slot.stride + slot.row]
    return scalar_at(tables, word_bits(row[slot.word + 1]), row[slot.word], point)


@ti.func
def read_color(
    tables: ti.template(), material: ti.i32, index: ti.template(), point: TexturePoint
) -> vec3:
    """Colour number `index` of `COLORS`, after texture lookup."""
    row = tables.materials[material * MATERIAL_ROWS + FIRST_COLOR_ROW + index]
    color = row_xyz(row)
    texture = word_bits(row[3])
    if texture >= 0:
        color = row_xyz(sample_texture(tables, texture, point))
    return color


@ti.func
def read_scalars(tables: ti.template(), material: ti.i32, point: TexturePoint) -> scalars_vector:
    """The numbers of `SCALARS` that the BSDF reads, after texture lookup; the others are 0."""
    result = scalars_vector(0.0)
    count = read_bits(tables.materials, material, MaterialSlot.SCALAR_COUNT)
    for index in range(count):
        row = tables.materials[material * MATERIAL_ROWS + FIRST_SCALAR_ROW + index // 2]
        constant, code = row[0], word_bits(row[1])
        if (index & 1) == 1:
            constant, code = row[2], word_bits(row[3])
        value = scalar_at(tables, code, constant, point)
        for place in ti.static(range(SCALAR_COUNT)):
            if place == index:
                result[place] = value
    return result


@ti.func
def fetch_bsdf(
    tables: ti.template(), material: ti.i32, coating: ti.i32, point: TexturePoint
) -> BSDF:
    """BSDF parameters at a point of a material that is not composed, under a coating or none."""
    materials = ti.static(tables.materials)
    flags = read_bits(materials, material, MaterialSlot.FLAGS)
    kind = read_bits(materials, material, MaterialSlot.KIND)
    bsdf = BSDF(
        kind=kind,
        coating=coating,
        is_two_sided=flags & TWO_SIDED_FLAG,
        reflectance=read_color(tables, material, 0, point),
        smooth_normal=vec3(0.0, 0.0, 1.0),
    )
    if kind != DIFFUSE:
        count = read_bits(materials, material, MaterialSlot.COLOR_COUNT)
        if count > 1:
            bsdf.specular = read_color(tables, material, 1, point)
        if count > 2:
            bsdf.transmittance = read_color(tables, material, 2, point)
        if count > 3:
            bsdf.sheen_color = read_color(tables, material, 3, point)
        is_layered = (flags & LAYERED_FLAG) // LAYERED_FLAG
        is_principled = kind == PRINCIPLED or kind == PRINCIPLED_THIN
        has_roughness = is_principled or kind == METALLIC_ROUGHNESS
        scalars = read_scalars(tables, material, point)
        bsdf.distribution = read_bits(materials, material, MaterialSlot.DISTRIBUTION)
        bsdf.table = read_bits(materials, material, MaterialSlot.COAT_TABLE)
        bsdf.is_layered = is_layered
        bsdf.is_nonlinear = (flags & NONLINEAR_FLAG) // NONLINEAR_FLAG
        bsdf.alpha = vec2(scalars[PLACE["alpha_u"]], scalars[PLACE["alpha_v"]])
        bsdf.ior = read_float(materials, material, MaterialSlot.IOR)
        bsdf.internal = read_float(materials, material, MaterialSlot.INTERNAL_REFLECTANCE)
        bsdf.eta = read_vec3(materials, material, MaterialSlot.ETA)
        bsdf.k = read_vec3(materials, material, MaterialSlot.K)
        if has_roughness:
            bsdf.metallic = scalars[PLACE["metallic"]]
            bsdf.roughness = scalars[PLACE["roughness"]]
            bsdf.transmission = scalars[PLACE["transmission"]]
            bsdf.anisotropic = scalars[PLACE["anisotropic"]]
            bsdf.clearcoat = scalars[PLACE["clearcoat"]]
            bsdf.clearcoat_roughness = scalars[PLACE["clearcoat_roughness"]]
            bsdf.sheen = scalars[PLACE["sheen"]]
            bsdf.diffuse_transmission = scalars[PLACE["diffuse_transmission"]]
            bsdf.specular_weight = scalars[PLACE["specular_weight"]]
            bsdf.rotation = scalars[PLACE["rotation"]]
            bsdf.spec_tint = scalars[PLACE["spec_tint"]]
            bsdf.sheen_tint = scalars[PLACE["sheen_tint"]]
            bsdf.clearcoat_gloss = scalars[PLACE["clearcoat_gloss"]]
            bsdf.flatness = scalars[PLACE["flatness"]]
            width = bsdf.roughness * bsdf.roughness
            if is_principled:  # Burley 2012, section 5.4
                aspect = ti.sqrt(1.0 - 0.9 * bsdf.anisotropic)
                bsdf.alpha = vec2(width / aspect, width * aspect)
            else:  # KHR_materials_anisotropy
                if is_layered == 0:
                    bsdf.specular_weight = 1.0
                    bsdf.specular = vec3(1.0)
                strength = bsdf.anisotropic * bsdf.anisotropic
                bsdf.alpha = vec2(width + (1.0 - width) * strength, width)
            bsdf.alpha = ti.max(bsdf.alpha, MIN_ALPHA)
        elif (
            kind == ROUGH_CONDUCTOR or kind == ROUGH_DIELECTRIC
        ):  # a texture of the width may contain zeros
            bsdf.alpha = ti.max(bsdf.alpha, MIN_ALPHA)
    return bsdf


@ti.func
def fetch_opacity(tables: ti.template(), material: ti.i32, point: TexturePoint) -> ti.f32:
    """Opacity in [0, 1] at a point; 0 or 1 if the material has a cutoff."""
    opacity = read_scalar(tables, material, MaterialSlot.OPACITY, point)
    cutoff = read_float(tables.materials, material, MaterialSlot.OPACITY_CUTOFF)
    if cutoff >= 0.0:
        opacity = ti.select(opacity >= cutoff, 1.0, 0.0)
    return opacity


@ti.func
def fetch_mapped_normal(tables: ti.template(), material: ti.i32, point: TexturePoint) -> vec3:
    """Tangent-space normal of the normal map, (0, 0, 1) without one."""
    texture = read_bits(tables.materials, material, MaterialSlot.NORMAL_MAP)
    normal = vec3(0.0, 0.0, 1.0)
    if texture >= 0:
        scale = read_float(tables.materials, material, MaterialSlot.NORMAL_SCALE)
        texel = 2.0 * row_xyz(sample_texture(tables, texture, point)) - 1.0
        normal = vec3(texel.x * scale, texel.y * scale, ti.max(texel.z, 1e-3)).normalized()
    return normal


@ti.func
def fetch_slope(tables: ti.template(), material: ti.i32, point: TexturePoint) -> vec2:
    """Slope of the bump map: height in scene units per unit of u and v, 0 without one."""
    code = read_bits(tables.materials, material, MaterialSlot.BUMP_MAP)
    slope = vec2(0.0)
    if code >= 0:
        slope = texture_slope(tables, code, point)
    return slope


@ti.func
def has_normal_map(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 if the material has a normal map."""
    return read_bits(tables.materials, material, MaterialSlot.NORMAL_MAP) >= 0


@ti.func
def has_bump_map(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 if the material has a bump map."""
    return read_bits(tables.materials, material, MaterialSlot.BUMP_MAP) >= 0


@ti.func
def is_oriented(tables: ti.template(), material: ti.i32) -> ti.i32:
    """1 if shading needs the directions of the texture coordinates or a mapped normal."""
    return (read_bits(tables.materials, material, MaterialSlot.FLAGS) & ORIENTED_FLAG) != 0
