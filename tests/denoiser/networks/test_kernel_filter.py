"""Per-pixel kernels: known shifts, means and gradients."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from denoiser.networks.kernel_filter import filter_with_kernels

GENERATOR = torch.Generator().manual_seed(3)
IMAGE = torch.rand((2, 3, 7, 9), generator=GENERATOR)
FAR = -100.0  # logit of a weight of about 0


def filter_by(
    images: torch.Tensor, head: torch.Tensor, side: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Filter with the kernel logits `head` (N, K, H, W), using an identity output layer."""
    count = head.shape[1]
    itself = (torch.eye(count, dtype=head.dtype), torch.zeros(count, dtype=head.dtype))
    return filter_with_kernels(images, head, itself, side)


def filtered(image: torch.Tensor, logits: torch.Tensor, side: int) -> torch.Tensor:
    """Filter one image (N, 3, H, W) with kernel logits that have no further channels."""
    result, rest = filter_by(image[:, None], logits, side)
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
def test_single_weight_shifts_the_image(index: int, row: int, column: int) -> None:
    logits = torch.full((2, 9, 7, 9), FAR)
    logits[:, index] = 0.0
    moved = filtered(IMAGE, logits, 3)
    expected = IMAGE.roll((-row, -column), (2, 3))[:, :, 1:-1, 1:-1]
    torch.testing.assert_close(moved[:, :, 1:-1, 1:-1], expected)


def test_each_pixel_applies_its_own_kernel_to_all_images() -> None:
    images = torch.rand((2, 4, 3, 7, 9), generator=GENERATOR)
    head = torch.randn((2, 4 * 25 + 2, 7, 9), generator=GENERATOR)
    result, rest = filter_by(images, head, 5)
    assert torch.equal(rest, head[:, 100:])
    weights = torch.softmax(head[:, :100], dim=1)
    # Compare with explicit sums at an inner pixel and in a corner.
    for row, column in ((3, 4), (0, 0)):
        expected = torch.zeros(2, 3)
        for tap in range(100):
            image, index = divmod(tap, 25)
            y = min(max(row + index // 5 - 2, 0), 6)
            x = min(max(column + index % 5 - 2, 0), 8)
            expected += weights[:, tap, row, column, None] * images[:, image, :, y, x]
        torch.testing.assert_close(result[:, :, row, column], expected)


def test_output_layer_is_a_1x1_convolution() -> None:
    images = torch.rand((2, 2, 3, 4, 5), generator=GENERATOR)
    features = torch.randn((2, 6, 4, 5), generator=GENERATOR)
    convolution = torch.nn.Conv2d(6, 2 * 9 + 1, 1)
    head = convolution(features)
    weights = (convolution.weight.flatten(1), convolution.bias)
    for one, other in zip(
        filter_with_kernels(images, features, weights, 3), filter_by(images, head, 3)
    ):
        torch.testing.assert_close(one, other)


def test_gradients_match_finite_differences() -> None:
    images = torch.rand((2, 2, 3, 4, 5), generator=GENERATOR, dtype=torch.float64)
    features = torch.randn((2, 6, 4, 5), generator=GENERATOR, dtype=torch.float64)
    weight = torch.randn((2 * 9 + 1, 6), generator=GENERATOR, dtype=torch.float64)
    bias = torch.randn(2 * 9 + 1, generator=GENERATOR, dtype=torch.float64)
    given = [each.requires_grad_() for each in (features, weight, bias)]
    assert torch.autograd.gradcheck(
        lambda f, w, b: filter_with_kernels(images, f, (w, b), 3), given
    )
    # The result does not depend on the memory format.
    last = features.detach().to(memory_format=torch.channels_last).requires_grad_()
    for one, other in zip(
        filter_with_kernels(images, features, (weight, bias), 3),
        filter_with_kernels(images, last, (weight, bias), 3),
    ):
        torch.testing.assert_close(one, other)


def test_bf16_autocast_keeps_images_and_result_in_float32() -> None:
    images = torch.rand((1, 1, 3, 8, 8), generator=GENERATOR)
    images[:, :, 2] = 1.2345  # not representable in bfloat16
    features = torch.randn((1, 4, 8, 8), generator=GENERATOR).bfloat16().requires_grad_()
    weight = torch.randn((9, 4), generator=GENERATOR).requires_grad_()
    head = (weight, torch.zeros(9))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        result, _ = filter_with_kernels(images, features, head, 3)
    expected, _ = filter_with_kernels(images, features.detach().float(), head, 3)
    assert result.dtype == torch.float32
    torch.testing.assert_close(result, expected, atol=0.02, rtol=0)
    torch.testing.assert_close(result[:, 2], torch.full((1, 8, 8), 1.2345), atol=1e-6, rtol=0)
    result.sum().backward()
    assert features.grad is not None and features.grad.dtype == torch.bfloat16
    assert weight.grad is not None and weight.grad.dtype == torch.float32
