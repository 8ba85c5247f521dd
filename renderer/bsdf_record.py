"""The records of scattering: evaluated parameters at a point, and the result of sampling.

Device code.

Contract of every BSDF, `x_eval` / `x_sample` / `x_pdf`, in the local frame (z is the shading
normal; `wi` points to where the path came from, `wo` to where it goes; both away from the surface):
- `x_eval(bsdf, wi, wo)`: RGB value times |cos(theta_o)|, sr^-1. Delta lobes give 0.
- `x_pdf(bsdf, wi, wo)`: density of `x_sample` per solid angle of wo. Delta lobes give 0.
- `x_sample(bsdf, wi, u)`: BSDFSample with weight = eval / pdf, u three numbers in [0, 1), of which
  the first chooses a lobe. A delta sample's pdf is the probability of its lobe. pdf = 0 marks a
  failed sample (weight 0).
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class Bsdf:
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
class BsdfValue:
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
def no_sample() -> BSDFSample:
    """A failed sample."""
    return BSDFSample(wo=vec3(0.0, 0.0, 1.0), pdf=0.0, weight=vec3(0.0), is_delta=0)
