"""Small lit scenes for the integrator tests.

Host code.
"""

from __future__ import annotations

import numpy as np
from scipy.integrate import dblquad

from scenes.model.description import DirectionalLight
from scenes.model.description import Environment
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import PointLight
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.textures import Checkerboard
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from tests.renderer.bsdf_cases import CASES
from tests.renderer.scenes_fixture import GREY
from tests.renderer.scenes_fixture import box_flats
from tests.renderer.scenes_fixture import camera_at
from tests.renderer.scenes_fixture import icosphere
from tests.renderer.scenes_fixture import make_scene

FLOOR = Flat((-4, 0, -4), (0, 0, 8), (8, 0, 0))  # faces up
LAMP_ALBEDO = (0.8, 0.5, 0.2)
LAMP_RADIANCE = 10.0
LAMP_SIZE, LAMP_HEIGHT = 0.5, 1.0


def diffuse_box() -> SceneDescription:
    """A closed room lit by a small rectangle and a small sphere; a mesh casts shadows."""
    materials = [GREY, Material(Diffuse((0.7, 0.3, 0.1))), Material(Diffuse((0, 0, 0)))]
    lamp = Flat((-0.6, 1.9, -0.6), (1.2, 0, 0), (0, 0, 1.2), material=2, radiance=(6, 5, 4))
    ball = Sphere((1.2, -0.5, 0.8), 0.35, material=2, radiance=(3, 3, 6))
    mesh = icosphere(0.5, 1)
    moved = type(mesh)(mesh.vertices + np.float32([-0.6, -1.2, 0.9]), mesh.faces, material=1)
    camera = camera_at((0, 0, -1.9), (0, 0, 1), 80)
    return make_scene([*box_flats(2.0), lamp, ball, moved], materials, camera)


def glossy_metal() -> SceneDescription:
    """Rough metal under sphere lights of different sizes and a disk light."""
    materials = [
        Material(Conductor((0.2, 0.9, 1.1), (3.9, 2.4, 2.2), alpha=0.15)),
        Material(MetallicRoughness((0.9, 0.6, 0.3), 0.6, 0.5)),
        Material(Diffuse((0, 0, 0))),
    ]
    shapes = [
        FLOOR,
        Sphere((0.0, 0.7, 0.0), 0.7, material=1),
        Sphere((-1.5, 1.5, 0.5), 0.3, material=2, radiance=(8, 6, 4)),
        Sphere((1.5, 2.0, 0.0), 0.8, material=2, radiance=(1, 2, 3)),
        Flat((0.5, 0.2, 1.6), (1, 0, 0), (0, 1, 0), FlatKind.DISK, material=2, radiance=(2, 2, 2)),
    ]
    return make_scene(shapes, materials, camera_at((0, 2, -4), (0, 0.7, 0), 50))


def _sky() -> Environment:
    """Smooth environment image with one broad bright side, rotated about y."""
    v, u = np.meshgrid(
        np.linspace(0, 1, 16), np.linspace(0, 2 * np.pi, 32, endpoint=False), indexing="ij"
    )
    sky = 0.3 + np.exp(2 * np.cos(u - 1) - 3 * v)
    image = np.stack([sky, 0.8 * sky, 0.5 + 0 * sky], axis=-1).astype(np.float32)
    c, s = np.cos(0.7), np.sin(0.7)
    return Environment(image=image, to_world=np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]]))


def glass_and_sky() -> SceneDescription:
    """Smooth and rough glass, a pane and plastic on a floor under an image environment."""
    materials = [
        Material(Diffuse((0.5, 0.6, 0.4))),
        Material(Dielectric(1.5)),
        Material(Dielectric(1.5, alpha=0.3)),
        Material(Plastic((0.6, 0.2, 0.2))),
        Material(Plastic((0.2, 0.2, 0.6), alpha=0.2)),
        Material(Dielectric(1.5, is_thin=True)),
    ]
    shapes = [FLOOR, Flat((-1.5, 0, -1.2), (3, 0, 0), (0, 2, 0), material=5)]
    shapes += [
        Sphere((x, 0.6, 0.0), 0.5, material=m)
        for m, x in ((1, -1.8), (2, -0.6), (3, 0.6), (4, 1.8))
    ]
    return make_scene(shapes, materials, camera_at((0, 1.5, -4), (0, 0.5, 0), 55), _sky())


def _leaf() -> ImageTexture:
    """4 x 4 texture of alpha 0.5, with a transparent centre and one opaque texel."""
    texels = np.full((4, 4, 4), 200, np.uint8)
    texels[..., 3] = 128
    texels[1:3, 1:3, 3] = 0
    texels[0, 0] = (255, 40, 40, 255)
    return ImageTexture(Image(texels, True))


def masked() -> SceneDescription:
    """Textured and partly transparent surfaces between the floor and a textured lamp."""
    leaf = _leaf()
    materials = [
        Material(Diffuse(Checkerboard((0.8, 0.8, 0.8), (0.1, 0.2, 0.3)))),
        Material(Diffuse(leaf), opacity=leaf),
        Material(Diffuse((0.6, 0.6, 0.6)), opacity=0.5),
        Material(Diffuse((0, 0, 0)), emission=leaf, emission_strength=6.0),
    ]
    shapes = [
        FLOOR,
        Flat((-1.5, 1.0, -1), (0, 0, 2), (1.5, 0, 0), material=1),
        Flat((0.2, 1.0, -1), (0, 0, 2), (1.5, 0, 0), FlatKind.DISK, material=2),
        icosphere(0.5, 1),
        Flat((-1, 2.5, -1), (2, 0, 0), (0, 0, 2), material=3),
    ]
    return make_scene(shapes, materials, camera_at((0, 1.8, -4), (0, 0.8, 0), 55))


def pierced_lamps() -> SceneDescription:
    """Lamps with constant, textured and cutoff opacity, and an opaque lamp above them."""
    leaf = _leaf()
    black = Diffuse((0, 0, 0))
    materials = [
        GREY,
        Material(black, opacity=0.3),
        Material(black, opacity=leaf, is_two_sided=True),
        Material(black, opacity=leaf, opacity_cutoff=0.5),
    ]
    shapes = [
        FLOOR,
        Flat((-1.5, 1.0, -1), (1.5, 0, 0), (0, 0, 2), material=1, radiance=(4, 4, 4)),
        Flat((0.2, 1.0, -1), (1.5, 0, 0), (0, 0, 2), material=2, radiance=(2, 4, 6)),
        Sphere((0.0, 0.6, 1.0), 0.4, material=3, radiance=(6, 5, 4)),
        Flat((-1, 2.5, -1), (2, 0, 0), (0, 0, 2), radiance=(2, 2, 2)),
    ]
    return make_scene(shapes, materials, camera_at((0, 1.8, -4), (0, 0.8, 0), 55))


def all_materials() -> SceneDescription:
    """One sphere per BSDF, under area, point, spot and directional lights and an environment."""
    materials = [GREY, *CASES.values()]
    shapes = [FLOOR, Flat((-1, 5, -1), (2, 0, 0), (0, 0, 2), radiance=(5, 5, 5))]
    for index in range(1, len(materials)):
        x, z = (index % 6 - 2.5) * 1.1, (index // 6 - 3) * 1.1
        shapes.append(Sphere((x, 0.5, z), 0.5, material=index))
    lights = (
        PointLight((0, 3, -2), (4, 4, 4)),
        PointLight((2, 3, 0), (9, 9, 9), (-0.5, -1, 0), (0.2, 0.5)),
        DirectionalLight((0.3, -1, 0.2), (0.5, 0.5, 0.5)),
    )
    return make_scene(shapes, materials, camera_at((0, 5, -7), (0, 0, 0), 60), _sky(), lights)


def lamp_over_floor() -> SceneDescription:
    """Narrow view of the floor below a square lamp that is outside the image."""
    materials = [Material(Diffuse(LAMP_ALBEDO)), Material(Diffuse((0, 0, 0)))]
    half = LAMP_SIZE / 2
    lamp = Flat(
        (-half, LAMP_HEIGHT, -half),
        (LAMP_SIZE, 0, 0),
        (0, 0, LAMP_SIZE),
        material=1,
        radiance=(LAMP_RADIANCE,) * 3,
    )
    return make_scene([FLOOR, lamp], materials, camera_at((2, 0.7, 0), (0, 0, 0), 0.05))


def lamp_irradiance() -> float:
    """Irradiance on the floor below the centre of the lamp: L * integral of cos cos / d^2 dA."""
    half, h2 = LAMP_SIZE / 2, LAMP_HEIGHT**2
    return (
        LAMP_RADIANCE
        * dblquad(lambda x, y: h2 / (x * x + y * y + h2) ** 2, -half, half, -half, half)[0]
    )


def turned_image() -> Environment:
    """Environment image with bright and black parts, rotated by a random matrix."""
    random = np.random.default_rng(1)
    image = random.gamma(0.5, 1.0, (8, 16, 3)).astype(np.float32)
    image[5, 3] = 30
    image[:, 9:11] = 0
    q, _ = np.linalg.qr(random.normal(size=(3, 3)))
    return Environment((0.5, 1.0, 2.0), image, q * np.sign(np.linalg.det(q)))
