"""Record of a sampled emitter.

Device code.
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)

SHADOW_RAY_FRACTION = (
    0.9999  # length of a shadow ray / distance, so that it ends short of the emitter
)


@ti.dataclass
class EmitterSample:
    """A direction towards an emitter, sampled from a point."""

    # World, unit, from the shaded point to the emitter.
    direction: vec3
    # Length of the shadow ray.
    distance: ti.f32
    # Radiance that arrives along the direction; for a delta emitter the irradiance, or the
    # intensity / distance^2.
    radiance: vec3
    # Density per solid angle times the probability of choosing the emitter; for a delta emitter
    # only that probability; 0: no sample.
    pdf: ti.f32
    is_delta: ti.i32


@ti.func
def no_emitter_sample() -> EmitterSample:
    """Sample that failed: pdf 0."""
    return EmitterSample(
        direction=vec3(0.0, 0.0, 1.0), distance=0.0, radiance=vec3(0.0), pdf=0.0, is_delta=0
    )
