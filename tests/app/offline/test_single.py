"""The task single from the command line: files, report, refused flags."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.cli.parser import parse_options
from app.main import USER_ERROR
from app.main import main
from app.settings.options import Options
from denoiser.restoration.sample_images import default_test
from denoiser.settings import Init


def single(output: Path, *words: str) -> int:
    """Run the task and return the exit code."""
    command = ["--offline", "--task", "single", "--device", "cpu", "--quiet"]
    return main([*command, "--output", str(output), *words])


@pytest.fixture
def clean() -> np.ndarray:
    """(96, 128, 3) photograph."""
    return default_test(3).pixels[0].numpy()[100:196, 120:248]


def test_images_are_restored_one_by_one_and_reported(clean: np.ndarray, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    noisy = (clean + random.normal(0.0, 15.0, clean.shape)).clip(0, 255).astype(np.uint8)
    (tmp_path / "in").mkdir()
    alpha = np.full((96, 128, 1), 77, np.uint8)
    Image.fromarray(np.concatenate([noisy, alpha], axis=2)).save(tmp_path / "in" / "color.png")
    Image.fromarray(noisy[..., 1]).save(tmp_path / "in" / "grey.png")
    words = ("--init", "random", "--seconds", "2", "--input", str(tmp_path / "in"))
    assert single(tmp_path / "out", *words) == 0
    color = np.asarray(Image.open(tmp_path / "out" / "color.png"))
    grey = np.asarray(Image.open(tmp_path / "out" / "grey.png"))
    assert (color[..., 3] == 77).all() and grey.shape == (96, 128)
    for restored, before, truth in (
        (color[..., :3], noisy, clean),
        (grey, noisy[..., 1], clean[..., 1]),
    ):
        error, was = (np.square(each.astype(float) - truth).mean() for each in (restored, before))
        assert error < 0.45 * was
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["task"], report["init"]) == ("single", "random")
    assert report["files"] == ["color.png", "grey.png"] and len(report["images"]) == 2
    for name in report["files"]:
        assert (tmp_path / "out" / "residuals" / f"{name}.png").exists()
        assert abs(report["residual_correlation"][name]) < 0.5
    for entry in report["images"]:
        assert 11.0 < np.hypot(entry["sigma_at_black"], entry["sigma_at_white"]) / 2**0.5 < 19.0


def test_noise_that_is_correlated_between_pixels_is_noted(
    clean: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noise = np.random.default_rng(0).normal(0.0, 40.0, clean.shape)
    blurred = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) / 3.0
    noisy = (clean + blurred).clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(tmp_path / "a.png")
    words = ("--init", "random", "--seconds", "0", "--input", str(tmp_path / "a.png"))
    assert single(tmp_path / "out", *words) == 0
    assert (
        "1 of 1 images: the noise of neighbouring pixels is correlated" in capsys.readouterr().err
    )
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    # Two of the three shifted terms coincide for neighbours: one third of the variance.
    assert 0.2 < report["images"][0]["noise_correlation"] < 0.5


def test_single_needs_input_and_refuses_flags_of_other_tasks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert single(tmp_path) == USER_ERROR
    assert "--task single needs --input" in capsys.readouterr().err
    assert single(tmp_path, "--input", "a.png", "--iterations", "3") == USER_ERROR
    assert "argument --iterations: not for --task single" in capsys.readouterr().err
    assert main(["--offline", "--seconds", "3"]) == USER_ERROR
    assert "argument --seconds: needs --task single" in capsys.readouterr().err


def test_single_starts_from_pretrained_weights_by_default() -> None:
    options: Options = parse_options(["--offline", "--task", "single", "--input", "a.png"])
    assert options.offline is not None
    assert (options.offline.init, options.offline.seconds) == (Init.PRETRAINED, 45.0)
    assert options.offline.inputs == (Path("a.png"),)


def test_images_of_one_name_in_two_folders_have_entries_of_their_own(
    clean: np.ndarray, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        Image.fromarray(clean[:48, :48]).save(tmp_path / "in" / folder / "same.png")
    words = ("--init", "random", "--seconds", "0.2", "--input", str(tmp_path / "in"))
    assert single(tmp_path / "out", *words) == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["files"] == ["a/same.png", "b/same.png"]
    assert list(report["residual_correlation"]) == report["files"]
    for name in report["files"]:
        assert (tmp_path / "out" / "residuals" / f"{name}.png").exists()
