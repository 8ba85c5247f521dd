"""A ray, and what it hits first.

Device code.
"""

import taichi as ti

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

INFINITY = 1e30  # distance of a miss; finite, so that fast-math arithmetic on it stays defined


@ti.dataclass
class Ray:
    """Half line; only hits nearer than `t_max` count."""

    origin: vec3
    direction: vec3  # unit length
    t_max: ti.f32
    is_shadow: ti.i32  # 1: any hit will do
    key: ti.u32  # random word of this ray, for surfaces that are only partly there


@ti.dataclass
class Hit:
    """Nearest hit."""

    t: ti.f32
    primitive: ti.i32  # -1: none
    uv: vec2  # barycentric (b1, b2), or (a, b) of a flat shape
