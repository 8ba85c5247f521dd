"""Upsampling: every coarse pixel is repeated 2 x 2 times, and the derivative is correct."""

from __future__ import annotations

import pytest
import torch

from denoiser.networks.upsampling import upsample_and_join

COARSE = torch.arange(2 * 3 * 4 * 5, dtype=torch.float64).view(2, 3, 4, 5)
SKIP = -torch.arange(2 * 2 * 8 * 10, dtype=torch.float64).view(2, 2, 8, 10)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_each_coarse_pixel_is_repeated_2x2(layout: torch.memory_format) -> None:
    joined = upsample_and_join(COARSE.contiguous(memory_format=layout), SKIP)
    assert joined.shape == (2, 5, 8, 10)
    for row in range(8):
        for column in range(10):
            here = joined[:, :, row, column]
            assert torch.equal(here[:, :3], COARSE[:, :, row // 2, column // 2])
            assert torch.equal(here[:, 3:], SKIP[:, :, row, column])


def test_the_derivative_agrees_with_finite_differences() -> None:
    inputs = [(image / 100).requires_grad_() for image in (COARSE, SKIP)]
    assert torch.autograd.gradcheck(lambda a, b: upsample_and_join(a, b).square(), inputs)


def test_result_has_the_dtype_of_the_coarse_features() -> None:
    assert upsample_and_join(COARSE.bfloat16(), SKIP).dtype is torch.bfloat16
