"""Static-camera blend: mostly the network early, the plain mean late, better than both."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from denoiser.metrics import psnr
from denoiser.metrics import rel_mse
from denoiser.online.static_blend import StaticMeans
from denoiser.online.static_blend import static_blend
from renderer.frame import FramePair
from tests.denoiser.synthetic import HERE
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

CLEAN = clean_half(96, 64)


def frame(seed: int) -> FramePair:
    """Noisy frame of the synthetic scene, with camera pose HERE."""
    return replace(noisy_pair(CLEAN, seed), pose=HERE)


def blurred(factor: float = 1.0) -> torch.Tensor:
    """Biased network output, (H, W, 3): the clean image blurred and multiplied by `factor`."""
    planes = CLEAN.color.permute(2, 0, 1)[None]
    soft = functional.avg_pool2d(planes, 3, stride=1, padding=1, count_include_pad=False)
    return factor * soft[0].permute(1, 2, 0)


def rested(count: int) -> tuple[StaticMeans, torch.Tensor]:
    """StaticMeans of `count` frames, and the mean of both halves, (H, W, 3)."""
    resting = StaticMeans()
    for seed in range(count):
        resting.add(frame(seed))
    a, b = resting.means()
    return resting, ((a + b) / 2)[0].permute(1, 2, 0)


def test_static_means_average_all_frames_of_a_static_camera() -> None:
    resting, mean = rested(5)
    expected = torch.stack([frame(seed).mean_color() for seed in range(5)]).mean(dim=0)
    torch.testing.assert_close(mean, expected)
    assert resting.frames == 5


def test_frames_are_weighted_by_samples_per_pixel() -> None:
    resting = StaticMeans()
    few, many = replace(frame(0), spp=2), replace(frame(1), spp=6)
    resting.add(few)
    resting.add(many)
    mean = resting.means()[0][0].permute(1, 2, 0)
    torch.testing.assert_close(mean, 0.25 * few.a.color + 0.75 * many.a.color)
    assert resting.spp == 16


def test_static_means_restart_on_camera_motion_and_skip_nan_pixels() -> None:
    resting, _ = rested(3)
    moved = replace(frame(9), pose=replace(HERE, position=(1.0, 0.0, 0.0)))
    resting.add(moved)
    assert resting.frames == 1
    torch.testing.assert_close(resting.means()[0][0].permute(1, 2, 0), moved.a.color)
    again = replace(frame(10), pose=moved.pose)
    again.a.color[3, 4] = torch.nan
    resting.add(again)
    mean = resting.means()[0][0].permute(1, 2, 0)
    torch.testing.assert_close(mean[3, 4], moved.a.color[3, 4])
    torch.testing.assert_close(mean[5, 6], (moved.a.color[5, 6] + again.a.color[5, 6]) / 2)


@pytest.mark.parametrize("factor", [1.0, 0.97, 1.1])
def test_blend_has_lower_error_than_mean_and_network(factor: float) -> None:
    """For 2 to 200 frames of two halves, 8 spp each; 63 frames are 1,008 spp."""
    for count in (2, 8, 32, 63, 200):
        resting, mean = rested(count)
        made = blurred(factor)
        blend = static_blend(made, [made, made], resting)
        best = min(float(rel_mse(image, CLEAN.color)) for image in (mean, made))
        assert float(rel_mse(blend, CLEAN.color)) < 0.98 * best
        assert float(psnr(blend, CLEAN.color)) > float(psnr(mean, CLEAN.color)) + 0.1


def test_blend_with_perfect_network_beats_mean_by_3_db_at_20_frames() -> None:
    resting, mean = rested(20)
    blend = static_blend(CLEAN.color, [CLEAN.color, CLEAN.color], resting)
    assert float(psnr(blend, CLEAN.color)) > float(psnr(mean, CLEAN.color)) + 3.0


def test_blend_with_perfect_network_beats_mean_by_20_db_up_to_8_frames() -> None:
    for count in (2, 4, 8):
        resting, mean = rested(count)
        blend = static_blend(CLEAN.color, [CLEAN.color, CLEAN.color], resting)
        assert float(psnr(blend, CLEAN.color)) > float(psnr(mean, CLEAN.color)) + 20.0


def test_blend_of_one_frame_is_the_network_output() -> None:
    resting, _ = rested(1)
    made = blurred(2.0)
    assert torch.equal(static_blend(made, [made, made], resting), made)
