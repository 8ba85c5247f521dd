"""Records of path tracing: what all paths of a frame share, and what one path yields.

Device code.
"""

from enum import IntEnum

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


class Strategy(IntEnum):
    """How direct light is estimated."""

    BSDF = 0
    NEE = 1
    MIS = 2


@ti.dataclass
class PathSettings:
    """What a frame's paths share."""

    frame_index: ti.i32
    stream: ti.i32  # 0: half a, 1: half b, shifted by the seed
    spp: ti.i32
    max_depth: ti.i32  # 1: emitters seen directly, 2: direct light
    rr_depth: ti.i32  # vertices before Russian roulette
    strategy: ti.i32
    row_begin: ti.i32  # rows [begin, end) of the image are rendered
    row_end: ti.i32


@ti.dataclass
class Connection:
    """A shadow ray from a surface to an emitter, and the light it brings if it is free."""

    origin: vec3
    direction: vec3
    distance: ti.f32  # 0: no connection
    light: vec3  # radiance times BSDF, over density, MIS weight included


@ti.dataclass
class PathResult:
    """What one path contributes to its pixel."""

    radiance: vec3
    albedo: vec3
    normal: vec3
    depth: ti.f32
    mirrored: ti.f32  # 1: the features were seen by way of mirror or glass
    weight: ti.f32  # of the features in their pixel's mean
