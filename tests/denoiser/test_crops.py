"""Crops: inside the frame, clamped, repeatable, uniform.

Host code.
"""

from __future__ import annotations

from collections import Counter

import torch

from denoiser.crops import Crop
from denoiser.crops import CropSampler
from denoiser.features import to_image
from denoiser.temporal.examples import both_directions
from denoiser.transfer import TONED
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair


def test_crop_side_is_clamped_to_the_frame_in_each_direction() -> None:
    sampler = CropSampler(0)
    assert sampler.draw((1, 1), 256) == Crop(top=0, left=0, height=1, width=1)
    crop = sampler.draw((300, 47), 64)
    assert (crop.height, crop.width, crop.top) == (47, 64, 0)
    assert 0 <= crop.left <= 300 - 64


def test_crop_positions_are_equally_likely() -> None:
    sampler = CropSampler(7)
    count = 12_000
    drawn = Counter((c.left, c.top) for c in (sampler.draw((7, 6), 4) for _ in range(count)))
    expected = count / 12  # 4 columns times 3 rows
    assert len(drawn) == 12
    chi_square = sum((n - expected) ** 2 / expected for n in drawn.values())
    assert chi_square < 31.3  # 11 degrees of freedom, p = 0.001


def test_the_same_state_draws_the_same_crops() -> None:
    sampler, other = CropSampler(3), CropSampler(4)
    sampler.draw((100, 80), 16)
    other.restore(sampler.state())
    first = [sampler.draw((100, 80), 16) for _ in range(5)]
    assert first == [other.draw((100, 80), 16) for _ in range(5)]
    assert first != [CropSampler(4).draw((100, 80), 16) for _ in range(5)]


def test_crop_sampling_leaves_the_global_random_state_unchanged() -> None:
    before = torch.random.get_rng_state()
    CropSampler(0).draw((100, 80), 16)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_cropped_examples_have_input_and_target_at_the_same_position() -> None:
    pair = noisy_pair(clean_half(40, 30), seed=1)
    examples = both_directions(pair, TONED)
    cut = examples.cut(1, Crop(top=3, left=5, height=8, width=16))
    assert cut.inputs.shape == (1, 9, 8, 16)
    assert cut.valid.shape == (1, 1, 8, 16)
    assert torch.equal(to_image(cut.targets), pair.a.color[3:11, 5:21])
    torch.testing.assert_close(to_image(cut.inputs)[..., 3:6], pair.b.albedo[3:11, 5:21] - 0.5)
