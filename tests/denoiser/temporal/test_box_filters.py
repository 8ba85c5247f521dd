"""Box filters (mean, maximum, minimum), compared with torch's pooling and with loops."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from denoiser.temporal.box_filters import brightest_around
from denoiser.temporal.box_filters import darkest_around
from denoiser.temporal.box_filters import mean_around

IMAGE = torch.rand((2, 3, 6, 9), generator=torch.Generator().manual_seed(4))


@pytest.mark.parametrize("side", [1, 3, 5])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_box_mean_matches_average_pooling(side: int, layout: torch.memory_format) -> None:
    image = IMAGE.contiguous(memory_format=layout)
    padded = functional.pad(IMAGE, (side // 2,) * 4, mode="replicate")
    expected = functional.avg_pool2d(padded, side, stride=1)
    torch.testing.assert_close(mean_around(image, side), expected)
    assert torch.equal(image, IMAGE), "the input image was modified"


def test_brightest_around_excludes_the_center_pixel() -> None:
    found = brightest_around(IMAGE)
    for row in range(6):
        for column in range(9):
            around = IMAGE.clone()
            around[:, :, row, column] = 0
            window = around[:, :, max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
            assert torch.equal(found[:, :, row, column], window.amax(dim=(2, 3)))


@pytest.mark.parametrize("side", [3, 5])
def test_darkest_around_is_the_minimum_of_the_window(side: int) -> None:
    padded = functional.pad(IMAGE, (side // 2,) * 4, mode="replicate")
    expected = -functional.max_pool2d(-padded, side, stride=1)
    assert torch.equal(darkest_around(IMAGE, side), expected)
