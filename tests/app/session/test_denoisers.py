"""Denoisers of a session: switching, comparisons on the same frames, state that each keeps.

Host code.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from app.main import USER_ERROR
from app.results.frame_log import read_rows
from app.session import denoisers
from app.session.report import Edits
from app.session.session import Session
from app.settings.comparison import OIDN_HINT
from app.settings.comparison import Comparison
from denoiser.metrics import psnr
from denoiser.oidn import oidn_denoise
from denoiser.settings import LEARNING_RATES
from denoiser.settings import NetworkName
from denoiser.training.checkpoint_file import ONLINE
from denoiser.training.checkpoint_file import read_checkpoint
from denoiser.training.checkpoint_file import write_checkpoint
from tests.app.cornell_session import moved
from tests.app.cornell_session import weights
from tests.app.runs import run


def test_switching_networks_keeps_the_training_state_of_each(session: Session) -> None:
    camera = session.scene.camera
    before = weights(session)
    report = session.step(
        camera, Edits(settings=session.settings.changed(network=NetworkName.FAST))
    )
    assert session.settings.denoiser.network is NetworkName.FAST
    assert session.settings.denoiser.learning_rate == LEARNING_RATES[NetworkName.FAST]
    learned = report.step_count
    assert learned >= 1 and len(report.losses) == 1
    session.step(camera, Edits(settings=session.settings.changed(crop=20)))
    report = session.step(
        camera,
        Edits(settings=session.settings.changed(network=NetworkName.UNET), training_paused=True),
    )
    assert torch.equal(weights(session), before)
    denoiser = session.settings.denoiser
    assert denoiser.crop == 20  # settings that are not specific to a network are carried over
    assert denoiser.learning_rate == LEARNING_RATES[NetworkName.UNET]
    report = session.step(
        camera, Edits(settings=session.settings.changed(network=NetworkName.FAST))
    )
    assert report.step_count == learned + 1


@pytest.mark.parametrize("comparison", [Comparison.FAST, Comparison.BEST, Comparison.OIDN])
def test_comparison_denoiser_is_measured_and_keeps_the_main_weights(
    session: Session, comparison: Comparison
) -> None:
    camera = session.scene.camera
    chosen = weights(session)
    report = session.step(
        camera,
        Edits(settings=session.settings.changed(comparison=comparison), training_paused=True),
    )
    assert report.comparison is not None and report.comparison.shape == report.denoised.shape
    assert torch.equal(weights(session), chosen)
    assert report.milliseconds["comparison"] > 0 and session.settings.comparison is comparison
    assert report.psnr_comparison is not None and report.psnr_denoised is not None
    if comparison is Comparison.OIDN:
        assert torch.equal(report.comparison, oidn_denoise(report.pair))
    first = session.step(camera, Edits(training_paused=False)).comparison
    second = session.step(camera).comparison
    assert first is not None and second is not None and not torch.equal(first, second)
    gone = session.step(
        camera, Edits(settings=session.settings.changed(comparison=Comparison.NONE))
    )
    assert (
        gone.comparison is None
        and gone.psnr_comparison is None
        and "comparison" not in gone.milliseconds
    )


def test_rejected_comparison_gives_a_message_and_keeps_the_previous_one(session: Session) -> None:
    camera = session.scene.camera
    session.step(camera, Edits(settings=session.settings.changed(comparison=Comparison.FAST)))
    report = session.step(
        camera,
        Edits(
            settings=session.settings.changed(
                comparison=Comparison(session.trainer.settings.network.value)
            )
        ),
    )
    assert report.messages[0].endswith("is the denoiser itself, choose another")
    assert session.settings.comparison is Comparison.FAST and report.comparison is not None


def test_trained_comparison_denoiser_improves_psnr_over_its_input(session: Session) -> None:
    camera = session.scene.camera
    edits = Edits(settings=session.settings.changed(comparison=Comparison.FAST, train_steps=2))
    for frame in range(12):
        report = session.step(moved(camera, 0.001 * frame), edits if frame == 0 else Edits())
    assert report.comparison is not None
    reference = session.reference(moved(camera, 0.011), 512, 77)
    gain = psnr(report.comparison, reference) - psnr(report.pair.mean_color(), reference)
    assert float(gain) > 1.0


def test_comparison_time_includes_comparison_training_time(session: Session) -> None:
    camera = session.scene.camera
    still = session.step(
        camera,
        Edits(settings=session.settings.changed(comparison=Comparison.FAST), training_paused=True),
    ).milliseconds
    assert "comparison training" not in still
    learning = session.step(camera, Edits(training_paused=False)).milliseconds
    assert 0.0 < learning["comparison training"] < learning["comparison"] < learning["total"]


def test_comparison_with_the_main_network_gives_no_comparison_image(session: Session) -> None:
    report = session.step(
        session.scene.camera, Edits(settings=session.settings.changed(comparison=Comparison.UNET))
    )
    assert report.comparison is None and report.step_count == 2


def test_oidn_comparison_without_its_package_is_rejected_with_a_hint(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(denoisers, "has_oidn", lambda: False)
    report = session.step(
        session.scene.camera, Edits(settings=session.settings.changed(comparison=Comparison.OIDN))
    )
    assert report.messages == (OIDN_HINT,) and report.comparison is None
    assert session.settings.comparison is Comparison.NONE


def test_headless_run_measures_its_comparison_denoiser(tmp_path: Path) -> None:
    words = ("--frames", "2", "--reference-every", "2", "--reference-spp", "8")
    assert run("--headless", tmp_path, *words, "--comparison", "fast") == 0
    first, second = read_rows(tmp_path / "frames.csv")
    assert (
        first.comparison_ms is not None
        and first.comparison_ms > 0.0
        and first.psnr_comparison is None
    )
    assert second.psnr_comparison is not None and second.psnr_comparison != second.psnr_denoised
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["milliseconds"]["comparison"] > 0.0
    assert report["references"][0]["psnr_comparison"] == pytest.approx(second.psnr_comparison)


def test_headless_comparison_without_oidn_is_an_error_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(denoisers, "has_oidn", lambda: False)
    assert run("--headless", tmp_path, "--frames", "1", "--comparison", "oidn") == USER_ERROR
    assert capsys.readouterr().err.splitlines()[-1] == f"error: argument --comparison: {OIDN_HINT}"
    assert not list(tmp_path.iterdir())


def test_loading_a_checkpoint_switches_to_its_network(session: Session, tmp_path: Path) -> None:
    camera, file = session.scene.camera, tmp_path / "fast.safetensors"
    session.step(camera, Edits(settings=session.settings.changed(network=NetworkName.FAST)))
    saved = session.step(camera, Edits(save_checkpoint=file, training_paused=True)).step_count
    session.step(
        camera,
        Edits(settings=session.settings.changed(network=NetworkName.UNET), training_paused=False),
    )
    report = session.step(camera, Edits(load_checkpoint=file, training_paused=True))
    assert report.messages == (f"loaded {file}",)
    assert session.settings.denoiser.network is NetworkName.FAST
    assert report.step_count == saved


def test_mismatched_checkpoint_gives_a_message_and_keeps_the_network(
    session: Session, tmp_path: Path
) -> None:
    camera, file = session.scene.camera, tmp_path / "other.safetensors"
    session.step(camera, Edits(settings=session.settings.changed(network=NetworkName.UNET)))
    session.step(camera, Edits(save_checkpoint=file))
    content = read_checkpoint(file, ONLINE)
    settings = content.settings | {"network": NetworkName.FAST.value}
    write_checkpoint(file, content._replace(settings=settings))
    report = session.step(camera, Edits(load_checkpoint=file))
    assert len(report.messages) == 1 and str(file) in report.messages[0]
    assert session.settings.denoiser.network is NetworkName.UNET
    assert session.trainer.settings.network is NetworkName.UNET


def test_headless_run_of_the_best_network_trains_and_resumes(tmp_path: Path) -> None:
    words = ("--network", "best", "--frames")
    assert run("--headless", tmp_path, *words, "3") == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["settings"]["session"]["denoiser"]["network"] == "best"
    assert report["settings"]["session"]["denoiser"]["learning_rate"] == 1e-3
    saved = tmp_path / "checkpoint.safetensors"
    other = tmp_path / "other"
    assert run("--headless", other, *words, "2", "--resume", str(saved)) == 0
    assert [row.step_count for row in read_rows(other / "frames.csv")] == [4, 5]
    # A checkpoint selects its network, and does not fit another one.
    resume = ("--frames", "2", "--resume", str(saved))
    assert run("--headless", tmp_path / "x", *resume) == 0
    assert run("--headless", tmp_path / "y", *resume, "--network", "unet") == USER_ERROR
