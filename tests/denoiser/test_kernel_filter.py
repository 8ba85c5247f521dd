"""Kernels of every pixel: shifts, means and gradients of known value."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from denoiser.kernel_filter import filter_with_kernels

GENERATOR = torch.Generator().manual_seed(3)
IMAGE = torch.rand((2, 3, 7, 9), generator=GENERATOR)


@pytest.mark.parametrize("side", [1, 3, 5])
def test_equal_weights_are_a_box_filter(side: int) -> None:
    weights = torch.full((2, side * side, 7, 9), 1 / side**2)
    reach = side // 2
    padded = functional.pad(IMAGE, (reach,) * 4, mode="replicate")
    expected = functional.avg_pool2d(padded, side, stride=1)
    torch.testing.assert_close(filter_with_kernels(IMAGE, weights), expected)


@pytest.mark.parametrize(("index", "row", "column"), [(0, -1, -1), (5, 0, 1), (7, 1, 0)])
def test_a_single_weight_moves_the_image(index: int, row: int, column: int) -> None:
    weights = torch.zeros((2, 9, 7, 9))
    weights[:, index] = 2.0
    moved = filter_with_kernels(IMAGE, weights)
    expected = IMAGE.roll((-row, -column), (2, 3))[:, :, 1:-1, 1:-1]
    torch.testing.assert_close(moved[:, :, 1:-1, 1:-1], 2 * expected)


def test_every_pixel_has_its_own_kernel() -> None:
    weights = torch.rand((2, 25, 7, 9), generator=GENERATOR)
    result = filter_with_kernels(IMAGE, weights)
    # Against sums written out, at an inner pixel and in a corner.
    for row, column in ((3, 4), (0, 0)):
        expected = torch.zeros(2, 3)
        for index in range(25):
            y = min(max(row + index // 5 - 2, 0), 6)
            x = min(max(column + index % 5 - 2, 0), 8)
            expected += weights[:, index, row, column, None] * IMAGE[:, :, y, x]
        torch.testing.assert_close(result[:, :, row, column], expected)


def test_gradients_reach_the_weights() -> None:
    weights = torch.rand((1, 9, 4, 5), generator=GENERATOR, dtype=torch.float64)
    image = torch.rand((1, 2, 4, 5), generator=GENERATOR, dtype=torch.float64)
    weights.requires_grad_()
    assert torch.autograd.gradcheck(lambda w: filter_with_kernels(image, w), weights)
