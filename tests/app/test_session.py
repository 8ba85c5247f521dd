"""The session without a window: what resets the film, what edits do, what the report says.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from app.report import NO_EDITS
from app.report import Edits
from app.session import Session
from app.settings import RenderSettings
from app.settings import SessionSettings
from denoiser.settings import DenoiserSettings
from denoiser.settings import LossName
from denoiser.settings import Precision
from denoiser.trainer import WEIGHTS
from denoiser.transfer import tone
from renderer.frame import Half
from scenes.description import Camera
from scenes.loader import load_scene

SIZE = (32, 24)
SETTINGS = SessionSettings(
    RenderSettings(size=SIZE, spp=1),
    DenoiserSettings(train_steps=1, crop=16, precision=Precision.FP32),
    "cpu",
)
BROKEN = (3, 5)  # row and column


@pytest.fixture(scope="module")
def started() -> Session:
    """A session on the Cornell box."""
    return Session(load_scene("cornell-box"), SETTINGS)


@pytest.fixture
def session(started: Session) -> Session:
    """The same, as it was at its start."""
    begin = Edits(
        size=SIZE,
        spp=1,
        max_depth=SETTINGS.render.max_depth,
        train_steps=1,
        crop=16,
        learning_rate=SETTINGS.denoiser.learning_rate,
        loss=SETTINGS.denoiser.loss,
        training_paused=True,
    )
    started.step(moved(started.scene.camera, -1.0), begin)
    started.step(started.scene.camera, Edits(training_paused=False, reset_training=True))
    return started


def moved(camera: Camera, distance: float = 0.01) -> Camera:
    """The camera a step to its left."""
    to_world = np.array(camera.to_world, float)
    to_world[:3, 3] += distance * to_world[:3, 0]
    return replace(camera, to_world=to_world)


def weights(session: Session) -> torch.Tensor:
    """All weights of the network in one vector, copied."""
    state = session.trainer.state()
    return torch.cat([state[name].flatten() for name in state if name.startswith(WEIGHTS)])


def test_film_grows_at_rest(session: Session) -> None:
    report = session.report
    assert report.reference_spp == 2 and report.psnr_mean is None and report.psnr_denoised is None
    for spp in (4, 6):
        before = report.reference
        report = session.step(session.scene.camera)
        assert report.reference_spp == spp
        assert report.psnr_mean is not None and report.psnr_denoised is not None
        assert before is not None and report.reference is not None
        # The new mean is the old one and this frame's, by their samples.
        mean = (before * (spp - 2) + 2 * report.pair.mean_color()) / spp
        torch.testing.assert_close(report.reference, mean, rtol=1e-4, atol=1e-5)


def test_camera_at_the_same_place_is_the_same_camera(session: Session) -> None:
    again = moved(session.scene.camera, 0.0)
    assert again is not session.scene.camera
    assert session.step(again).reference_spp == 4


@pytest.mark.parametrize("change", ["position", "fov_x", "aperture_radius", "focus_distance"])
def test_another_camera_starts_the_film_anew(session: Session, change: str) -> None:
    camera = session.scene.camera
    session.step(camera)
    values = {"fov_x": 30.0, "aperture_radius": 0.02, "focus_distance": 2.5}
    other = moved(camera)
    if change != "position":
        other = replace(camera, **{change: values[change]})  # type: ignore[arg-type]
    assert session.step(other).reference_spp == 2
    assert session.step(other).reference_spp == 4


@pytest.mark.parametrize("edits", [Edits(size=(24, 16)), Edits(max_depth=2)], ids=["size", "depth"])
def test_another_picture_starts_the_film_anew(session: Session, edits: Edits) -> None:
    session.step(session.scene.camera)
    report = session.step(session.scene.camera, edits)
    assert report.reference_spp == 2 and report.psnr_mean is None


@pytest.mark.parametrize(
    "edits",
    [
        Edits(train_steps=2),
        Edits(crop=20),
        Edits(learning_rate=1e-4),
        Edits(loss=LossName.L2_TONED_INPUT),
        Edits(training_paused=True),
        Edits(reset_training=True),
        Edits(size=SIZE),
        NO_EDITS,
    ],
    ids=lambda edits: ",".join(name for name, value in vars(edits).items() if value) or "none",
)
def test_the_denoisers_edits_keep_the_film(session: Session, edits: Edits) -> None:
    assert session.step(session.scene.camera, edits).reference_spp == 4


def test_more_samples_keep_the_film_and_count(session: Session) -> None:
    assert session.step(session.scene.camera, Edits(spp=3)).reference_spp == 2 + 6


def test_edits_apply_to_their_own_frame(session: Session) -> None:
    edits = Edits(size=(20, 12), spp=2, max_depth=3, train_steps=3, crop=8, learning_rate=1e-4)
    edits = replace(edits, loss=LossName.L2_LINEAR_INPUT)
    report = session.step(session.scene.camera, edits)
    render, denoiser = session.settings.render, session.settings.denoiser
    assert report.pair.a.size == (20, 12) and report.denoised.shape == (12, 20, 3)
    assert report.pair.spp == 2 and len(report.losses) == 3
    assert (render.size, render.spp, render.max_depth) == ((20, 12), 2, 3)
    assert denoiser == session.trainer.settings
    assert (denoiser.train_steps, denoiser.crop, denoiser.learning_rate) == (3, 8, 1e-4)
    assert denoiser.loss is LossName.L2_LINEAR_INPUT


def test_halves_and_frames_are_independent(session: Session) -> None:
    first = session.report.pair
    second = session.step(session.scene.camera).pair
    images = [first.a.color, first.b.color, second.a.color, second.b.color]
    for index, image in enumerate(images):
        assert all(not torch.equal(image, other) for other in images[:index])


def test_pause_stops_training_and_reset_forgets(session: Session) -> None:
    camera = session.scene.camera
    start = weights(session)
    assert not torch.equal(weights(session), fresh(session))
    report = session.step(camera, Edits(training_paused=True))
    assert not report.is_training and report.losses == []
    assert torch.equal(weights(session), start) and report.milliseconds["train"] == 0.0
    report = session.step(camera, Edits(reset_training=True))
    assert report.step_count == 0 and torch.equal(weights(session), fresh(session))
    report = session.step(camera, Edits(training_paused=False))
    assert report.is_training and report.step_count == 1 and len(report.losses) == 1


def fresh(session: Session) -> torch.Tensor:
    """The weights of a trainer that has not been trained."""
    trainer = type(session.trainer)(session.trainer.settings, "cpu")
    state = trainer.state()
    return torch.cat([state[name].flatten() for name in state if name.startswith(WEIGHTS)])


def test_report_of_a_frame(session: Session) -> None:
    report = session.report
    stages = {"render", "train", "denoise"}
    assert report.milliseconds.keys() == stages | {"total"}
    assert all(report.milliseconds[stage] > 0.0 for stage in stages)
    total = sum(report.milliseconds[stage] for stage in stages)
    assert report.milliseconds["total"] == pytest.approx(total)
    assert report.step_count == len(report.losses) == 1 and math.isfinite(report.losses[0])
    assert report.nonfinite_count == 0 and report.messages == ()
    assert torch.isfinite(report.denoised).all() and (report.denoised >= 0).all()


def test_stages_are_yielded_piece_by_piece(session: Session) -> None:
    stages = list(session.stages(session.scene.camera, Edits(train_steps=3)))
    assert stages == sorted(stages, key=("render", "train", "denoise").index)
    assert stages.count("train") == 3 and stages.count("render") >= 2


def test_frame_left_before_its_end_changes_nothing(session: Session) -> None:
    before = session.report
    for _ in session.stages(session.scene.camera):
        break
    assert session.report is before
    assert session.step(session.scene.camera).reference_spp == before.reference_spp + 2


def test_broken_pixel_is_counted_and_harms_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    bands = session._renderer.half_bands

    def poisoned(*arguments: object) -> Iterator[Half]:
        for half in bands(*arguments):  # type: ignore[arg-type]
            half.color[BROKEN] = float("nan")
            yield half

    session.step(session.scene.camera)
    monkeypatch.setattr(session._renderer, "half_bands", poisoned)
    report = session.step(session.scene.camera)
    assert report.nonfinite_count == 1
    assert torch.isnan(report.pair.a.color[BROKEN]).all(), "never hidden"
    assert all(math.isfinite(loss) for loss in report.losses)
    assert torch.isfinite(weights(session)).all() and torch.isfinite(report.denoised).all()
    assert report.reference is not None and torch.isfinite(report.reference).all()
    assert (report.reference[BROKEN] > 0).any(), "earlier frames' samples count"
    assert report.psnr_denoised is not None and math.isfinite(report.psnr_denoised)


def test_checkpoints_are_saved_and_loaded(session: Session, tmp_path: Path) -> None:
    camera, file = session.scene.camera, tmp_path / "checkpoint.safetensors"
    saved = weights(session)
    report = session.step(camera, Edits(save_checkpoint=file, learning_rate=1e-4))
    assert report.messages == (f"saved {file}",)
    session.step(camera, Edits(learning_rate=1e-3, training_paused=True))
    assert not torch.equal(weights(session), saved)
    report = session.step(camera, Edits(load_checkpoint=file))
    assert report.messages == (f"loaded {file}",)
    assert torch.equal(weights(session), saved) and report.step_count == 1
    assert session.settings.denoiser.learning_rate == 1e-4


@pytest.mark.parametrize("kind", ["save", "load"])
@pytest.mark.parametrize("name", ["", "missing/checkpoint", "broken"])
def test_a_checkpoint_that_fails_is_a_message(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "broken" and kind == "load":
        Path(name).write_bytes(b"no tensors")
    elif name == "broken":
        Path(name).mkdir()
    edits = Edits(**{f"{kind}_checkpoint": Path(name)})  # type: ignore[arg-type]
    state, steps = weights(session), session.trainer.step_count
    report = session.step(session.scene.camera, replace(edits, training_paused=True))
    assert len(report.messages) == 1 and "\n" not in report.messages[0]
    assert not report.messages[0].startswith(("saved", "loaded"))
    assert torch.equal(weights(session), state) and session.trainer.step_count == steps
    assert {item.name for item in tmp_path.iterdir()} <= {"broken"}


def test_seed_decides_everything() -> None:
    """Two sessions of one seed see the same and learn the same; another seed does not."""
    scene = load_scene("cornell-box")
    colors, losses = [], []
    for seed in (0, 0, 1):
        render = replace(SETTINGS.render, seed=seed)
        denoiser = replace(SETTINGS.denoiser, seed=seed)
        report = Session(scene, SessionSettings(render, denoiser, "cpu")).step(scene.camera)
        colors.append(report.pair.a.color)
        losses.append(report.losses[0])
    assert torch.equal(colors[0], colors[1]) and losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert not torch.equal(colors[0], colors[2])


def frame_mean(session: Session) -> torch.Tensor:
    """Mean of both halves of the last frame."""
    return session.report.pair.mean_color()


def test_reference_is_the_mean_of_other_samples(session: Session) -> None:
    """Its streams are not the frames', and its noise falls with its samples."""
    camera = session.scene.camera
    few, many = session.reference(camera, 16, 77), session.reference(camera, 256, 78)
    again = session.reference(camera, 16, 77)
    assert torch.equal(few, again) and few.shape == (SIZE[1], SIZE[0], 3)
    # Toned, or a few bright pixels decide.
    errors = [(tone(image) - tone(many)).square().mean() for image in (few, frame_mean(session))]
    assert errors[0] < 0.5 * errors[1]
    assert session.report.reference_spp == 2, "the film is left alone"
