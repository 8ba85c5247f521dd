"""Accumulated history: means at rest, reprojection, restarts, exposure, independent halves."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace

import pytest
import torch

from denoiser.features import stacked
from denoiser.features import to_planes
from denoiser.temporal.accumulation import MAX_FRAMES
from denoiser.temporal.accumulation import MOVING_FRAMES
from denoiser.temporal.accumulation import NEIGHBOUR_CLAMP
from denoiser.temporal.accumulation import NEIGHBOUR_OFFSET
from denoiser.temporal.accumulation import History
from denoiser.temporal.accumulation import TemporalState
from denoiser.temporal.atrous import smoothed
from denoiser.temporal.demodulation import demodulated
from denoiser.temporal.demodulation import remodulated
from denoiser.temporal.gbuffer import GBuffer
from renderer.frame import CameraPose
from renderer.frame import FramePair
from renderer.frame import Half
from tests.denoiser.synthetic import HERE
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

SIZE = (40, 32)
CLEAN = replace(clean_half(*SIZE), normal=torch.tensor([0.0, 0.0, -1.0]).expand(32, 40, 3))
AWAY = replace(HERE, position=(100.0, 0.0, 0.0))


def frame(seed: int, pose: CameraPose | None = HERE) -> FramePair:
    """Noisy frame of the synthetic scene, with camera pose `pose`."""
    return replace(noisy_pair(CLEAN, seed), pose=pose)


def log_of(half: Half, history: History) -> torch.Tensor:
    """(3, 1, H, W) log(1 + s e) of `half`, with the exposure s of `history`."""
    smooth = demodulated(stacked([half.color]), stacked([half.albedo]))
    return torch.log1p(history.exposure * smooth)


def advanced(history: History, pair: FramePair) -> list[TemporalState]:
    """Add a frame to `history` and return the state of each half, (C, 1, H, W)."""
    history_state = history.advance(pair)
    planes = {field.name: getattr(history_state, field.name) for field in fields(TemporalState)}
    return [
        TemporalState(**{name: value[:, index, None] for name, value in planes.items()})
        for index in range(2)
    ]


def test_remodulation_undoes_demodulation() -> None:
    color, albedo = to_planes(CLEAN.color), to_planes(CLEAN.albedo)
    torch.testing.assert_close(remodulated(demodulated(color, albedo), albedo), color)


@pytest.mark.parametrize("fraction", [0.02, 0.05, 0.2, 0.5])
def test_exposure_changes_less_than_tenfold_if_most_pixels_are_black(fraction: float) -> None:
    """Most of the first frame may be black."""
    lit, dark = frame(0), frame(0)
    is_lit = torch.rand((32, 40, 1), generator=torch.Generator().manual_seed(7)) < fraction
    for half in (dark.a, dark.b):
        half.color.mul_(is_lit)
    exposures = []
    for pair in (lit, dark):
        history = History()
        history.advance(pair)
        exposures.append(float(history.exposure))
    assert 0.9 < exposures[1] / exposures[0] < 10.0


def test_exposure_is_set_by_the_first_frame_that_is_not_black() -> None:
    history, black = History(), frame(0)
    for half in (black.a, black.b):
        half.color.zero_()
    for _ in range(2):
        assert not advanced(history, black)[0].log_mean.any()
    history.advance(frame(1, AWAY))
    expected = History()
    expected.advance(frame(1))
    assert history.exposure == expected.exposure
    history.advance(frame(2, AWAY))
    assert history.exposure == expected.exposure, "the exposure has changed"


def test_static_camera_means_average_all_frames_per_half() -> None:
    history, frames = History(), [frame(seed) for seed in range(6)]
    for pair in frames:
        halves = advanced(history, pair)
    for index, half in enumerate(halves):
        logs = torch.stack([log_of((pair.a, pair.b)[index], history) for pair in frames])
        torch.testing.assert_close(half.log_mean, logs.mean(dim=0))
        torch.testing.assert_close(half.log_square, logs.square().mean(dim=0))
        linear = logs.expm1().mean(dim=0)
        torch.testing.assert_close(half.mean, linear, rtol=1e-4, atol=1e-5)
        assert bool((half.count == 6).all())
        expected = logs.std(dim=0, correction=0) / 6**0.5
        torch.testing.assert_close(half.deviation(), expected, atol=2e-3, rtol=1e-3)


def test_history_length_is_capped_at_max_frames() -> None:
    history = History()
    for seed in range(int(MAX_FRAMES) + 5):
        half = advanced(history, frame(seed))[0]
    assert bool((half.count == MAX_FRAMES).all())
    before = half.log_mean
    pair = frame(99)
    after = advanced(history, pair)[0].log_mean
    torch.testing.assert_close(after, before.lerp(log_of(pair.a, history), 1 / MAX_FRAMES))


def test_log_mean_has_a_shorter_history_while_the_camera_moves() -> None:
    history = History()
    views = [replace(HERE, position=(1e-6 * step, 0.0, 0.0)) for step in range(8)]
    for seed, view in enumerate(views):
        before = advanced(history, frame(seed, view))[0]
    inner = (..., slice(2, -2), slice(2, -2))
    torch.testing.assert_close(before.count[inner], torch.full((1, 1, 28, 36), 8.0))
    assert bool((before.log_count[inner] == MOVING_FRAMES).all())
    resting = frame(20, views[-1])
    after = advanced(history, resting)[0]
    assert bool((after.log_count[inner] == MOVING_FRAMES + 1).all())
    shown = log_of(resting.a, history)
    expected = before.log_mean.lerp(shown, 1 / (MOVING_FRAMES + 1))
    torch.testing.assert_close(after.log_mean[inner], expected[inner])
    moving = frame(21, views[0])
    again = advanced(history, moving)[0]
    expected = after.log_mean.lerp(log_of(moving.a, history), 1 / MOVING_FRAMES)
    torch.testing.assert_close(again.log_mean[inner], expected[inner], atol=1e-3, rtol=1e-3)


def test_history_restarts_for_pixels_not_in_view_before() -> None:
    history = History()
    history.advance(frame(0))
    moved = frame(1, AWAY)
    half = advanced(history, moved)[0]
    assert bool((half.count == 1).all())
    torch.testing.assert_close(half.log_mean, log_of(moved.a, history))
    # Without a denoised history, `log_denoised` is a mean along the surface.
    along = smoothed(log_of(moved.a, history), GBuffer((moved.a,), AWAY))
    torch.testing.assert_close(half.log_denoised, along)


def test_contradicted_history_through_glass_is_rejected_on_camera_motion() -> None:
    """History is not tested on surfaces seen directly, nor at rest."""
    nearly = replace(HERE, position=(1e-6, 0.0, 0.0))
    for fraction, view, is_doubted in (
        (1.0, nearly, True),
        (0.0, nearly, False),
        (1.0, HERE, False),
    ):
        history, (first, second) = History(), (frame(0), frame(1, view))
        for half in (first.a, first.b, second.a, second.b):
            half.delta_fraction.fill_(fraction)
        first.a.color[:, 20:] *= 20
        history.advance(first)
        counts = [half.count[..., 2:-2, 2:-2] for half in advanced(history, second)]
        right = counts[0][..., 22:]  # columns that were twenty times as bright
        assert (float(right.mean()) < 1.4) == is_doubted
        assert float(counts[0][..., :14].mean()) > 1.9
        assert float(counts[1].mean()) > 1.9, "the other half has its own history"


def test_denoised_half_is_carried_to_the_next_frame() -> None:
    history, pair = History(), frame(0)
    history.advance(pair)
    made = [torch.full((32, 40, 3), value) for value in (2.0, 5.0)]
    history.remember(made)
    for half, before, image in zip(advanced(history, frame(1)), (pair.a, pair.b), made):
        torch.testing.assert_close(half.log_denoised, log_of(replace(before, color=image), history))


def test_exposure_is_set_by_the_first_frame_and_stays_constant() -> None:
    history, pair = History(), frame(0)
    for half in (pair.a, pair.b):
        half.color.mul_(1e-3)
    history.advance(pair)
    smooth = [demodulated(to_planes(h.color), to_planes(h.albedo)) for h in (pair.a, pair.b)]
    exposed = history.exposure * torch.cat(smooth)
    assert 0.4 < float(exposed.clamp(max=4.0).mean()) < 1.2
    # One firefly more hardly changes the exposure.
    pair.a.color[0, 0] = 1e5
    other = History()
    other.advance(pair)
    assert float(other.exposure / history.exposure) == pytest.approx(1.0, abs=0.02)
    first = history.exposure
    history.advance(frame(1))
    assert torch.equal(history.exposure, first)
    history.confirm(float(first))
    first = history.exposure
    history.advance(frame(2))
    assert history.exposure is first, "the exposure was computed again"


def test_history_restarts_without_camera_pose_or_at_another_size() -> None:
    history = History()
    history.advance(frame(0))
    assert bool((advanced(history, frame(1, None))[0].count == 1).all())
    history.advance(frame(2))
    other = replace(noisy_pair(clean_half(24, 16), 3), pose=HERE)
    assert advanced(history, other)[0].log_mean.shape == (3, 1, 16, 24)


def test_nonfinite_pixel_keeps_its_history() -> None:
    history = History()
    first = frame(0)
    history.advance(first)
    second = frame(1)
    second.a.color[3, 4, 1] = torch.nan
    half = advanced(history, second)[0]
    assert half.count[0, 0, 3, 4] == 1 and half.count[0, 0, 3, 5] == 2
    torch.testing.assert_close(half.log_mean[:, 0, 3, 4], log_of(first.a, history)[:, 0, 3, 4])
    assert torch.isfinite(half.planes()).all()


def test_history_of_one_half_is_independent_of_the_other() -> None:
    """Except the exposure, a scalar that the first frame determines."""
    one, other = History(), History()
    for history in (one, other):
        history.advance(frame(0))
    for seed in range(1, 4):
        pair = frame(seed)
        mine = advanced(one, pair)[0]
        stranger = replace(pair, b=noisy_pair(CLEAN, 1000 + seed).b)
        same = advanced(other, stranger)[0]
        assert torch.equal(mine.planes(), same.planes())


def test_isolated_firefly_is_clamped_and_other_pixels_are_unchanged() -> None:
    pasts = []
    for firefly in (None, 1e5):
        history, pair = History(), frame(1, AWAY)
        history.advance(frame(0))  # sets the exposure
        if firefly is not None:
            pair.a.color[10, 20] = firefly
        pasts.append(advanced(history, pair)[0])
    whole, cut = (history_state.mean[:, 0] for history_state in pasts)
    is_other = torch.ones((32, 40), dtype=torch.bool)
    is_other[10, 20] = False
    assert torch.equal(cut[:, is_other], whole[:, is_other])
    near = whole[:, 9:12, 19:22].clone()
    near[:, 1, 1] = 0
    expected = NEIGHBOUR_CLAMP * (near.amax(dim=(1, 2)) + NEIGHBOUR_OFFSET)
    torch.testing.assert_close(cut[:, 10, 20], expected)
    torch.testing.assert_close(pasts[1].log_now[:, 0, 10, 20], expected.log1p())
