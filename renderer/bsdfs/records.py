"""The records of scattering: evaluated parameters at a point, and the result of sampling.

Device code.

Contract of every BSDF, `x_eval` / `x_sample`, in the local frame (z is the shading normal; `wi`
points to where the path came from, `wo` to where it goes; both away from the surface):
- `x_eval(bsdf, wi, wo)`: BSDFValue, with the density of `x_sample`. Delta lobes give 0.
- `x_sample(bsdf, wi, u)`: BSDFSample, u three numbers in [0, 1), of which the first chooses a lobe.
  A sample of a delta lobe is complete: its pdf is the probability of the lobe, its weight the
  lobe's value over that. Of any other it is only the direction, to which `bsdf_sample` adds what
  `x_eval` says of it. A failed sample goes along the surface, where every BSDF is 0.
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class BSDF:
    """Parameters of one BSDF, textures already looked up. Which ones count depends on `kind`."""

    kind: ti.i32
    is_two_sided: ti.i32
    distribution: ti.i32  # GGX or BECKMANN
    alpha: ti.f32  # microfacet width; 0: smooth
    ior: ti.f32  # inside over outside
    reflectance: vec3  # diffuse or base colour, factor on a metal's reflectance
    specular: vec3  # factor on specular reflection
    transmittance: vec3  # factor on transmission
    eta: vec3  # metal: real part of the index
    k: vec3  # metal: imaginary part
    internal: ti.f32  # plastic: reflectance of the coat from inside, hemispherical
    is_nonlinear: ti.i32  # plastic: internal reflection tints the base
    table: ti.i32  # plastic: row of its transmittance table
    metallic: ti.f32
    transmission: ti.f32  # metallic-roughness: share transmitted straight through


@ti.dataclass
class BSDFValue:
    """A BSDF for one pair of directions."""

    value: vec3  # times |cos(theta_o)|, sr^-1
    pdf: ti.f32  # of sampling wo, per solid angle


@ti.dataclass
class BSDFSample:
    """Result of sampling a BSDF."""

    wo: vec3
    pdf: ti.f32  # per solid angle; delta: probability of the lobe; 0: no sample
    weight: vec3  # eval / pdf
    is_delta: ti.i32


@ti.func
def no_value() -> BSDFValue:
    """Of directions between which nothing is scattered."""
    return BSDFValue(value=vec3(0.0), pdf=0.0)


@ti.func
def delta_sample(wo: vec3, probability: ti.f32, weight: vec3) -> BSDFSample:
    """A sample of a delta lobe."""
    return BSDFSample(wo=wo, pdf=probability, weight=weight, is_delta=1)


@ti.func
def direction_sample(wo: vec3) -> BSDFSample:
    """A sample of any other lobe, of which `bsdf_sample` adds the weight."""
    return BSDFSample(wo=wo, pdf=0.0, weight=vec3(0.0), is_delta=0)


@ti.func
def no_sample() -> BSDFSample:
    """A failed sample."""
    return direction_sample(vec3(1.0, 0.0, 0.0))
