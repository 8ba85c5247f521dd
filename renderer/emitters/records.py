"""Record of a sampled emitter.

Device code.
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)

SHADOW_SHARE = 0.9999  # fraction of the distance that a shadow ray covers: short of the emitter


@ti.dataclass
class EmitterSample:
    """A direction towards an emitter, sampled from a point."""

    # World, unit, from the shaded point to the emitter.
    direction: vec3
    # Length of the shadow ray.
    distance: ti.f32
    # Radiance that arrives along the direction; of a delta emitter its irradiance, or its
    # intensity / distance^2.
    radiance: vec3
    # Per solid angle, times the probability of choosing the emitter; of a delta emitter that
    # probability alone; 0 where nothing arrives.
    pdf: ti.f32
    is_delta: ti.i32
