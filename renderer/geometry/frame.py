"""Local frame of a shading point: z is the normal.

Device code.
"""

import taichi as ti

vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class ShadingFrame:
    """Right-handed orthonormal basis."""

    s: vec3
    t: vec3
    n: vec3

    @ti.func
    def to_local(self, w: vec3) -> vec3:
        """Transform a world direction to the frame."""
        return vec3(self.s.dot(w), self.t.dot(w), self.n.dot(w))

    @ti.func
    def to_world(self, w: vec3) -> vec3:
        """Transform a direction in the frame to world space."""
        return self.s * w.x + self.t * w.y + self.n * w.z


@ti.func
def make_frame(n: vec3) -> ShadingFrame:
    """Frame around a unit normal (Duff et al. 2017, without a branch)."""
    sign = ti.select(n.z >= 0.0, 1.0, -1.0)
    a = -1.0 / (sign + n.z)
    b = n.x * n.y * a
    s = vec3(1.0 + sign * n.x * n.x * a, sign * b, -sign * n.x)
    t = vec3(b, sign + n.y * n.y * a, -n.y)
    return ShadingFrame(s=s, t=t, n=n)
