"""Builders of tiny scenes for the renderer tests.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.model.description import Camera
from scenes.model.description import Environment
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import PunctualLight
from scenes.model.description import SceneDescription
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material

Vector = tuple[float, float, float]

GREY = Material(Diffuse((0.5, 0.5, 0.5)))
BLACK = Material(Diffuse((0.0, 0.0, 0.0)))


def camera_at(
    origin: Vector, target: Vector, fov_x: float = 60.0, up: Vector = (0, 1, 0)
) -> Camera:
    """Pinhole camera looking at `target`; matrix columns are left, up, forward and position."""
    forward = np.subtract(target, origin).astype(np.float64)
    forward /= np.linalg.norm(forward)
    left = np.cross(np.asarray(up, np.float64), forward)
    left /= np.linalg.norm(left)
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1], matrix[:3, 2] = left, np.cross(forward, left), forward
    matrix[:3, 3] = origin
    return Camera(matrix, fov_x=fov_x)


CAMERA = camera_at((0.0, 0.0, 0.0), (0.0, 0.0, 1.0))


def make_scene(
    shapes: list[Shape],
    materials: list[Material] | None = None,
    camera: Camera = CAMERA,
    environment: Environment | None = None,
    lights: tuple[PunctualLight, ...] = (),
) -> SceneDescription:
    """Scene named "test"; material `GREY` by default."""
    return SceneDescription(
        "test", tuple(shapes), tuple(materials or [GREY]), camera, environment, lights
    )


def scene_of_materials(materials: list[Material]) -> SceneDescription:
    """Scene with `materials` and a unit sphere as its only geometry."""
    return make_scene([Sphere((0.0, 0.0, 0.0), 1.0)], materials)


def triangle(a: Vector, b: Vector, c: Vector, **options: object) -> Mesh:
    """A mesh of one triangle."""
    vertices = np.array([a, b, c], np.float32)
    return Mesh(vertices, np.array([[0, 1, 2]], np.int32), **options)  # type: ignore[arg-type]


def box_flats(size: float, radiance: Vector | None = None, material: int = 0) -> list[Shape]:
    """Six squares with inward normals that form a cube of half edge `size` around the origin."""
    shapes: list[Shape] = []
    for axis in range(3):
        for side in (-1.0, 1.0):
            u, v = np.zeros(3), np.zeros(3)
            u[(axis + 1) % 3], v[(axis + 2) % 3] = 2 * size, 2 * size
            if side > 0:
                u, v = v, u
            origin = -(u + v) / 2
            origin[axis] = side * size
            shapes.append(
                Flat(tuple(origin), tuple(u), tuple(v), material=material, radiance=radiance)
            )
    return shapes


def icosphere(radius: float, subdivisions: int, is_inward: bool = False) -> Mesh:
    """A closed mesh of 20 * 4^subdivisions triangles with vertices on a sphere, flat-shaded."""
    g = (1 + 5**0.5) / 2
    corners = [(-1, g, 0), (1, g, 0), (-1, -g, 0), (1, -g, 0)]
    corners += [(z, x, y) for x, y, z in corners] + [(y, z, x) for x, y, z in corners]
    vertices = np.array(corners, np.float64)
    vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    pairs = vertices @ vertices.T > 0.4
    faces = [
        (i, j, k)
        for i in range(12)
        for j in range(i + 1, 12)
        for k in range(j + 1, 12)
        if pairs[i, j] and pairs[j, k] and pairs[i, k]
    ]
    triangles = vertices[np.array(faces)]
    for _ in range(subdivisions):
        a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
        ab, bc, ca = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (a + b, b + c, c + a))
        parts = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
        triangles = np.concatenate([np.stack(part, axis=1) for part in parts])
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    outward = np.einsum("fi,fi->f", normal, triangles.mean(axis=1)) > 0
    turned = outward == is_inward
    triangles[turned] = triangles[turned][:, ::-1]
    points = (radius * triangles.reshape(-1, 3)).astype(np.float32)
    return Mesh(points, np.arange(len(points), dtype=np.int32).reshape(-1, 3))
