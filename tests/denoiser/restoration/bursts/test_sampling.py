"""Values between pixels: exact at pixels, right for smooth content, marked outside of the frame."""

from __future__ import annotations

import numpy as np
import torch

from denoiser.restoration.bursts.motion import Motion
from denoiser.restoration.bursts.sampling import sample_moved
from tests.denoiser.restoration.bursts.moved import motion_matrix


def shift(down: float, right: float) -> Motion:
    """A shift alone."""
    return Motion(motion_matrix((2, 2), (down, right)))


def test_whole_pixels_are_copied_exactly_and_the_rest_is_outside() -> None:
    pixels = torch.rand(40, 50, 3)
    found = sample_moved(pixels, shift(3, -5), 10, 0, (30, 20))
    planes, seen = found.planes, found.is_inside
    assert seen is not None and found.noise_gain is not None
    assert torch.allclose(found.noise_gain, torch.ones(()), atol=1e-6)
    expected = pixels.permute(2, 0, 1)[:, 13:40, 0:15] - 0.5
    assert torch.allclose(planes[:, :27, 5:], expected, atol=1e-6)
    assert bool(seen[0, :27, 5:].all()) and int(seen.sum()) == 27 * 15


def test_a_smooth_wave_is_right_between_pixels() -> None:
    def wave(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        values: np.ndarray = 0.5 + 0.4 * np.sin(0.9 * rows + 0.4) * np.cos(1.1 * columns)
        return values

    rows, columns = np.mgrid[0:60, 0:70].astype(float)
    pixels = torch.from_numpy(wave(rows, columns)[..., None]).float()
    matrix = motion_matrix((60, 70), (0.5, -0.3), 2.0, 1.02)
    found = sample_moved(pixels, Motion(matrix), 20, 20, (20, 25))
    planes, seen = found.planes, found.is_inside
    places = np.stack([rows, columns], -1)[20:40, 20:45] @ matrix[:, :2].T + matrix[:, 2]
    expected = wave(places[..., 0], places[..., 1]) - 0.5
    assert seen is not None and bool(seen.all())
    assert np.abs(planes[0].numpy() - expected).max() < 0.01


def test_integers_are_sampled_on_their_own_scale() -> None:
    pixels = torch.full((30, 30, 1), 51, dtype=torch.uint8)
    found = sample_moved(pixels, shift(0.5, 0.5), 10, 10, (5, 5))
    assert torch.allclose(found.planes, torch.tensor(-0.3), atol=1e-6)


def test_the_noise_gain_is_that_of_white_noise() -> None:
    noise = torch.randn(400, 400, 3, generator=torch.Generator().manual_seed(0))
    for place in ((0.5, 0.5), (0.25, 0.0)):
        found = sample_moved(noise, shift(*place), 10, 10, (380, 380))
        assert found.noise_gain is not None
        variance, gain = float(found.planes.var()), float(found.noise_gain.mean())
        assert abs(variance / gain - 1.0) < 0.02, (place, variance, gain)
