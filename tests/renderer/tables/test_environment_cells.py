"""Environment cells: each pixel is covered once, with nearly the variance of pixel sampling."""

from __future__ import annotations

import numpy as np
import pytest

from renderer.tables import environment_cells
from renderer.tables.environment_cells import Blocks
from renderer.tables.environment_cells import Cells
from renderer.tables.environment_cells import block_side
from renderer.tables.environment_cells import divide


def _sky(height: int, width: int) -> np.ndarray:
    """(height, width) smooth sky with a one-pixel bright sun and a black part."""
    y, x = np.mgrid[:height, :width] / height
    sky = 1.0 + np.sin(3 * x) * y
    sky[:, : width // 5] = 0.0
    sky[height // 3, width // 2] = 5e4
    return sky


def _divided(weight: np.ndarray) -> tuple[Cells, np.ndarray]:
    """Cells of (H, W) weights of the pixels, and the (H, W) density."""
    height, width = weight.shape
    cells = divide(Blocks(weight, weight**2, 1, (width, height)))
    return cells, cells.density[cells.of_block]


def _second_moment(weight: np.ndarray, density: np.ndarray) -> float:
    """E[(weight / density)^2] / mean(weight)^2 under `density`; 1 means no variance."""
    used = weight > 0
    return float((weight[used] ** 2 / density[used]).sum() / weight.size / weight.mean() ** 2)


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 13), (64, 128), (33, 100)])
def test_cells_cover_every_pixel_once(size: tuple[int, int]) -> None:
    cells, _ = _divided(_sky(*size) + 0.1)
    covered = np.zeros(size, int)
    for column, row, columns, rows in cells.bounds:
        covered[row : row + rows, column : column + columns] += 1
    assert (covered == 1).all()


def test_cell_probabilities_match_pixel_densities() -> None:
    weight = _sky(48, 90)
    cells, density = _divided(weight)
    assert cells.fraction.sum() == pytest.approx(1)
    assert density.mean() == pytest.approx(1)
    for (column, row, columns, rows), fraction in zip(cells.bounds, cells.fraction):
        inside = density[row : row + rows, column : column + columns]
        assert inside.sum() / weight.size == pytest.approx(fraction)
        assert np.ptp(inside) == 0
    assert (density[weight > 0] > 0).all()


def test_sun_pixel_gets_highest_density_and_proportional_probability() -> None:
    weight = _sky(256, 512)
    cells, density = _divided(weight)
    sun = np.argmax(density)
    assert sun == np.argmax(weight)
    assert cells.fraction.max() == pytest.approx(weight.max() / weight.sum(), rel=0.02)


def test_cells_add_little_variance_unless_max_cells_is_small(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    weight = _sky(256, 512)
    few, density = _divided(weight)
    assert len(few.bounds) < environment_cells.MAX_CELLS
    assert 1.0 <= _second_moment(weight, density) < 1.0025
    monkeypatch.setattr(environment_cells, "MAX_CELLS", 64)
    fewer, density = _divided(weight)
    assert len(fewer.bounds) <= 64
    assert _second_moment(weight, density) > 1.005


def test_dark_cells_keep_rms_density_beside_a_bright_sun() -> None:
    weight = np.full((64, 128), 1e-4)
    weight[40:, 90:] = 2e-4
    weight[5, 7] = 1e9
    cells, density = _divided(weight)
    root = np.empty(weight.shape)
    for column, row, columns, rows in cells.bounds:
        inside = np.s_[row : row + rows, column : column + columns]
        root[inside] = np.sqrt((weight[inside] ** 2).mean())
    assert np.allclose(density, root / root.mean(), rtol=1e-9, atol=0)


def test_uniform_image_is_one_cell() -> None:
    assert len(_divided(np.full((64, 32), 3.0))[0].bounds) == 1


def _block_sums(pixels: np.ndarray, side: int) -> np.ndarray:
    """Sums of (H, W) pixels over blocks of `side` x `side`."""
    rows, columns = (np.arange(0, length, side) for length in pixels.shape)
    return np.add.reduceat(np.add.reduceat(pixels, rows, 0), columns, 1)


def test_blocks_at_the_edges_count_with_their_own_area() -> None:
    weight = np.random.default_rng(2).uniform(0.5, 2.0, (22, 37))
    weight[:, 20:] *= 100.0
    side = 5

    cells = divide(Blocks(_block_sums(weight, side), _block_sums(weight**2, side), side, (37, 22)))

    assert len(cells.bounds) > 10
    covered, density = np.zeros(weight.shape, int), np.empty(weight.shape)
    for number, (column, row, columns, rows) in enumerate(cells.bounds):
        inside = np.s_[row : row + rows, column : column + columns]
        covered[inside] += 1
        density[inside] = np.sqrt((weight[inside] ** 2).mean())
        assert (cells.of_block[row // side, column // side]) == number
    assert (covered == 1).all()
    found = cells.density[cells.of_block].repeat(side, 0).repeat(side, 1)[:22, :37]
    assert np.allclose(found, density / density.mean())


def test_large_images_are_divided_in_blocks_of_several_pixels() -> None:
    assert block_side(2048, 1024) == 1
    assert block_side(8192, 4096) == 4
    assert block_side(2049, 1024) == 2
