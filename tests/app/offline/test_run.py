"""The offline mode end to end: stages, resume, reports, and one-line errors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest
from PIL import Image

from app.base.interrupt import INTERRUPTED
from app.main import USER_ERROR
from app.main import main
from app.offline.log import read_log
from denoiser.restoration.capture_budget import BUDGET_CASES
from denoiser.restoration.capture_budget import BudgetPairs
from denoiser.restoration.checkpoint import RESTORATION
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.sample_images import default_training
from denoiser.training.checkpoint_file import read_checkpoint
from tests.app.runs import interrupt

ROOT = Path(__file__).resolve().parents[3]
QUICK = ("--device", "cpu", "--quiet", "--crop", "32", "--batch", "2")
ONE_THREAD = {"OMP_NUM_THREADS": "1"}


def offline(output: Path, *words: str, task: str = "gaussian") -> int:
    """Run the offline mode and return the exit code; a study gets no --task, having its own."""
    tasks = () if "--study" in words else ("--task", task)
    return main(["--offline", *tasks, *QUICK, "--output", str(output), *words])


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of five small photographs."""
    folder = tmp_path_factory.mktemp("photos")
    for number, pixels in enumerate(default_training(3).pixels[:5]):
        Image.fromarray(pixels.numpy()[:90, :120]).save(folder / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def tests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two small photographs, other than those of `photos`."""
    folder = tmp_path_factory.mktemp("tests")
    for number, pixels in enumerate(default_test(3).pixels):
        Image.fromarray(pixels.numpy()[100:180, 100:170]).save(folder / f"t{number}.png")
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, photos: Path, tests: Path) -> Path:
    """Output folder of a complete run with noisy and clean targets and the baseline."""
    folder = tmp_path_factory.mktemp("run")
    data = ("--train-data", str(photos), "--test-data", f"small={tests}")
    words = ("--targets", "both", "--iterations", "40", "--baseline")
    assert offline(folder, *data, *words) == 0
    return folder


def test_offline_run_writes_checkpoints_log_plots_and_report(trained: Path) -> None:
    assert {path.name for path in trained.iterdir()} == {
        *("checkpoint-noisy.safetensors", "checkpoint-clean.safetensors", "training.csv"),
        *("curves.png", "figure.png", "report.json"),
    }
    report = json.loads((trained / "report.json").read_text())
    assert (report["task"], report["targets"], report["network"]) == (
        "gaussian",
        "both",
        "residual",
    )
    assert report["iterations"] == 40 and report["seconds"] > 0
    small = report["test"]["small"]
    assert small["psnr_input"] == pytest.approx(20.17, abs=0.3)
    assert list(small["images"]) == ["t0.png", "t1.png"]
    means = np.mean(list(small["images"].values()), axis=0)
    assert means == pytest.approx([small["psnr_input"], small["psnr_denoised"]])
    assert set(small["networks"]) == {"L2, noisy targets", "L2, clean targets"}
    assert report["baselines"]["bm3d"]["small"] > 25.0
    assert 0.5 < report["pipeline"]["step_fraction"] <= 1.0
    assert report["settings"]["offline"]["training"]["crop"] == 32
    rows = read_log(trained / "training.csv", 40)
    assert rows[-1]["iteration"] == 40 and rows[-1]["psnr_noisy"] > rows[0]["psnr_noisy"] + 0.3
    for name in ("curves.png", "figure.png"):
        pixels = oiio.ImageBuf(str(trained / name)).get_pixels(oiio.UINT8)
        assert (
            pixels is not None and len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 9
        )


def test_evaluate_stage_reproduces_the_results_of_the_training_run(
    trained: Path, tests: Path, tmp_path: Path
) -> None:
    saved = [str(trained / f"checkpoint-{kind}.safetensors") for kind in ("noisy", "clean")]
    words = ("--stage", "evaluate", "--test-data", f"small={tests}", "--checkpoint", *saved)
    assert offline(tmp_path, *words) == 0
    before, after = (json.loads((f / "report.json").read_text()) for f in (trained, tmp_path))
    assert after["test"]["small"]["networks"] == before["test"]["small"]["networks"]
    same = tmp_path / "checkpoint-noisy.safetensors"
    same.write_bytes(Path(saved[0]).read_bytes())
    copies = (*words, str(same), str(trained / ".." / trained.name / same.name))
    assert offline(tmp_path, *copies) == 0
    after = json.loads((tmp_path / "report.json").read_text())
    assert len(after["test"]["small"]["networks"]) == 4, "files of one name replaced each other"
    assert offline(tmp_path, *words, "--level", "10", "--round") == 0
    easier = json.loads((tmp_path / "report.json").read_text())["test"]["small"]
    assert easier["psnr_input"] == pytest.approx(28.13, abs=0.3)


def test_resumed_run_equals_an_uninterrupted_one(photos: Path, tests: Path, tmp_path: Path) -> None:
    """The run is stopped by a real Ctrl-C in the middle, then resumed."""
    data = ("--train-data", str(photos), "--test-data", str(tests), "--iterations", "60")
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    environment = os.environ | ONE_THREAD | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(ROOT / "run_viewer.py"), "--offline", *data, "--stage", "train"]
    command += [*(word for word in QUICK if word != "--quiet"), "--output"]

    def finish(*words: str) -> None:
        subprocess.run(
            [*command, *words], env=environment, check=True, capture_output=True, timeout=120
        )

    finish(str(whole))
    process = subprocess.Popen([*command, str(halves)], env=environment, stderr=subprocess.PIPE)
    errors = interrupt(process, 60, 7)
    assert process.returncode == INTERRUPTED, errors
    assert b"--resume" in errors.splitlines()[-1]
    saved = halves / "checkpoint.safetensors"
    assert 7 <= read_checkpoint(saved, RESTORATION).step_count < 60
    finish(str(halves), "--resume", str(saved))
    assert saved.read_bytes() == (whole / "checkpoint.safetensors").read_bytes()
    assert (halves / "training.csv").read_text() == (whole / "training.csv").read_text()


def test_pairs_task_trains_and_estimates_psnr_without_clean_images(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for number, pixels in enumerate(default_training(3).pixels[:6]):
        clean = pixels.numpy()[:80, :80].astype(float)
        for side in "ab":
            (tmp_path / "data" / side).mkdir(parents=True, exist_ok=True)
            noisy = (clean * 0.7 + 40 + random.normal(0, 25, clean.shape)).clip(0, 255)
            path = tmp_path / "data" / side / "day" / f"{number}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(noisy.astype(np.uint8)).save(path)
    words = ("--train-data", str(tmp_path / "data"), "--iterations", "4")
    assert offline(tmp_path / "out", *words, task="pairs") == 0
    result = json.loads((tmp_path / "out" / "report.json").read_text())["test"]["held-out"]
    # Noise of standard deviation 25 (of 255) is 20.17 dB, which the program is not given.
    assert result["psnr_input"] == pytest.approx(20.17, abs=0.4) and result["is_estimated"]
    assert len(list((tmp_path / "out" / "residuals" / "day").iterdir())) == 1


def test_mri_task_requires_train_data_and_tests_on_one_subject(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert offline(tmp_path / "out", task="mri") == USER_ERROR
    assert "--train-data" in capsys.readouterr().err
    slices = np.random.default_rng(0).integers(1, 255, (6, 40, 40), np.uint8)
    np.savez(tmp_path / "scans.npz", slices=slices, subject=np.repeat(["a", "b", "c"], 2))
    words = ("--train-data", str(tmp_path / "scans.npz"), "--iterations", "2")
    assert offline(tmp_path / "out", *words, task="mri") == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert len({name.split("-")[0] for name in report["test"]["held-out"]["images"]}) == 1


ERRORS = {
    "empty folder": ("--train-data", "EMPTY"),
    "no folder": ("--train-data", "MISSING"),
    "small pictures": ("--train-data", "PHOTOS", "--crop", "100"),
    "unreadable picture": ("--train-data", "BROKEN"),
    "no name": ("--test-data", "=PHOTOS"),
    "missing test set": ("--test-data", "x=MISSING", "--iterations", "1"),
    "checkpoint of another task": (
        "--stage",
        "evaluate",
        "--checkpoint",
        "NOISY",
        "--task",
        "text",
    ),
    "checkpoint of other channels": (
        *("--stage", "evaluate", "--checkpoint", "NOISY", "--channels", "1"),
    ),
    "resume with another crop": ("--resume", "NOISY", "--crop", "16"),
    "resume of another task": ("--resume", "NOISY", "--task", "poisson"),
    "no checkpoint": ("--stage", "evaluate"),
    "missing checkpoint": ("--stage", "evaluate", "--checkpoint", "MISSING"),
    "denoise nothing": ("--stage", "denoise", "--checkpoint", "NOISY"),
    "denoise without": ("--task", "brown", "--stage", "denoise", "--input", "PHOTOS"),
    "denoise no picture": ("--stage", "denoise", "--checkpoint", "NOISY", "--input", "EMPTY"),
    "clean targets of pairs": ("--task", "pairs", "--targets", "clean"),
    "online loss": ("--loss", "hdr"),
    "unwritable": ("--output", "PHOTOS/0.png/out"),
    "more text than picture": ("--task", "text", "--level", "25"),
    "no light": ("--task", "poisson", "--level", "0"),
    "level of pairs": ("--task", "pairs", "--level", "1"),
    "zero iterations": ("--iterations", "0"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_invalid_offline_arguments_are_one_line_errors_and_leave_no_files(
    trained: Path,
    photos: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    case: str,
) -> None:
    places = {"EMPTY": tmp_path / "empty", "MISSING": tmp_path / "missing"}
    places |= {"PHOTOS": photos, "BROKEN": tmp_path / "broken"}
    places |= {"NOISY": trained / "checkpoint-noisy.safetensors"}
    places["EMPTY"].mkdir()
    places["BROKEN"].mkdir()
    (places["BROKEN"] / "a.png").write_bytes(b"\x89PNG and no more")
    words = list(ERRORS[case])
    for index, word in enumerate(words):
        for name, place in places.items():
            words[index] = words[index].replace(name, str(place))
    output = tmp_path / "out"
    assert offline(output, *words) == USER_ERROR
    error = capsys.readouterr().err
    assert error.startswith("error: ") and error.count("\n") == 1, error
    assert not output.exists() or not list(output.iterdir())


def test_headless_mode_rejects_offline_networks_and_losses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words in (("--network", "red30"), ("--loss", "l0")):
        assert main(["--headless", *words]) == USER_ERROR
        assert "--offline" in capsys.readouterr().err


def test_study_trains_every_member_and_a_rerun_gives_equal_results(
    photos: Path, tests: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--study", "convergence", "--train-data", str(photos), "--test-data", str(tests))
    assert offline(tmp_path / "out", *words, "--iterations", "4") == 0
    report = json.loads((tmp_path / "out" / "study.json").read_text())
    assert [member["label"] for member in report["members"]] == ["noisy targets", "clean targets"]
    for member in report["members"]:
        assert member["iterations"] == [1, 2, 3, 4] and len(member["psnr"]) == 4
    assert (tmp_path / "out" / "study.png").exists()
    saved = tmp_path / "out" / "noisy" / "checkpoint.safetensors"
    before = saved.read_bytes()
    (tmp_path / "out" / "clean" / "checkpoint.safetensors").unlink()
    assert offline(tmp_path / "out", *words, "--iterations", "4") == 0
    assert saved.read_bytes() == before
    assert json.loads((tmp_path / "out" / "study.json").read_text())["members"] == report["members"]
    assert offline(tmp_path / "no", "--study", "capture-budget") == USER_ERROR
    assert "1000 images" in capsys.readouterr().err


def test_capture_budget_is_2000_exposures_with_fixed_noise() -> None:
    """Every case of figure 1c spends 2,000 exposures, each with the same noise at every use."""
    images = default_test(3)
    for case in BUDGET_CASES:
        assert case.image_count * case.exposure_count == 2000
        few = replace(case, image_count=2)
        source = BudgetPairs(images, few, 32, 0)
        assert np.array_equal(source.exposure(1, 1), source.exposure(1, 1))
        assert not np.array_equal(source.exposure(1, 1), source.exposure(1, 0))
        batch = source.batch(0, 0, 2)
        noise = (batch.inputs - batch.noisy_targets).std()
        expected = 25 / 255 * (1 + 1 / 19) ** 0.5 if case.is_mean_target else 25 / 255 * 2**0.5
        assert float(noise) == pytest.approx(expected, rel=0.06)


def test_training_from_the_shipped_weights_starts_with_their_quality(
    photos: Path, tests: Path, tmp_path: Path
) -> None:
    data = ("--train-data", str(photos), "--test-data", f"small={tests}")
    found = {}
    for init in ("pretrained", "random"):
        words = ("--init", init, "--iterations", "2", *data)
        assert offline(tmp_path / init, *words) == 0
        report = json.loads((tmp_path / init / "report.json").read_text())
        found[init] = report["test"]["small"]["psnr_denoised"]
        expected = {"pretrained": 5e-4, "random": 2e-3}[init]
        assert report["settings"]["offline"]["training"]["learning_rate"] == expected
    assert found["pretrained"] > found["random"] + 5.0


def test_starting_from_weights_that_are_not_shipped_is_one_line(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--init", "pretrained", "--iterations", "1", "--train-data", str(photos))
    assert offline(tmp_path, *words, task="brown") == USER_ERROR
    assert "no weights are shipped for --task brown" in capsys.readouterr().err
    assert offline(tmp_path, *words, "--network", "unet") == USER_ERROR
    assert "the shipped weights are for --network residual" in capsys.readouterr().err
    assert offline(tmp_path, "--init", "random", "--stage", "evaluate") == USER_ERROR
    assert "not with --stage evaluate" in capsys.readouterr().err
