"""Kernels of every pixel: shifts, means and gradients of known value."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from denoiser.kernel_filter import filter_with_kernels

GENERATOR = torch.Generator().manual_seed(3)
IMAGE = torch.rand((2, 3, 7, 9), generator=GENERATOR)
FAR = -100.0  # a logarithm of nothing


def filtered(image: torch.Tensor, logits: torch.Tensor, side: int) -> torch.Tensor:
    """One picture, through kernels and nothing else."""
    result, rest = filter_with_kernels(image[:, None], logits, side)
    assert rest.shape[1] == 0
    return result


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize("level", [0.0, 500.0, -500.0])
def test_equal_weights_are_a_box_filter(side: int, level: float) -> None:
    logits = torch.full((2, side * side, 7, 9), level)
    padded = functional.pad(IMAGE, (side // 2,) * 4, mode="replicate")
    expected = functional.avg_pool2d(padded, side, stride=1)
    torch.testing.assert_close(filtered(IMAGE, logits, side), expected)


@pytest.mark.parametrize(("index", "row", "column"), [(0, -1, -1), (5, 0, 1), (7, 1, 0)])
def test_a_single_weight_moves_the_image(index: int, row: int, column: int) -> None:
    logits = torch.full((2, 9, 7, 9), FAR)
    logits[:, index] = 0.0
    moved = filtered(IMAGE, logits, 3)
    expected = IMAGE.roll((-row, -column), (2, 3))[:, :, 1:-1, 1:-1]
    torch.testing.assert_close(moved[:, :, 1:-1, 1:-1], expected)


def test_every_pixel_has_its_own_kernel_over_all_pictures() -> None:
    pictures = torch.rand((2, 4, 3, 7, 9), generator=GENERATOR)
    head = torch.randn((2, 4 * 25 + 2, 7, 9), generator=GENERATOR)
    result, rest = filter_with_kernels(pictures, head, 5)
    assert torch.equal(rest, head[:, 100:])
    weights = torch.softmax(head[:, :100], dim=1)
    # Against sums written out, at an inner pixel and in a corner.
    for row, column in ((3, 4), (0, 0)):
        expected = torch.zeros(2, 3)
        for tap in range(100):
            picture, index = divmod(tap, 25)
            y = min(max(row + index // 5 - 2, 0), 6)
            x = min(max(column + index % 5 - 2, 0), 8)
            expected += weights[:, tap, row, column, None] * pictures[:, picture, :, y, x]
        torch.testing.assert_close(result[:, :, row, column], expected)


def test_gradients_reach_the_weights_and_what_else_is_in_the_head() -> None:
    pictures = torch.rand((2, 2, 3, 4, 5), generator=GENERATOR, dtype=torch.float64)
    head = torch.randn((2, 2 * 9 + 1, 4, 5), generator=GENERATOR, dtype=torch.float64)
    head.requires_grad_()
    assert torch.autograd.gradcheck(lambda h: filter_with_kernels(pictures, h, 3), head)
    # Whatever the order in memory.
    last = head.detach().to(memory_format=torch.channels_last).requires_grad_()
    for one, other in zip(
        filter_with_kernels(pictures, head, 3), filter_with_kernels(pictures, last, 3)
    ):
        torch.testing.assert_close(one, other)
