"""Query rays, emitters, textures and the camera of a scene for many points at once.

Device code, and the host class that launches it.
"""

import numpy as np
import taichi as ti

from renderer.bsdfs.texture import TexturePoint
from renderer.bsdfs.texture import sample_texture
from renderer.emitters.dispatch import escaped_light
from renderer.emitters.dispatch import hit_emitter_pdf
from renderer.emitters.dispatch import sample_emitter
from renderer.emitters.environment import look_up_environment
from renderer.geometry.interaction import make_interaction
from renderer.geometry.interaction import offset_origin
from renderer.geometry.traversal import INFINITY
from renderer.geometry.traversal import Ray
from renderer.geometry.traversal import intersect
from renderer.integrator.camera import CameraParameters
from renderer.integrator.camera import camera_parameters
from renderer.integrator.camera import sample_camera_ray
from renderer.integrator.upload import SceneTables
from renderer.integrator.upload import build_scene_tables
from renderer.pose import camera_pose
from scenes.model.description import Camera
from scenes.model.description import SceneDescription

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
vec4 = ti.types.vector(4, ti.f32)
vectors = ti.types.ndarray(dtype=vec3, ndim=1)
pairs = ti.types.ndarray(dtype=vec2, ndim=1)
scalars = ti.types.ndarray(dtype=ti.f32, ndim=1)
integers = ti.types.ndarray(dtype=ti.i32, ndim=1)
numbers = ti.types.ndarray(dtype=ti.f32, ndim=2)


@ti.kernel
def trace_all(
    tables: SceneTables,
    origin: vectors,
    direction: vectors,
    t_max: scalars,
    is_shadow: ti.i32,
    out: numbers,
    index: integers,
):
    """Columns as in `Hits`: pdf of the hit emitter 17, of the environment 18, offset 19-21."""
    for i in origin:
        ray = Ray(
            origin=origin[i],
            direction=direction[i],
            t_max=t_max[i],
            is_shadow=is_shadow,
            key=ti.cast(i * 7919 + 13, ti.u32),
        )
        hit = intersect(tables, ray)
        index[i] = hit.primitive
        out[i, 0] = hit.t
        out[i, 17] = 0.0
        out[i, 18] = escaped_light(tables, direction[i]).pdf
        if hit.primitive >= 0:
            si = make_interaction(tables, ray, hit)
            moved = offset_origin(tables, si.p, si.ng, direction[i])
            for c in ti.static(range(3)):
                out[i, 1 + c] = si.p[c]
                out[i, 4 + c] = si.ng[c]
                out[i, 7 + c] = si.frame.n[c]
                out[i, 12 + c] = si.wi[c]
                out[i, 19 + c] = moved[c]
            for c in ti.static(range(2)):
                out[i, 10 + c] = si.point.uv[c]
            out[i, 15] = ti.cast(si.material, ti.f32)
            out[i, 16] = ti.cast(si.emitter, ti.f32)
            if si.emitter >= 0:
                out[i, 17] = hit_emitter_pdf(tables, si, origin[i], direction[i])


@ti.kernel
def sample_emitters(tables: SceneTables, p: vec3, u: vectors, out: numbers):
    """Columns: direction 0-2, distance 3, radiance 4-6, pdf 7, is_delta 8."""
    for i in u:
        # u.x again as fourth number: it supplies the bits that the choice by u.x leaves unused.
        s = sample_emitter(tables, p, vec4(u[i].x, u[i].y, u[i].z, u[i].x))
        for c in ti.static(range(3)):
            out[i, c] = s.direction[c]
            out[i, 4 + c] = s.radiance[c]
        out[i, 3] = s.distance
        out[i, 7] = s.pdf
        out[i, 8] = ti.cast(s.is_delta, ti.f32)


@ti.kernel
def look_up(tables: SceneTables, texture: ti.i32, uv: pairs, direction: vectors, out: numbers):
    """Columns: texture RGBA 0-3, environment radiance 4-6."""
    for i in uv:
        if texture >= 0:
            point = TexturePoint(uv=uv[i], primitive=-1, b=vec2(0.0))
            rgba = sample_texture(tables, texture, point)
            for c in ti.static(range(4)):
                out[i, c] = rgba[c]
        radiance = look_up_environment(tables, direction[i]).radiance
        for c in ti.static(range(3)):
            out[i, 4 + c] = radiance[c]


@ti.kernel
def start_rays(camera: CameraParameters, position: pairs, lens: pairs, out: numbers):
    """Columns: origin 0-2, direction 3-5."""
    for i in position:
        ray = sample_camera_ray(camera, position[i], lens[i])
        for c in ti.static(range(3)):
            out[i, c] = ray.origin[c]
            out[i, 3 + c] = ray.direction[c]


class Hits:
    """Ray hits as (N, ...) arrays."""

    def __init__(self, rows: np.ndarray, primitive: np.ndarray) -> None:
        self.primitive = primitive
        self.t = rows[:, 0]
        self.p, self.ng, self.n = rows[:, 1:4], rows[:, 4:7], rows[:, 7:10]
        self.uv, self.wi = rows[:, 10:12], rows[:, 12:15]
        self.material, self.emitter = rows[:, 15].astype(int), rows[:, 16].astype(int)
        self.emitter_pdf, self.environment_pdf = rows[:, 17], rows[:, 18]
        self.offset = rows[:, 19:22]

    @property
    def is_hit(self) -> np.ndarray:
        """(N,) True where the ray hits a primitive."""
        return self.primitive >= 0

    @property
    def pdf(self) -> np.ndarray:
        """(N,) density of emitter sampling for the direction of the ray."""
        return np.where(self.is_hit, self.emitter_pdf, self.environment_pdf)


class SceneProbe:
    """Ray, emitter and texture queries on one uploaded scene."""

    def __init__(self, scene: SceneDescription) -> None:
        self._tables = build_scene_tables(scene)

    def trace(
        self,
        origin: np.ndarray,
        direction: np.ndarray,
        t_max: np.ndarray | float = INFINITY,
        is_shadow: bool = False,
    ) -> Hits:
        """Trace rays with (N, 3) directions from (N, 3) or (3,) origins."""
        direction = np.ascontiguousarray(direction, np.float32)
        origin = np.ascontiguousarray(np.broadcast_to(origin, direction.shape), np.float32)
        limit = np.ascontiguousarray(np.broadcast_to(t_max, len(origin)), np.float32)
        out, index = np.zeros((len(origin), 22), np.float32), np.zeros(len(origin), np.int32)
        trace_all(self._tables, origin, direction, limit, int(is_shadow), out, index)
        return Hits(out, index)

    def emit(self, p: np.ndarray, u: np.ndarray) -> np.ndarray:
        """(N, 9) rows of `sample_emitters`."""
        u = np.ascontiguousarray(u, np.float32)
        out = np.zeros((len(u), 9), np.float32)
        sample_emitters(self._tables, vec3(*[float(c) for c in p]), u, out)
        return out

    def texture(self, number: int, uv: np.ndarray) -> np.ndarray:
        """(N, 4) RGBA of texture `number` at `uv` (N, 2)."""
        uv = np.ascontiguousarray(uv, np.float32)
        out = np.zeros((len(uv), 7), np.float32)
        look_up(self._tables, number, uv, np.ones((len(uv), 3), np.float32), out)
        return out[:, :4]

    def environment(self, direction: np.ndarray) -> np.ndarray:
        """(N, 3) environment radiance for `direction` (N, 3)."""
        direction = np.ascontiguousarray(direction, np.float32)
        out = np.zeros((len(direction), 7), np.float32)
        look_up(self._tables, -1, np.zeros((len(direction), 2), np.float32), direction, out)
        return out[:, 4:]


def camera_rays(
    camera: Camera, size: tuple[int, int], position: np.ndarray, lens: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Ray origins and directions (N, 3) for image positions (N, 2) and lens samples."""
    out = np.zeros((len(position), 6), np.float32)
    start_rays(
        camera_parameters(camera_pose(camera, size)),
        np.ascontiguousarray(position, np.float32),
        np.ascontiguousarray(np.broadcast_to(lens, position.shape), np.float32),
        out,
    )
    return out[:, :3], out[:, 3:]
