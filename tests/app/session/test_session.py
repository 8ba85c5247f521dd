"""The session without a window: edits, frame report and checkpoints.

Host code.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from app.session.loaded_scene import LoadedScene
from app.session.report import Edits
from app.session.session import Session
from app.settings.session_settings import SessionSettings
from denoiser.online.denoiser import WEIGHTS
from denoiser.settings import LossName
from denoiser.settings import NetworkName
from renderer.frame import FramePair
from scenes.loader import load_scene
from tests.app.cornell_session import SETTINGS
from tests.app.cornell_session import moved
from tests.app.cornell_session import weights

BROKEN = (3, 5)  # (row, column) of the pixel that is set to NaN


def test_edits_apply_to_the_frame_they_are_given_with(session: Session) -> None:
    edits = Edits(
        settings=session.settings.changed(
            **{"size": (20, 12), "spp": 2, "max_depth": 3, "train_steps": 3, "crop": 8},
            **{"learning_rate": 1e-4, "loss": LossName.L2_LINEAR_INPUT},
        )
    )
    report = session.step(session.scene.camera, edits)
    render, denoiser = session.settings.render, session.settings.denoiser
    assert report.pair.a.size == (20, 12) and report.denoised.shape == (12, 20, 3)
    assert report.pair.spp == 2 and len(report.losses) == 3
    assert (render.size, render.spp, render.max_depth) == ((20, 12), 2, 3)
    assert denoiser == session.trainer.settings
    assert (denoiser.train_steps, denoiser.crop, denoiser.learning_rate) == (3, 8, 1e-4)
    assert denoiser.loss is LossName.L2_LINEAR_INPUT


def test_halves_of_two_frames_all_differ(session: Session) -> None:
    first = session.report.pair
    second = session.step(session.scene.camera).pair
    images = [first.a.color, first.b.color, second.a.color, second.b.color]
    for index, image in enumerate(images):
        assert all(not torch.equal(image, other) for other in images[:index])


def test_pause_stops_training_and_reset_restores_initial_weights(session: Session) -> None:
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
    """Weights of an untrained trainer with the session's settings, as one vector."""
    trainer = type(session.trainer)(session.trainer.settings, "cpu")
    state = trainer.state()
    return torch.cat([state[name].flatten() for name in state if name.startswith(WEIGHTS)])


def test_stage_times_sum_to_less_than_the_frame_time(session: Session) -> None:
    begin = time.perf_counter()
    report = session.step(session.scene.camera)
    passed = (time.perf_counter() - begin) * 1e3
    milliseconds = dict(report.milliseconds)
    total = milliseconds.pop("total")
    assert 0.0 < sum(milliseconds.values()) < total < passed


def test_frame_report_has_stage_times_loss_and_finite_image(session: Session) -> None:
    report = session.report
    stages = {"render", "train", "denoise"}
    assert report.milliseconds.keys() == stages | {"total"}
    assert all(report.milliseconds[stage] > 0.0 for stage in stages)
    assert report.step_count == len(report.losses) == 1 and math.isfinite(report.losses[0])
    assert report.nonfinite_count == 0 and report.messages == ()
    assert torch.isfinite(report.denoised).all() and (report.denoised >= 0).all()


def test_stages_are_yielded_in_order_and_once_per_train_step(session: Session) -> None:
    stages = list(
        session.stages(
            session.scene.camera, Edits(settings=session.settings.changed(train_steps=3))
        )
    )
    assert stages == sorted(stages, key=("render", "train", "denoise").index)
    assert stages.count("train") == 3 and stages.count("render") >= 2


def test_abandoned_frame_changes_neither_report_nor_film(session: Session) -> None:
    before = session.report
    for _ in session.stages(session.scene.camera):
        break
    assert session.report is before
    assert session.step(session.scene.camera).reference_spp == before.reference_spp + 2


def test_nan_pixel_is_counted_and_ignored_by_training_and_reference(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    bands = session._renderer.bands

    def poisoned(*arguments: Any) -> Generator[None, None, FramePair]:
        pair = yield from bands(*arguments)
        pair.a.color[BROKEN] = float("nan")
        return pair

    session.step(session.scene.camera)
    monkeypatch.setattr(session._renderer, "bands", poisoned)
    report = session.step(session.scene.camera)
    assert report.nonfinite_count == 1
    assert torch.isnan(report.pair.a.color[BROKEN]).all(), "the NaN must stay in the frame"
    assert all(math.isfinite(loss) for loss in report.losses)
    assert torch.isfinite(weights(session)).all() and torch.isfinite(report.denoised).all()
    assert report.reference is not None and torch.isfinite(report.reference).all()
    assert (report.reference[BROKEN] > 0).any(), "earlier samples must be kept"
    assert report.psnr_denoised is not None and math.isfinite(report.psnr_denoised)


def test_checkpoints_are_saved_and_loaded(session: Session, tmp_path: Path) -> None:
    camera, file = session.scene.camera, tmp_path / "checkpoint.safetensors"
    saved = weights(session)
    report = session.step(
        camera, Edits(settings=session.settings.changed(learning_rate=1e-4), save_checkpoint=file)
    )
    assert report.messages == (f"saved {file}",)
    session.step(
        camera, Edits(settings=session.settings.changed(learning_rate=1e-3), training_paused=True)
    )
    assert not torch.equal(weights(session), saved)
    report = session.step(camera, Edits(load_checkpoint=file))
    assert report.messages == (f"loaded {file}",)
    assert torch.equal(weights(session), saved) and report.step_count == 1
    assert session.settings.denoiser.learning_rate == 1e-4


@pytest.mark.parametrize("kind", ["save", "load"])
@pytest.mark.parametrize("name", ["", "missing/checkpoint", "broken"])
def test_failed_checkpoint_save_or_load_gives_a_one_line_message(
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


def test_same_seed_repeats_rendering_and_training() -> None:
    """Sessions with the same seed render and learn the same; another seed renders differently."""
    scene = load_scene("cornell-box")
    colors, losses = [], []
    for seed in (0, 0, 1):
        render = replace(SETTINGS.render, seed=seed)
        denoiser = replace(SETTINGS.denoiser, seed=seed)
        report = Session(LoadedScene.of(scene), SessionSettings(render, denoiser, "cpu")).step(
            scene.camera
        )
        colors.append(report.pair.a.color)
        losses.append(report.losses[0])
    assert torch.equal(colors[0], colors[1]) and losses[0] == pytest.approx(losses[1], rel=1e-3)
    assert not torch.equal(colors[0], colors[2])


READS = ("item", "tolist", "__bool__", "__int__", "__float__", "numpy", "cpu", "__index__")


def test_frame_reads_results_from_the_device_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU, each read of a tensor on the host waits for all work queued before it."""
    camera = session.scene.camera
    edits = Edits(
        settings=session.settings.changed(network=NetworkName.FAST, train_steps=2),
        training_paused=False,
    )
    session.step(camera, edits)
    found: list[str] = []
    for name in READS:
        original = getattr(torch.Tensor, name)

        def counted(tensor: torch.Tensor, *args: Any, _name=name, _original=original) -> Any:
            found.append(_name)
            return _original(tensor, *args)

        monkeypatch.setattr(torch.Tensor, name, counted)
    session.step(moved(camera))
    session.step(moved(camera))
    # A training step draws its crop position on the host: two numbers from a CPU generator.
    assert sorted(found) == ["__int__"] * 2 * 2 * 2 + ["tolist"] * 2
