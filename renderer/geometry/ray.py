"""Records of a ray and of its nearest hit.

Device code.
"""

import taichi as ti

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)

INFINITY = 1e30  # distance of a miss; finite, so that fast-math arithmetic on it stays defined


@ti.dataclass
class Ray:
    """Half line; hits at t >= `t_max` are ignored."""

    origin: vec3
    direction: vec3  # unit length
    t_max: ti.f32
    is_shadow: ti.i32  # 1: any hit ends the traversal
    key: ti.u32  # random word of this ray, for opacity tests


@ti.dataclass
class Hit:
    """Nearest hit of a ray."""

    t: ti.f32
    primitive: ti.i32  # -1: none
    uv: vec2  # barycentric (b1, b2), or (a, b) of a flat shape
