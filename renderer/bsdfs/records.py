"""Records of scattering: BSDF parameters at a point, and the results of eval and sample.

Device code.

Contract of every BSDF, `x_eval` / `x_sample`, in the local frame (z is the shading normal; `wi`
points to where the path came from, `wo` to where it goes; both away from the surface):
- `x_eval(bsdf, wi, wo)`: BSDFValue, with the density of `x_sample`. Delta lobes give 0.
- `x_sample(bsdf, wi, u)`: BSDFSample, u three numbers in [0, 1), of which the first chooses a lobe.
  A sample of a delta lobe is complete: its pdf is the probability of the lobe, its weight the
  lobe's value over that probability. A sample of any other lobe is only a direction; `completed`
  adds pdf and weight from `x_eval`. A failed sample is tangent to the surface, where every BSDF
  is 0.
"""

import taichi as ti

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class BSDF:
    """Parameters of one BSDF, after texture lookup; `kind` decides which ones are used."""

    kind: ti.i32
    coating: ti.i32  # row of the coating's parameters, -1: none
    is_two_sided: ti.i32
    distribution: ti.i32  # GGX or BECKMANN
    alpha: vec2  # microfacet width along x and y; 0: smooth
    ior: ti.f32  # inside over outside
    reflectance: vec3  # diffuse or base colour, factor on a metal's reflectance
    specular: vec3  # factor on specular reflection
    transmittance: vec3  # factor on transmission
    eta: vec3  # metal: real part of the index
    k: vec3  # metal: imaginary part
    internal: ti.f32  # plastic: reflectance of the coat from inside, hemispherical
    is_nonlinear: ti.i32  # plastic: internal reflection tints the base
    table: ti.i32  # plastic: index of the coat's transmittance table
    metallic: ti.f32
    transmission: ti.f32  # metallic-roughness: fraction transmitted undeflected; or spec_trans
    roughness: ti.f32
    smooth_normal: vec3  # local normal before normal and bump maps; (0, 0, 1) without them
    # Layers of metallic-roughness, and lobes of the principled BSDF.
    is_layered: ti.i32
    sheen_color: vec3
    anisotropic: ti.f32
    clearcoat: ti.f32
    clearcoat_roughness: ti.f32
    sheen: ti.f32  # of metallic-roughness: its roughness
    diffuse_transmission: ti.f32
    specular_weight: ti.f32
    rotation: ti.f32
    spec_tint: ti.f32
    sheen_tint: ti.f32
    clearcoat_gloss: ti.f32
    flatness: ti.f32


@ti.dataclass
class BSDFValue:
    """Value and sampling density of a BSDF for one pair of directions."""

    value: vec3  # times |cos(theta_o)|, sr^-1
    pdf: ti.f32  # density of sampling wo, per solid angle


@ti.dataclass
class BSDFPair:
    """Values of a BSDF for two directions `wo`."""

    first: BSDFValue
    second: BSDFValue


@ti.dataclass
class BSDFSample:
    """Result of sampling a BSDF."""

    wo: vec3
    pdf: ti.f32  # per solid angle; delta: probability of the lobe; 0: no sample
    weight: vec3  # eval / pdf
    is_delta: ti.i32


@ti.func
def no_value() -> BSDFValue:
    """Zero value and pdf."""
    return BSDFValue(value=vec3(0.0), pdf=0.0)


@ti.func
def delta_sample(wo: vec3, probability: ti.f32, weight: vec3) -> BSDFSample:
    """Complete sample of a delta lobe."""
    return BSDFSample(wo=wo, pdf=probability, weight=weight, is_delta=1)


@ti.func
def direction_sample(wo: vec3) -> BSDFSample:
    """Sample of a non-delta lobe: a direction, to which `completed` adds pdf and weight."""
    return BSDFSample(wo=wo, pdf=0.0, weight=vec3(0.0), is_delta=0)


@ti.func
def no_sample() -> BSDFSample:
    """Failed sample: pdf 0, weight 0, direction tangent to the surface."""
    return direction_sample(vec3(1.0, 0.0, 0.0))
