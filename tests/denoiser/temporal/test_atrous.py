"""A-trous filter: a fixed wavelet kernel on a plane, no averaging across feature edges."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from denoiser.features import stacked
from denoiser.temporal.atrous import LEVELS
from denoiser.temporal.atrous import smoothed
from denoiser.temporal.gbuffer import GBuffer
from renderer.frame import Half

WIDTH, HEIGHT = 104, 90
REACH = 2**LEVELS - 1
TOWARDS = torch.tensor([0.0, 0.0, -1.0])


def surface(depth: torch.Tensor | float, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Half:
    """Half with random colours on one surface; `depth` is (W,), or a scalar for all pixels."""
    width, height = size
    generator = torch.Generator().manual_seed(8)
    return Half(
        color=torch.rand((height, width, 3), generator=generator),
        albedo=torch.full((height, width, 3), 0.5),
        normal=TOWARDS.expand(height, width, 3).clone(),
        distance=torch.as_tensor(depth).expand(height, width)[..., None].clone(),
        delta_fraction=torch.zeros((height, width, 1)),
    )


def filtered(half: Half, image: torch.Tensor | None = None) -> torch.Tensor:
    """(3, 1, H, W) filtered `image`, by default the colours of `half`."""
    return smoothed(stacked([half.color]) if image is None else image, GBuffer((half,), None))


def halves_of(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Left and right part of an image, split at column WIDTH // 2."""
    return image[..., : WIDTH // 2], image[..., WIDTH // 2 :]


def step() -> torch.Tensor:
    """(3, 1, H, W) step edge: 0 in the left part, 1 in the right part."""
    image = torch.zeros((3, 1, HEIGHT, WIDTH))
    image[..., WIDTH // 2 :] = 1
    return image


@pytest.mark.parametrize("slope", [0.0, 0.05])
def test_filter_on_a_plane_is_a_fixed_wavelet_kernel(slope: float) -> None:
    half = surface(3 + slope * torch.arange(WIDTH))
    expected = stacked([half.color]).transpose(0, 1)
    row = torch.tensor([1.0, 2.0, 1.0]) / 4
    kernel = torch.outer(row, row).expand(3, 1, 3, 3)
    for level in range(LEVELS):
        gap = 2**level
        expected = functional.conv2d(expected, kernel, padding=gap, dilation=gap, groups=3)
    inner = (..., slice(REACH, -REACH), slice(REACH, -REACH))
    found = filtered(half).transpose(0, 1)
    torch.testing.assert_close(found[inner], expected[inner], rtol=1e-4, atol=1e-5)


def test_filter_does_not_average_across_normal_edges() -> None:
    half = surface(3.0)
    half.normal[:, WIDTH // 2 :] = torch.tensor([1.0, 0.0, 0.0])
    torch.testing.assert_close(filtered(half, step()), step(), rtol=0, atol=1e-6)


def test_filter_does_not_average_across_depth_edges() -> None:
    depth = torch.full((WIDTH,), 3.0)
    depth[WIDTH // 2 :] = 4.0
    torch.testing.assert_close(filtered(surface(depth), step()), step(), rtol=0, atol=1e-6)


def test_filter_does_not_average_across_mirror_edges() -> None:
    half = surface(3.0)
    half.delta_fraction[:, WIDTH // 2 :] = 1
    torch.testing.assert_close(filtered(half, step()), step(), rtol=0, atol=2e-3)


def test_filter_averages_across_edges_of_radiance_alone() -> None:
    left, right = halves_of(filtered(surface(3.0), step()))
    assert 0.1 < float(left[..., -1].mean()) < 0.5 < float(right[..., 0].mean()) < 0.9


def test_filter_leaves_sky_pixels_unchanged() -> None:
    half = surface(3.0)
    half.distance[:, WIDTH // 2 :] = 0
    half.normal[:, WIDTH // 2 :] = 0
    image = stacked([half.color])
    left, right = halves_of(filtered(half))
    torch.testing.assert_close(right, halves_of(image)[1], rtol=0, atol=1e-6)
    assert float(left.var()) < 0.05 * float(halves_of(image)[0].var())


def test_halves_are_filtered_independently() -> None:
    first, second = surface(3.0), surface(5.0)
    both = GBuffer((first, second), None)
    image = stacked([first.color, 2 * second.color])
    other = replace(second, normal=-second.normal.flip(1), distance=second.distance * 7)
    changed = smoothed(stacked([first.color, other.color + 9]), GBuffer((first, other), None))
    assert torch.equal(smoothed(image, both)[:, 0], changed[:, 0])


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (3, 1), (4, 9), (15, 16)])
def test_small_constant_images_stay_constant(size: tuple[int, int]) -> None:
    width, height = size
    even = torch.full((3, 1, height, width), 0.7)
    torch.testing.assert_close(filtered(surface(2.0, size), even), even)
