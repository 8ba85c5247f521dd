"""Recorrupted pairs: independent noise, held-out crops, grey images.

Host code.
"""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.restoration.single.recorruption import STRENGTH
from denoiser.restoration.single.recorruption import RecorruptedImage
from denoiser.seeds import generator_at


def test_recorrupted_pairs_have_independent_noise_of_the_stated_variance() -> None:
    flat, sigma = torch.zeros(3, 256, 256), 0.1
    image = flat + sigma * torch.randn(flat.shape, generator=generator_at("cpu", 5))
    source = RecorruptedImage(image, torch.full_like(image, sigma), 128, 0)
    batches = [source.batch(index, 0, 1) for index in range(12)]
    a = torch.cat([each.inputs for each in batches]) / sigma
    b = torch.cat([each.noisy_targets for each in batches]) / sigma
    count = a.numel() / 6  # crops overlap: about two images' worth of independent values
    assert float(a.var()) == pytest.approx(1 + STRENGTH**2, rel=5 / math.sqrt(count))
    assert float(b.var()) == pytest.approx(1 + STRENGTH**-2, rel=5 / math.sqrt(count))
    spread = float(a.std() * b.std())
    assert abs(float((a * b).mean())) < 5 * spread / math.sqrt(count)
    # With a wrong level of the noise the pairs are correlated.
    wrong = RecorruptedImage(image, torch.full_like(image, 1.1 * sigma), 128, 0).batch(0, 0, 4)
    product = float((wrong.inputs * wrong.noisy_targets).mean()) / sigma**2
    assert product < -0.1


def test_training_crops_leave_the_held_out_crops_alone() -> None:
    height, width = 200, 300
    numbers = torch.arange(height * width, dtype=torch.float32).view(1, height, width)
    source = RecorruptedImage(numbers, torch.zeros_like(numbers), 32, 0)
    trained = {int(v) for i in range(100) for v in source.batch(i, 0, 1).inputs.flatten()}
    held_out = {int(v) for batch in source.validation() for v in batch.inputs.flatten()}
    assert len(held_out) == 4 * 40 * 60 and not trained & held_out
    assert len(trained) > 0.5 * height * width


def test_one_noise_for_all_channels_of_grey_images() -> None:
    image = torch.zeros(3, 64, 64)
    source = RecorruptedImage(image, torch.ones_like(image), 32, 0, has_one_noise=True)
    inputs = source.batch(0, 0, 1).inputs[0]
    assert torch.equal(inputs[0], inputs[1]) and inputs.std() > 0.5
