"""Coating: a smooth or rough dielectric layer over any BSDF.

Device code. Light refracts into the layer, scatters once at the BSDF below and refracts out again
(Weidlich and Wilkie, "Arbitrarily Layered Micro-Facet Surfaces", 2007, as in `coating` and
`roughcoating` of Mitsuba 0.6): what the layer reflects back down is lost. Both sides of the surface
are coated alike.
"""

import taichi as ti

from renderer.bsdfs.fresnel import fresnel_dielectric
from renderer.bsdfs.fresnel import reflect
from renderer.bsdfs.microfacet import normal_density
from renderer.bsdfs.microfacet import sample_visible_normal
from renderer.bsdfs.microfacet import shadowing
from renderer.bsdfs.microfacet import visible_normal_pdf
from renderer.bsdfs.plastic import rough_transmittance
from renderer.bsdfs.records import BSDFSample
from renderer.bsdfs.records import BSDFValue
from renderer.bsdfs.records import delta_sample
from renderer.bsdfs.records import direction_sample
from renderer.bsdfs.records import no_sample
from renderer.rows import read_bits
from renderer.rows import read_float
from renderer.rows import read_vec3
from renderer.tables.layout import MaterialSlot

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

MIN_COSINE = 1e-4  # of directions inside, where ior < 1 and all light is reflected
MIN_BASE = 0.1  # minimum albedo that the BSDF below counts with in the choice of what is sampled


@ti.dataclass
class Coating:
    """Parameters of a coating."""

    ior: ti.f32  # inside over outside
    alpha: ti.f32  # microfacet width, 0: smooth
    distribution: ti.i32
    table: ti.i32  # of a rough coating: index of its transmittance table
    specular: vec3  # factor on its reflection
    absorption: vec3  # coefficient times thickness


@ti.func
def fetch_coating(tables: ti.template(), material: ti.i32) -> Coating:
    """Parameters of the coating in row `material`; an undefined one if that is negative."""
    row = ti.max(material, 0)
    return Coating(
        ior=read_float(tables.materials, row, MaterialSlot.IOR),
        alpha=read_float(tables.materials, row, MaterialSlot.COATING_ALPHA),
        distribution=read_bits(tables.materials, row, MaterialSlot.DISTRIBUTION),
        table=read_bits(tables.materials, row, MaterialSlot.COAT_TABLE),
        specular=read_vec3(tables.materials, row, MaterialSlot.COATING_SPECULAR),
        absorption=read_vec3(tables.materials, row, MaterialSlot.COATING_ABSORPTION),
    )


@ti.func
def upwards(w: vec3) -> vec3:
    """w, mirrored at the surface if it points down."""
    return vec3(w.x, w.y, abs(w.z))


@ti.func
def direction_inside(coating: Coating, w: vec3) -> vec3:
    """Direction inside the coating of light that leaves or arrives along w, on the same side."""
    ior = coating.ior
    z2 = ((ior - 1.0) * (ior + 1.0) + w.z * w.z) / (ior * ior)
    z = ti.sqrt(ti.max(z2, MIN_COSINE * MIN_COSINE))
    return vec3(w.x / ior, w.y / ior, ti.select(w.z < 0.0, -z, z))


@ti.func
def coating_transmittance(tables: ti.template(), coating: Coating, w: vec3) -> ti.f32:
    """Fraction of light along w, outside, that passes the interface, in [0, 1]."""
    cosine = abs(w.z)
    result = 1.0 - fresnel_dielectric(cosine, coating.ior)
    if coating.alpha > 0.0:
        result = rough_transmittance(tables, coating.table, cosine)
    return result


@ti.func
def coating_passage(tables: ti.template(), coating: Coating, w: vec3, inside: vec3) -> vec3:
    """Fraction of light left after one passage of the coating: interface and absorption.

    Args:
        inside: `direction_inside` of w.
    """
    absorbed = ti.exp(-coating.absorption / ti.max(abs(inside.z), MIN_COSINE))
    return absorbed * coating_transmittance(tables, coating, w)


@ti.func
def coating_probability(tables: ti.template(), coating: Coating, wi: vec3, albedo: vec3) -> ti.f32:
    """Probability in [0, 1) of sampling the coating: its fraction of the estimated albedo.

    Args:
        albedo: of the BSDF below.
    """
    passing = coating_transmittance(tables, coating, wi)
    reflected = (1.0 - passing) * coating.specular.max()
    passage = coating_passage(tables, coating, wi, direction_inside(coating, wi))
    base = passage.max() * ti.max(albedo.max(), MIN_BASE)
    return reflected / ti.max(reflected + base, 1e-7)


@ti.func
def coated_value(
    tables: ti.template(), coating: Coating, probability: ti.f32, wi: vec3, wo: vec3, at: BSDFValue
) -> BSDFValue:
    """Value and density of the coated surface.

    Args:
        probability: of sampling the coating.
        wi, wo: outside.
        at: of the BSDF below for the directions inside.
    """
    inside_i, inside_o = direction_inside(coating, wi), direction_inside(coating, wo)
    # Solid angle inside per solid angle outside.
    jacobian = abs(wo.z) / (coating.ior * coating.ior * abs(inside_o.z))
    passage = coating_passage(tables, coating, wi, inside_i)
    passage *= coating_passage(tables, coating, wo, inside_o)
    result = BSDFValue(value=vec3(0.0), pdf=0.0)
    if abs(inside_o.z) > MIN_COSINE:
        result.value = passage * at.value * jacobian
        result.pdf = (1.0 - probability) * at.pdf * jacobian
    if coating.alpha > 0.0 and wi.z * wo.z > 0.0:
        up_i, up_o, alpha = upwards(wi), upwards(wo), vec2(coating.alpha)
        m = (up_i + up_o).normalized()
        cos_m = up_i.dot(m)
        d = normal_density(m, alpha, coating.distribution)
        g = shadowing(up_i, up_o, m, alpha, coating.distribution)
        f = fresnel_dielectric(cos_m, coating.ior)
        result.value += coating.specular * (f * d * g / (4.0 * up_i.z))
        result.pdf += probability * visible_normal_pdf(up_i, m, alpha) / (4.0 * cos_m)
    return result


@ti.func
def coating_sample(coating: Coating, probability: ti.f32, wi: vec3, u: vec2) -> BSDFSample:
    """Sample the reflection of the coating, chosen with `probability`; complete if it is smooth."""
    result = delta_sample(
        vec3(-wi.x, -wi.y, wi.z),
        probability,
        coating.specular * (fresnel_dielectric(abs(wi.z), coating.ior) / probability),
    )
    if coating.alpha > 0.0:
        up = upwards(wi)
        wo = reflect(up, sample_visible_normal(up, vec2(coating.alpha), u))
        result = no_sample()
        if wo.z > 0.0:
            result = direction_sample(vec3(wo.x, wo.y, ti.select(wi.z < 0.0, -wo.z, wo.z)))
    return result


@ti.func
def sample_leaving(
    tables: ti.template(), coating: Coating, probability: ti.f32, wi: vec3, sample: BSDFSample
) -> BSDFSample:
    """Sample of the BSDF below, refracted out of the coating; fails if it is reflected back.

    Args:
        probability: of sampling the coating.
        wi: outside.
        sample: inside.
    """
    result = no_sample()
    inside, ior = sample.wo, coating.ior
    z2 = inside.z * inside.z * ior * ior - (ior - 1.0) * (ior + 1.0)
    if z2 > 0.0:
        z = ti.sqrt(z2)
        wo = vec3(inside.x * ior, inside.y * ior, ti.select(inside.z < 0.0, -z, z))
        result = sample
        result.wo = wo
        if sample.is_delta == 1:
            result.pdf *= 1.0 - probability
            passage = coating_passage(tables, coating, wi, direction_inside(coating, wi))
            passage *= coating_passage(tables, coating, wo, inside)
            result.weight *= passage / (1.0 - probability)
    return result
