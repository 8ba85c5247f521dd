"""The session's accumulated film: changes that reset or keep it, and the separate reference.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from app.session.report import NO_EDITS
from app.session.report import Edits
from app.session.session import Session
from denoiser.settings import LossName
from denoiser.transfer import tone
from tests.app.cornell_session import SIZE
from tests.app.cornell_session import moved


def test_film_accumulates_frames_while_the_camera_is_static(session: Session) -> None:
    report = session.report
    assert report.reference_spp == 2 and report.psnr_mean is None and report.psnr_denoised is None
    for spp in (4, 6):
        before = report.reference
        report = session.step(session.scene.camera)
        assert report.reference_spp == spp
        assert report.psnr_mean is not None and report.psnr_denoised is not None
        assert before is not None and report.reference is not None
        # The new mean weights the old mean and this frame by their sample counts.
        mean = (before * (spp - 2) + 2 * report.pair.mean_color()) / spp
        torch.testing.assert_close(report.reference, mean, rtol=1e-4, atol=1e-5)


def test_new_camera_object_with_the_same_pose_keeps_the_film(session: Session) -> None:
    again = moved(session.scene.camera, 0.0)
    assert again is not session.scene.camera
    assert session.step(again).reference_spp == 4


@pytest.mark.parametrize("change", ["position", "fov_x", "aperture_radius", "focus_distance"])
def test_changed_camera_resets_the_film(session: Session, change: str) -> None:
    camera = session.scene.camera
    session.step(camera)
    values = {"fov_x": 30.0, "aperture_radius": 0.02, "focus_distance": 2.5}
    other = moved(camera)
    if change != "position":
        other = replace(camera, **{change: values[change]})  # type: ignore[arg-type]
    assert session.step(other).reference_spp == 2
    assert session.step(other).reference_spp == 4


@pytest.mark.parametrize("changes", [{"size": (24, 16)}, {"max_depth": 2}], ids=["size", "depth"])
def test_changed_size_or_max_depth_resets_the_film(
    session: Session, changes: dict[str, Any]
) -> None:
    edits = Edits(settings=session.settings.changed(**changes))
    session.step(session.scene.camera)
    report = session.step(session.scene.camera, edits)
    assert report.reference_spp == 2 and report.psnr_mean is None


@pytest.mark.parametrize(
    "changes",
    [
        {"train_steps": 2},
        {"crop": 20},
        {"learning_rate": 1e-4},
        {"loss": LossName.L2_TONED_INPUT},
        {"size": SIZE},
        {},
    ],
    ids=lambda changes: ",".join(changes) or "none",
)
def test_changed_denoiser_settings_keep_the_film(session: Session, changes: dict[str, Any]) -> None:
    edits = Edits(settings=session.settings.changed(**changes))
    assert session.step(session.scene.camera, edits).reference_spp == 4


@pytest.mark.parametrize(
    "edits", [Edits(training_paused=True), Edits(reset_training=True), NO_EDITS]
)
def test_pausing_or_resetting_training_keeps_the_film(session: Session, edits: Edits) -> None:
    assert session.step(session.scene.camera, edits).reference_spp == 4


def test_changed_spp_keeps_the_film_and_weights_frames_by_spp(session: Session) -> None:
    few = frame_mean(session)
    report = session.step(session.scene.camera, Edits(settings=session.settings.changed(spp=3)))
    assert report.reference_spp == 2 + 6 and report.reference is not None
    torch.testing.assert_close(report.reference, few * 0.25 + frame_mean(session) * 0.75)


def frame_mean(session: Session) -> torch.Tensor:
    """Mean colour (H, W, 3) of both halves of the last frame."""
    return session.report.pair.mean_color()


def test_reference_is_reproducible_and_less_noisy_than_the_frame(session: Session) -> None:
    """The reference has its own random streams, and its noise falls with its samples."""
    camera = session.scene.camera
    few, many = session.reference(camera, 16, 77), session.reference(camera, 256, 78)
    again = session.reference(camera, 16, 77)
    assert torch.equal(few, again) and few.shape == (SIZE[1], SIZE[0], 3)
    # Tone mapped, since otherwise a few bright pixels would dominate.
    errors = [(tone(image) - tone(many)).square().mean() for image in (few, frame_mean(session))]
    assert errors[0] < 0.5 * errors[1]
    assert session.report.reference_spp == 2, "the film must not change"
