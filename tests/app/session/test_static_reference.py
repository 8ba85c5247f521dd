"""PSNR at rest: held-out frames, and the bias of a reference that shares the image's noise."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from app.session.report import Edits
from app.session.session import Session
from app.session.static_reference import HOLD_OUT_EVERY
from app.session.static_reference import StaticReference
from denoiser.metrics import psnr
from renderer.frame import FramePair
from renderer.frame import Half
from renderer.pose import camera_pose
from scenes.builtin.cornell import cornell_box

SIZE = (48, 32)
POSE = camera_pose(cornell_box().camera, SIZE)
LEVEL, NOISE = 0.5, 0.2


def _pair(generator: torch.Generator) -> FramePair:
    """Frame pair whose halves are one grey level plus independent Gaussian noise."""
    shape = (SIZE[1], SIZE[0], 3)

    def half() -> Half:
        color = LEVEL + NOISE * torch.randn(shape, generator=generator)
        return Half(color, color, color, color[..., :1], color[..., :1])

    return FramePair(half(), half(), 1, 0, POSE)


def _run_frames(holds_out: bool, frames: int = 400) -> tuple[float, float]:
    """(measured, true) PSNR in dB of the mean of all frames that are not held out."""
    generator = torch.Generator().manual_seed(7)
    measure = StaticReference()
    measure.holds_out = holds_out
    total, count = torch.zeros((SIZE[1], SIZE[0], 3)), 0
    for _ in range(frames):
        pair = _pair(generator)
        measure.follow(pair)
        if measure.wants_frame:
            measure.hold_out(pair)
            continue
        total, count = total + pair.mean_color(), count + 1
        measure.add(pair)
    measured = measure.score(total / count)
    assert measured is not None
    return float(measured), float(psnr(total / count, torch.full_like(total, LEVEL)))


def test_psnr_against_held_out_frames_is_within_1_db_of_true_psnr() -> None:
    measured, true = _run_frames(holds_out=True)
    # The plain difference to the held-out mean would be 6 dB too low: three of four frames make the
    # image, so that the variance of the held-out mean is three times as large.
    assert measured == pytest.approx(true, abs=1.0)


def test_psnr_against_the_shared_film_is_over_20_db_too_high() -> None:
    measured, true = _run_frames(holds_out=False)
    assert measured > true + 20


def test_every_fourth_frame_is_held_out_and_added_to_the_reference() -> None:
    generator = torch.Generator().manual_seed(1)
    measure = StaticReference()
    measure.holds_out = True
    pairs = [_pair(generator) for _ in range(2 * HOLD_OUT_EVERY)]
    held = []
    for index, pair in enumerate(pairs):
        measure.follow(pair)
        if measure.wants_frame:
            held.append(index)
            measure.hold_out(pair)
        else:
            measure.add(pair)
    assert held == [HOLD_OUT_EVERY - 1, 2 * HOLD_OUT_EVERY - 1]
    assert measure.reference_spp == 4 * HOLD_OUT_EVERY and measure.spp == 4
    mean = torch.stack([pair.mean_color() for pair in pairs]).mean(dim=0)
    torch.testing.assert_close(measure.reference, mean)
    measure.follow(replace(pairs[0], pose=replace(POSE, position=(1.0, 0.0, 0.0))))
    assert measure.score(mean) is None and not measure.wants_frame


def test_held_out_frame_changes_neither_image_nor_training(session: Session) -> None:
    camera = session.scene.camera
    session.measure.holds_out = True
    for _ in range(2):
        last = session.step(camera)
    assert not last.is_held_out and last.psnr_denoised is None
    steps = session.trainer.step_count
    report = session.step(camera)
    assert report.is_held_out and report.losses == [] and session.trainer.step_count == steps
    assert report.denoised is last.denoised and report.pair is last.pair
    assert report.psnr_denoised is not None and report.measure_spp == 2
    assert report.reference_spp == 8
    after = session.step(camera)
    assert not after.is_held_out and session.trainer.step_count > steps
    assert after.measure_spp == 2 and after.pair.frame_index == last.pair.frame_index + 2


def test_frame_that_resets_training_is_not_held_out(session: Session) -> None:
    camera = session.scene.camera
    session.measure.holds_out = True
    for _ in range(2):
        session.step(camera, Edits(settings=session.settings.changed(spp=1)))
    report = session.step(
        camera, Edits(settings=session.settings.changed(spp=1), reset_training=True)
    )
    assert not report.is_held_out
    assert (
        session.step(camera, Edits(settings=session.settings.changed(spp=1))).is_held_out is False
    )
