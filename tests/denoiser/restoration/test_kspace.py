"""Undersampling of spectra: symmetric, unbiased, a tenth kept; measured values are enforced."""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.restoration.corruptions.kspace import SIDE
from denoiser.restoration.corruptions.kspace import UndersampledSpectrum
from denoiser.restoration.corruptions.kspace import keep_probability
from denoiser.restoration.corruptions.kspace import negated_frequencies
from denoiser.restoration.corruptions.kspace import replace_measured
from denoiser.seeds import generator_at


def test_keep_probability_is_1_at_zero_frequency_and_0_025_at_the_edge() -> None:
    probability = keep_probability((SIDE, SIDE), 1.0, "cpu")
    assert probability[0, 0] == 1.0
    assert float(probability[0, 127]) == pytest.approx(0.025, rel=1e-4)
    assert float(probability[3, 4]) == pytest.approx(math.exp(-0.02904627 * 5.0), rel=1e-4)
    assert float(probability.mean()) == pytest.approx(0.10477, abs=2e-4)  # from the authors' code


def test_other_image_size_keeps_about_10_percent_of_frequencies() -> None:
    assert float(keep_probability((101, 131), 1.0, "cpu").mean()) == pytest.approx(0.105, abs=5e-3)


def test_kept_frequencies_are_symmetric_and_match_keep_probability() -> None:
    image = torch.rand(1, 33, 31, generator=generator_at("cpu", 1)) - 0.5
    count = 3000
    total = torch.zeros(33, 31)
    for index in range(count):
        spectrum = (
            UndersampledSpectrum().corrupt(image, 1.0, generator_at("cpu", 2, index)).spectrum
        )
        assert spectrum is not None
        kept = spectrum.kept[0]
        assert torch.equal(kept, negated_frequencies(kept)) and kept[0, 0]
        total += kept
    probability = keep_probability((33, 31), 1.0, "cpu")
    spread = (probability * (1 - probability) / count).sqrt()
    z = ((total / count - probability) / spread.clamp(min=1e-9))[spread > 0]
    assert float(z.abs().max()) < 4.5 and 0.8 < float(z.std()) < 1.2


def test_mean_of_undersampled_images_is_the_clean_image() -> None:
    image = torch.rand(1, 21, 21, generator=generator_at("cpu", 3)) - 0.5
    images = torch.stack(
        [
            UndersampledSpectrum().corrupt(image, 1.0, generator_at("cpu", 4, index)).image
            for index in range(4000)
        ]
    ).double()
    error = images.mean(dim=0) - image
    spread = images.std(dim=0) / math.sqrt(len(images))
    # Expected value 1, with a tolerance because the noise of neighbouring pixels is correlated.
    assert float((error / spread).square().mean()) < 1.3
    # An error of a tenth in the probability is detected.
    wrong = 0.9 * images.mean(dim=0) - image
    assert float((wrong / spread).square().mean()) > 1.5


def test_replace_measured_changes_only_the_measured_frequencies() -> None:
    image = torch.rand(1, 21, 21, generator=generator_at("cpu", 5)) - 0.5
    noisy = UndersampledSpectrum().corrupt(image, 1.0, generator_at("cpu", 6))
    assert noisy.spectrum is not None
    output = torch.rand(1, 21, 21, generator=generator_at("cpu", 7), requires_grad=True)
    completed = replace_measured(output, noisy.spectrum)
    after, kept = torch.fft.fft2(completed), noisy.spectrum.kept
    assert torch.allclose(after[kept], torch.fft.fft2(image)[kept], atol=1e-4)
    assert torch.allclose(after[~kept], torch.fft.fft2(output)[~kept], atol=1e-4)
    assert torch.allclose(replace_measured(image, noisy.spectrum), image, atol=1e-6)
    # No gradient reaches the measured frequencies.
    completed.square().sum().backward()
    assert output.grad is not None
    assert float(torch.fft.fft2(output.grad)[kept].abs().max()) < 1e-4


def test_even_side_length_is_rejected() -> None:
    with pytest.raises(AssertionError):
        UndersampledSpectrum().corrupt(torch.zeros(1, 32, 31), 1.0, generator_at("cpu", 1))
