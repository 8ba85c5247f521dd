"""Tiles: weights sum to one, rows are complete and in order, and no seams are visible."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.tiles import OVERLAP
from denoiser.restoration.tiles import Restore
from denoiser.restoration.tiles import restore_in_tiles
from denoiser.restoration.tiles import tile_starts
from denoiser.restoration.tiles import tile_weights
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.seeds import generator_at


def assembled(source: np.ndarray, restore: Restore, side: int, overlap: int) -> np.ndarray:
    """Whole restored image, (H, W, C); checks that the row blocks are consecutive."""
    parts, next_row = [], 0
    for top, rows in restore_in_tiles(source, restore, side, overlap):
        assert top == next_row
        next_row += len(rows)
        parts.append(rows.copy())
    return np.concatenate(parts)


@pytest.mark.parametrize("length", [1, 63, 128, 129, 160, 161, 300, 511, 512, 1000, 1337])
def test_tile_weights_sum_to_one_and_each_tile_lies_inside(length: int) -> None:
    side, overlap = 128, 32
    starts = tile_starts(length, side, overlap)
    total = np.zeros(length)
    for index, start in enumerate(starts):
        size = min(side, length - start)
        assert start % 32 == 0 and size > 0
        weights = tile_weights(starts, index, size, overlap)
        assert weights.min() >= -1e-6
        total[start : start + size] += weights
    np.testing.assert_allclose(total, 1.0, atol=1e-5)


@pytest.mark.parametrize("size", [(40, 50), (128, 128), (300, 170), (257, 515)])
def test_identity_restoration_reproduces_the_image(size: tuple[int, int]) -> None:
    source = np.random.default_rng(0).random((*size, 3)).astype(np.float32)
    result = assembled(source, lambda tile: tile, 128, 32)
    np.testing.assert_allclose(result, source, atol=1e-5)


def test_brightness_differences_between_tiles_are_blended() -> None:
    """With a different brightness per tile, adjacent pixels differ only slightly."""
    source = np.zeros((300, 300, 1), np.float32)
    brightness = iter(np.random.default_rng(1).random(100))
    result = assembled(source, lambda tile: tile + next(brightness), 128, 32)
    steps = max(np.abs(np.diff(result, axis=axis)).max() for axis in (0, 1))
    assert 0.0 < steps < 1.5 / 16


def test_tiled_network_output_matches_untiled_output(trained: RestorationTrainer) -> None:
    """The largest difference is below three 8-bit steps, at seams and elsewhere."""
    clean = default_test(3).image(1)[:, :416, :448]
    noisy = WhiteGaussian().corrupt(clean, 25.0, generator_at("cpu", 2)).image
    source = noisy.permute(1, 2, 0).numpy() + 0.5

    def restore(tile: np.ndarray) -> np.ndarray:
        planes = torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1)))[None] - 0.5
        return trained.restorer.restore_images(planes)[0].permute(1, 2, 0).numpy() + 0.5

    whole = restore(source)
    tiled = assembled(source, restore, 288, OVERLAP)
    difference = float(np.abs(tiled - whole).max()) * 255
    assert difference < 3.0
    # Without an overlap, the same network produces visible seams.
    cut = assembled(source, restore, 288, 0)
    assert float(np.abs(cut - whole).max()) * 255 > 10 * difference
