"""Perspective camera with a thin lens.

Host code first, device code below the ruler. The image is seen as from behind the camera: +x of
camera space is left, +y up, +z forward.
"""

import math

import numpy as np
import taichi as ti

from renderer.frame import Viewpoint
from renderer.sampling.warp import square_to_disk
from scenes.model.description import Camera

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class CameraParameters:
    """What a ray needs to start; world space."""

    position: vec3
    left: vec3  # unit
    up: vec3  # unit
    forward: vec3  # unit
    tan_x: ti.f32  # half width of the image at distance 1
    tan_y: ti.f32
    aperture_radius: ti.f32  # 0: pinhole
    focus_distance: ti.f32


def camera_parameters(camera: Camera, size: tuple[int, int]) -> CameraParameters:
    """Camera for an image of `size` (width, height); the horizontal field of view is kept."""
    matrix = np.asarray(camera.to_world, dtype=np.float64)
    axes = matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)
    tan_x = math.tan(math.radians(camera.fov_x) / 2)
    return CameraParameters(
        position=vec3(*matrix[:3, 3]),
        left=vec3(*axes[:, 0]),
        up=vec3(*axes[:, 1]),
        forward=vec3(*axes[:, 2]),
        tan_x=tan_x,
        tan_y=tan_x * size[1] / size[0],
        aperture_radius=camera.aperture_radius,
        focus_distance=camera.focus_distance,
    )


def viewpoint(camera: Camera, size: tuple[int, int]) -> Viewpoint:
    """The same camera for a frame's record."""
    matrix = np.asarray(camera.to_world, dtype=np.float64)
    axes = (matrix[:3, :3] / np.linalg.norm(matrix[:3, :3], axis=0)).T.tolist()
    left, up, forward = ((float(x), float(y), float(z)) for x, y, z in axes)
    x, y, z = matrix[:3, 3].tolist()
    tan_x = math.tan(math.radians(camera.fov_x) / 2)
    tan_y = tan_x * size[1] / size[0]
    lens = (camera.aperture_radius, camera.focus_distance)
    return Viewpoint((x, y, z), left, up, forward, tan_x, tan_y, *lens)


# ---- Device code
# -----------------------------------------------------------------------------------


@ti.dataclass
class CameraRay:
    """Start of a path."""

    origin: vec3
    direction: vec3


@ti.func
def sample_camera_ray(camera: CameraParameters, position: vec2, u: vec2) -> CameraRay:
    """Ray through an image position in [0, 1]^2 (x right, y down) and a point of the lens."""
    x, y = (1.0 - 2.0 * position.x) * camera.tan_x, (1.0 - 2.0 * position.y) * camera.tan_y
    focus = (x * camera.left + y * camera.up + camera.forward) * camera.focus_distance
    lens = camera.aperture_radius * square_to_disk(u)
    offset = lens.x * camera.left + lens.y * camera.up
    return CameraRay(origin=camera.position + offset, direction=(focus - offset).normalized())
