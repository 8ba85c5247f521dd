"""Records of path tracing: settings of a kernel launch, shadow connection, result of a path.

Device code.
"""

from enum import IntEnum

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


class Strategy(IntEnum):
    """Estimator of direct light."""

    BSDF = 0
    NEE = 1
    MIS = 2


@ti.dataclass
class PathSettings:
    """Settings shared by all paths of a kernel launch."""

    frame_index: ti.i32
    stream: ti.i32  # 2 * seed + half; half a: 0, half b: 1
    spp: ti.i32  # samples per pixel of the half
    max_depth: ti.i32  # maximum segments; 1: emitters seen directly, 2: direct light
    rr_depth: ti.i32  # vertices before Russian roulette may end a path
    strategy: ti.i32  # value of Strategy
    row_begin: ti.i32  # rows [begin, end) of the image are rendered
    row_end: ti.i32


@ti.dataclass
class Connection:
    """Shadow ray from a surface to an emitter, and its contribution if unoccluded."""

    origin: vec3
    direction: vec3
    distance: ti.f32  # length of the shadow ray; 0: no connection
    light: vec3  # radiance * BSDF * cosine / pdf, times the MIS weight


@ti.dataclass
class PathResult:
    """Radiance and features of one path."""

    radiance: vec3
    albedo: vec3
    normal: vec3
    distance: ti.f32  # path length to the features' surface, scene units
    delta_fraction: ti.f32  # 1: the features lie behind a mirror or glass
    weight: ti.f32  # weight of the features in the pixel's mean
