"""Perspective camera with a thin lens, and orthographic camera.

Host code first, device code below the ruler. The image is seen as from behind the camera: +x of
camera space is left, +y up, +z forward.
"""

import taichi as ti

from renderer.frame import CameraPose
from renderer.geometry.ray import INFINITY
from renderer.sampling.warp import square_to_disk

vec2 = ti.types.vector(2, ti.f32)
vec3 = ti.types.vector(3, ti.f32)


@ti.dataclass
class CameraParameters:
    """Camera as a kernel argument; world space."""

    position: vec3
    left: vec3  # unit
    up: vec3  # unit
    forward: vec3  # unit
    tan_x: ti.f32  # half width of the image at distance 1
    tan_y: ti.f32  # half height of the image at distance 1
    aperture_radius: ti.f32  # scene units; 0: pinhole
    focus_distance: ti.f32  # along `forward`, scene units
    center_x: ti.f32  # centre of the image, in the unit of tan_x
    center_y: ti.f32
    near: ti.f32  # along `forward`, scene units
    far: ti.f32
    is_orthographic: ti.i32


def camera_parameters(pose: CameraPose) -> CameraParameters:
    """Convert a pose to a kernel argument."""
    return CameraParameters(
        position=vec3(*pose.position),
        left=vec3(*pose.left),
        up=vec3(*pose.up),
        forward=vec3(*pose.forward),
        tan_x=pose.tan_x,
        tan_y=pose.tan_y,
        aperture_radius=pose.aperture_radius,
        focus_distance=pose.focus_distance,
        center_x=pose.center_x,
        center_y=pose.center_y,
        near=pose.near,
        far=min(pose.far, INFINITY),
        is_orthographic=int(pose.is_orthographic),
    )


# ---- Device code
# -----------------------------------------------------------------------------------


@ti.dataclass
class CameraRay:
    """Origin and unit direction of a path's first ray, world space, and the part that is seen."""

    origin: vec3
    direction: vec3
    start: ti.f32  # distance along the ray, scene units
    end: ti.f32


@ti.func
def sample_camera_ray(camera: CameraParameters, position: vec2, u: vec2) -> CameraRay:
    """Ray through an image position in [0, 1]^2 (x right, y down) and a point of the lens."""
    x = camera.center_x + (1.0 - 2.0 * position.x) * camera.tan_x
    y = camera.center_y + (1.0 - 2.0 * position.y) * camera.tan_y
    across = x * camera.left + y * camera.up
    origin, direction = camera.position + across, camera.forward
    if camera.is_orthographic == 0:
        focus = (across + camera.forward) * camera.focus_distance
        lens = camera.aperture_radius * square_to_disk(u)
        offset = lens.x * camera.left + lens.y * camera.up
        origin, direction = camera.position + offset, (focus - offset).normalized()
    per_depth = 1.0 / direction.dot(camera.forward)  # path length per distance along the axis
    return CameraRay(
        origin=origin,
        direction=direction,
        start=camera.near * per_depth,
        end=ti.min(camera.far * per_depth, INFINITY),
    )
