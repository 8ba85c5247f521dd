"""Noise of stacks: its level, and dependence between slices and pixels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from denoiser.restoration.stacks.noise import measure_noise
from denoiser.restoration.stacks.noise import plane_correlation
from denoiser.restoration.stacks.plane_array import PlaneArray
from denoiser.restoration.stacks.slices import open_stack
from tests.denoiser.restoration.stacks.phantom import clean_volume
from tests.denoiser.restoration.stacks.phantom import with_noise

SHAPE = (12, 96, 96)


@pytest.mark.parametrize("sigma", [5.0, 25.0])
def test_independent_noise_is_measured_and_told_from_dependent_noise(sigma: float) -> None:
    noisy = with_noise(clean_volume(SHAPE), sigma)
    stack = open_stack(PlaneArray(noisy))
    found = measure_noise(stack)
    middle = math.sqrt(found.model.read + found.model.gain * 0.5) * stack.intensities[0].scale
    assert middle == pytest.approx(sigma, rel=0.15)
    assert abs(found.slice_correlation) < 0.08 and abs(found.pixel_correlation) < 0.1
    mixed = 0.75 * noisy[:-1] + 0.25 * noisy[1:]  # as slices that were interpolated
    dependent = measure_noise(open_stack(PlaneArray(mixed)))
    assert dependent.slice_correlation == pytest.approx(0.3, abs=0.1)
    blurred = (noisy + np.roll(noisy, 1, 2)) / 2.0
    assert measure_noise(open_stack(PlaneArray(blurred))).pixel_correlation > 0.3


def test_equal_planes_are_fully_correlated_and_empty_ones_not_at_all() -> None:
    plane = torch.randn(64, 64, generator=torch.Generator().manual_seed(0))
    assert plane_correlation(plane, plane) == pytest.approx(1.0)
    assert plane_correlation(plane, -plane) == pytest.approx(-1.0)
    assert plane_correlation(plane, torch.zeros(64, 64)) == 0.0
    assert plane_correlation(plane[:5, :5], plane[:5, :5]) == 0.0
