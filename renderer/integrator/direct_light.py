"""Direct light by sampling emitters and by hitting them, and the MIS weights of both.

Device code.
"""

import taichi as ti

from renderer.bsdfs.records import BSDFValue
from renderer.emitters.records import EmitterSample
from renderer.geometry.interaction import SurfaceInteraction
from renderer.geometry.interaction import offset_origin
from renderer.integrator.records import Connection
from renderer.integrator.records import PathSettings
from renderer.integrator.records import Strategy

vec3 = ti.types.vector(3, ti.f32)


@ti.func
def mis_weight(pdf_a: ti.f32, pdf_b: ti.f32) -> ti.f32:
    """Power heuristic, exponent 2 (Veach 1997, eq. 9.12); written so that no square overflows."""
    ratio = pdf_b / ti.max(pdf_a, 1e-30)
    return 1.0 / (1.0 + ratio * ratio)


@ti.func
def hit_weight(
    settings: PathSettings, pdf_bsdf: ti.f32, was_delta: ti.i32, pdf_emitter: ti.f32
) -> ti.f32:
    """Weight in [0, 1] of the emission that a BSDF-sampled ray hits."""
    weight = 1.0
    # Emission that emitter sampling cannot find has weight 1.
    if was_delta == 0 and pdf_emitter > 0.0:
        if settings.strategy == int(Strategy.NEE):
            weight = 0.0
        elif settings.strategy == int(Strategy.MIS):
            weight = mis_weight(pdf_bsdf, pdf_emitter)
    return weight


@ti.func
def connect_emitter(
    tables: ti.template(),
    settings: PathSettings,
    si: SurfaceInteraction,
    sample: EmitterSample,
    bsdf_at: BSDFValue,
) -> Connection:
    """Connection of a surface to a sampled emitter, in whose direction the BSDF is `bsdf_at`;
    distance 0 if no light can arrive.
    """
    result = Connection(origin=si.p, direction=si.ng, distance=0.0, light=vec3(0.0))
    if sample.pdf > 0.0 and bsdf_at.value.max() > 0.0:
        weight = 1.0
        if settings.strategy == int(Strategy.MIS) and sample.is_delta == 0:
            weight = mis_weight(sample.pdf, bsdf_at.pdf)
        result.light = bsdf_at.value * sample.radiance * (weight / sample.pdf)
        result.origin = offset_origin(tables, si.p, si.ng, sample.direction)
        result.direction = sample.direction
        result.distance = sample.distance
    return result
