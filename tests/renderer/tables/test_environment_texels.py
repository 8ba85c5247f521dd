"""Texels of an environment: packing is exact to its bits, block sums equal those of NumPy.

Host code.
"""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables.environment_texels import block_sums
from renderer.tables.environment_texels import pack_texels
from renderer.tables.environment_texels import unpack_texels
from scenes.model.textures import LUMINANCE


def test_radiance_and_cell_survive_packing() -> None:
    random = np.random.default_rng(3)
    image = random.random((20, 30, 3)) * 10.0 ** random.uniform(-25, 25, (20, 30, 1))
    image[0, 0], image[0, 1], image[0, 2] = 0.0, 1.0, (1e30, 0.0, 1.0)
    image = image.astype(np.float32)
    cells = random.integers(0, 2**14, (20, 30)).astype(np.int32)

    radiance, cell = unpack_texels(pack_texels(image, np.array([1.0, 2.0, 0.5]), cells, 1))

    right = image.reshape(-1, 3) * [1.0, 2.0, 0.5]
    assert (np.abs(radiance - right) <= 2.0**-14 * right.max(axis=1, keepdims=True)).all()
    assert np.array_equal(radiance[:2], right[:2])
    assert np.array_equal(cell, cells.ravel())


def test_values_too_small_for_the_device_are_zero() -> None:
    image = np.full((1, 1, 3), 1e-37, np.float32)

    radiance, _ = unpack_texels(pack_texels(image, np.ones(3), np.zeros((1, 1), np.int32), 1))

    assert np.array_equal(radiance, np.zeros((1, 3)))


def test_pixels_of_a_block_have_its_cell() -> None:
    cells = np.arange(6, dtype=np.int32).reshape(2, 3)

    _, cell = unpack_texels(pack_texels(np.ones((3, 5, 3), np.float32), np.ones(3), cells, 2))

    assert np.array_equal(cell.reshape(3, 5), cells.repeat(2, 0).repeat(2, 1)[:3, :5])


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 10)])
@pytest.mark.parametrize("side", [1, 3])
def test_block_sums_equal_the_sums_of_the_footprints(size: tuple[int, int], side: int) -> None:
    height, width = size
    image = np.random.default_rng(1).random((height, width, 3)).astype(np.float32)
    factor, sine = np.array([1.0, 0.5, 2.0]), np.linspace(0.1, 1.0, height)

    sums, squares = block_sums(image, factor, sine, side)

    luminance = (image * factor) @ np.asarray(LUMINANCE)
    padded = np.pad(np.pad(luminance, ((1, 1), (0, 0)), "edge"), ((0, 0), (1, 1)), "wrap")
    around = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    weight = (0.5 * luminance + 0.5 * np.mean(around, axis=0)) * sine[:, None]
    rows, columns = np.arange(0, height, side), np.arange(0, width, side)
    for found, pixels in ((sums, weight), (squares, weight**2)):
        right = np.add.reduceat(np.add.reduceat(pixels, rows, 0), columns, 1)
        assert found == pytest.approx(right, rel=1e-6)
