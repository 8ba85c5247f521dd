"""Values stored with a mesh: interpolated over triangles, constant over faces, as coordinates."""

from __future__ import annotations

import numpy as np

from renderer.backend import start
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.model.description import Camera
from scenes.model.description import Mesh
from scenes.model.textures import AttributeTexture
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Spectrum
from scenes.model.textures import Wrap
from tests.renderer.scenes_fixture import BLACK
from tests.renderer.scenes_fixture import GREY
from tests.renderer.scenes_fixture import make_scene

SIZE = 16
SQUARE = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
# Looks along -z at the square, +x to the right, 2 units wide.
VIEW = np.array([[-1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 3], [0, 0, 0, 1]])
CENTERS = (np.arange(SIZE) + 0.5) / SIZE


def _seen(radiance: Spectrum, attributes: dict[str, np.ndarray]) -> np.ndarray:
    """(SIZE, SIZE, 3) mean emission of the square, row 0 at y = 1."""
    mesh = Mesh(SQUARE, FACES, radiance=radiance, attributes=attributes)
    other = Mesh(SQUARE + np.float32([0, 0, -5]), FACES, material=1)  # without attributes
    camera = Camera(VIEW, orthographic_width=2.0)
    scene = make_scene([other, mesh], [BLACK, GREY], camera)
    settings = IntegratorSettings(spp=64, max_depth=1)
    half = Renderer(scene, start("cpu")).render_half(camera, (SIZE, SIZE), 0, 0, settings)
    return np.asarray(half.color.numpy())


def test_vertex_values_are_interpolated_linearly_and_scaled() -> None:
    x, y = SQUARE[:, 0] / 2 + 0.5, SQUARE[:, 1] / 2 + 0.5
    colors = np.stack([x, y, 1 - x, 0 * x + 0.5], axis=1).astype(np.float32)
    image = _seen(AttributeTexture("c", (2.0, 1.0, 4.0, 1.0)), {"c": colors})
    u, v = np.meshgrid(CENTERS, CENTERS[::-1])
    np.testing.assert_allclose(image, np.stack([2 * u, v, 4 - 4 * u], -1), atol=0.03)


def test_face_values_are_constant_and_one_number_is_grey() -> None:
    image = _seen(AttributeTexture("f"), {"f": np.float32([[[0.25]], [[0.75]]])})
    lower, upper = image[-1, -1], image[0, 0]  # the faces below and above the diagonal
    np.testing.assert_allclose([lower, upper], [[0.25] * 3, [0.75] * 3], atol=1e-5)


def test_texture_reads_its_coordinates_from_an_attribute() -> None:
    texels = np.zeros((1, 4, 4), np.uint8)
    texels[0, :, 0] = [0, 85, 170, 255]
    uvs = np.stack([SQUARE[:, 1] / 2 + 0.5, np.full(4, 0.5)], axis=1).astype(np.float32)
    texture = ImageTexture(
        Image(texels, False), uv_set="second", filter=Filter.NEAREST, wrap=Wrap.CLAMP
    )
    image = _seen(texture, {"second": uvs})
    # Columns of the image run upwards, as the coordinate u is the height.
    np.testing.assert_allclose(image[::-1, 3, 0], np.repeat([0, 1, 2, 3], 4) / 3, atol=0.02)
