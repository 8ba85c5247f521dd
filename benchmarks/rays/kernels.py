"""Kernels that record the rays of diffuse paths, and trace recorded rays.

Device code, for `throughput.py`.
"""

import taichi as ti

from renderer.geometry.frame import make_frame
from renderer.geometry.interaction import make_interaction
from renderer.geometry.interaction import offset_origin
from renderer.geometry.ray import INFINITY
from renderer.geometry.ray import Ray
from renderer.geometry.traversal import intersect
from renderer.integrator.camera import CameraParameters
from renderer.integrator.camera import sample_camera_ray
from renderer.integrator.upload import SceneTables
from renderer.sampling.sampler import start_sampler
from renderer.sampling.warp import square_to_cosine_hemisphere

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)
f32_array = ti.types.ndarray(dtype=ti.f32, ndim=1)

RAY_WORDS = 7  # floats per ray: origin, direction, t_max (0: no ray)


@ti.func
def put(rays: ti.template(), slot: ti.i32, origin: vec3, direction: vec3):
    """Write a ray with t_max = INFINITY into `slot`."""
    for c in ti.static(range(3)):
        rays[slot * RAY_WORDS + c] = origin[c]
        rays[slot * RAY_WORDS + 3 + c] = direction[c]
    rays[slot * RAY_WORDS + 6] = INFINITY


@ti.kernel
def record_rays(
    tables: SceneTables,
    camera: CameraParameters,
    width: ti.i32,
    height: ti.i32,
    bounces: ti.i32,
    rays: f32_array,
):
    """Fill 2 * `bounces` slots per pixel: alternately a path segment and a shadow ray."""
    for pixel in range(width * height):
        sampler = start_sampler(pixel, 0, 0, 0)
        u = sampler.next_4d()
        at = vec2((pixel % width + u.x) / width, (pixel // width + u.y) / height)
        start = sample_camera_ray(camera, at, vec2(u.z, u.w))
        ray = Ray(
            origin=start.origin,
            direction=start.direction,
            t_max=INFINITY,
            is_shadow=0,
            key=ti.u32(0),
        )
        for bounce in range(bounces):
            slot = 2 * (pixel * bounces + bounce)
            if ray.t_max > 0.0:
                put(rays, slot, ray.origin, ray.direction)
                hit = intersect(tables, ray)
                ray.t_max = 0.0
                if hit.primitive >= 0:
                    si = make_interaction(tables, ray, hit)
                    frame = make_frame(ti.select(si.ng.dot(ray.direction) < 0.0, si.ng, -si.ng))
                    v = sampler.next_4d()
                    to_light = frame.to_world(square_to_cosine_hemisphere(vec2(v.x, v.y)))
                    put(rays, slot + 1, offset_origin(tables, si.p, si.ng, to_light), to_light)
                    ray.direction = frame.to_world(square_to_cosine_hemisphere(vec2(v.z, v.w)))
                    ray.origin = offset_origin(tables, si.p, si.ng, ray.direction)
                    ray.t_max = INFINITY


@ti.kernel
def trace(tables: SceneTables, rays: f32_array, found: f32_array, is_shadow: ti.i32):
    """Trace every ray; `found` gets the distance, or -1 for a miss."""
    for i in range(found.shape[0]):
        base = i * RAY_WORDS
        ray = Ray(
            origin=vec3(rays[base], rays[base + 1], rays[base + 2]),
            direction=vec3(rays[base + 3], rays[base + 4], rays[base + 5]),
            t_max=rays[base + 6],
            is_shadow=is_shadow,
            key=ti.u32(0),
        )
        hit = intersect(tables, ray)
        found[i] = ti.select(hit.primitive >= 0, hit.t, -1.0)
