"""Network inputs: layout, range, each half's own features, and values that are not finite.

Host code.
"""

from __future__ import annotations

import math

import torch

from denoiser.features import network_input
from denoiser.features import to_image
from denoiser.features import to_planes
from denoiser.temporal.examples import both_directions
from denoiser.temporal.examples import count_nonfinite
from denoiser.transfer import LINEAR
from denoiser.transfer import TONED
from denoiser.transfer import tone
from renderer.frame import FramePair
from renderer.frame import Half
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair


def pair_of(width: int = 20, height: int = 12) -> FramePair:
    return noisy_pair(clean_half(width, height), seed=1)


def test_to_planes_is_a_channels_last_view_and_to_image_inverts_it() -> None:
    image = torch.rand(5, 7, 9)
    planes = to_planes(image)
    assert planes.shape == (1, 9, 5, 7)
    assert planes.data_ptr() == image.data_ptr()
    assert planes.is_contiguous(memory_format=torch.channels_last)
    assert planes[0, 4, 2, 6] == image[2, 6, 4]
    assert torch.equal(to_image(planes), image)


def test_network_input_has_nine_channels_within_plus_minus_half() -> None:
    half = pair_of().a
    planes = network_input(half, TONED)
    assert planes.shape == (1, 9, 12, 20)
    assert planes.is_contiguous(memory_format=torch.channels_last)
    assert planes.min() >= -0.5 and planes.max() <= 0.5
    image = to_image(planes)
    torch.testing.assert_close(image[..., :3], tone(half.color) - 0.5)
    torch.testing.assert_close(image[..., 3:6], half.albedo - 0.5)
    torch.testing.assert_close(image[..., 6:], half.normal / 2)


def test_linear_input_is_the_radiance_minus_half() -> None:
    half = pair_of().a
    image = to_image(network_input(half, LINEAR))
    torch.testing.assert_close(image[..., :3], half.color - 0.5)


def test_input_uses_only_its_half_and_target_is_the_other_half() -> None:
    pair = pair_of()
    other = noisy_pair(clean_half(20, 12), seed=2).b
    examples = both_directions(pair, TONED)
    changed = both_directions(FramePair(pair.a, other, 8, 0), TONED)
    assert torch.equal(examples.inputs[0], changed.inputs[0])
    assert not torch.equal(examples.inputs[1], changed.inputs[1])
    assert torch.equal(to_image(examples.targets[:1]), pair.b.color)
    assert torch.equal(to_image(examples.targets[1:]), pair.a.color)
    assert examples.valid.all()


def test_nonfinite_pixels_are_counted_masked_and_replaced() -> None:
    pair = pair_of()
    pair.a.color[3, 4, 1] = math.nan
    pair.b.color[3, 4, 0] = math.inf
    pair.b.normal[5, 6, 2] = math.nan
    assert count_nonfinite(pair).item() == 2
    examples = both_directions(pair, TONED)
    assert (~examples.valid).sum(dim=(1, 2, 3)).tolist() == [2, 2]
    assert torch.isfinite(examples.inputs).all() and torch.isfinite(examples.targets).all()
    assert examples.inputs[0, :, 3, 4].tolist() == [-0.5] * 6 + [0.0] * 3
    assert examples.targets[:, :, 3, 4].abs().sum() == 0


def test_network_input_accepts_halves_of_one_pixel() -> None:
    half = Half(*(torch.ones(1, 1, channels) for channels in (3, 3, 3, 1, 1)))
    assert network_input(half, TONED).shape == (1, 9, 1, 1)
